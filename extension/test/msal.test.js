// The content script of the MSAL channel, in a window that is none.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const SOURCE = readFileSync(new URL("../src/msal.js", import.meta.url), "utf8");
const ORIGIN = "https://app.example";
const CHANNEL = "53ee284d-920a-4b59-9d30-a60315b26836";
const MICROSOFT = "ppnbnpeolgkicgegkbkbjmhlideopiji";
const HANDSHAKE = { channel: CHANNEL, extensionId: undefined, responseId: "r", body: { method: "Handshake" } };

const turn = () => new Promise((resolve) => setImmediate(resolve));
const plain = (value) => JSON.parse(JSON.stringify(value));

/** A page; `worker` answers what the script asks its worker. */
function page(worker = async () => true) {
  const seen = { listeners: [], asked: [], again: [] };
  const window = {
    addEventListener: (_, f, capture) => { assert.equal(capture, true); seen.listeners.push(f); },
    postMessage: (data, origin, ports) => seen.again.push({ data, origin, ports }),
  };
  const chrome = { runtime: {
    id: "dovetail", getManifest: () => ({ version: "9" }),
    sendMessage: (message) => { seen.asked.push(message); return worker(message); },
  } };
  vm.runInNewContext(SOURCE, { window, chrome, location: { origin: ORIGIN } });
  const post = (changes = {}) => {
    const port = { sent: [], postMessage: (m) => port.sent.push(m) };
    const event = { source: window, origin: ORIGIN, ports: [port], stopped: false, stopImmediatePropagation() { this.stopped = true; }, data: HANDSHAKE, ...changes };
    seen.listeners.forEach((f) => f(event));
    return { port, event };
  };
  return { seen, post };
}

async function connected(worker) {
  const { seen, post } = page(worker);
  await turn();
  const { port } = post();
  const ask = async (message) => {
    await port.onmessage({ data: message });
    return plain(port.sent.at(-1));
  };
  const token = (request, more = {}) => ask({ channel: CHANNEL, extensionId: "dovetail", responseId: "t", body: { method: "GetToken", request }, ...more });
  return { seen, port, ask, token };
}

test("the handshake is answered as the library reads it", async () => {
  const { post } = page();
  await turn();
  for (const extensionId of [undefined, "dovetail"]) {
    const { port, event } = post({ data: { ...HANDSHAKE, extensionId } });
    assert.ok(event.stopped);
    assert.deepEqual(plain(port.sent), [{ channel: CHANNEL, extensionId: "dovetail", responseId: "r", body: { method: "HandshakeResponse", version: "9" } }]);
  }
});

// Microsoft's extension may be there, too; and a page may send anything.
test("what is not for us goes on untouched", async () => {
  const { post } = page();
  await turn();
  const others = [
    { source: {} }, { source: null }, { origin: "https://evil.example" }, { ports: [] }, { data: null }, { data: "x" }, { data: { ...HANDSHAKE, channel: "x" } },
    { data: { ...HANDSHAKE, extensionId: MICROSOFT } }, { data: { ...HANDSHAKE, extensionId: null } }, { data: { ...HANDSHAKE, responseId: 1 } },
    { data: { ...HANDSHAKE, responseId: "r".repeat(129) } }, { data: { ...HANDSHAKE, body: null } }, { data: { ...HANDSHAKE, body: { method: "GetToken" } } },
    { data: { ...HANDSHAKE, body: { method: "HandshakeResponse" } } },
  ];
  for (const changes of others) {
    const { port, event } = post(changes);
    assert.deepEqual([event.stopped, port.sent.length], [false, 0], JSON.stringify(changes));
  }
});

test("an early handshake waits for the worker's word", async () => {
  const { seen, post } = page();
  const { port, event } = post();
  assert.ok(event.stopped);
  assert.equal(port.sent.length, 0);
  await turn();
  assert.equal(port.sent.length, 1);
  assert.deepEqual(plain(seen.asked), [{ type: "msal.may" }]);
});

// Another port of a host that policy names, or policy changed: the page sees its own message, which tells the library that nobody is there.
test("an origin that may not ask is left alone", async () => {
  for (const no of [async () => false, async () => null, async () => { throw new Error("gone"); }]) {
    const { seen, post } = page(no);
    const early = post();
    await turn();
    const [{ data, origin, ports }] = seen.again;
    assert.deepEqual([data, origin, ...ports], [HANDSHAKE, ORIGIN, early.port]);
    assert.equal(seen.again.length, 1);
    const late = post();
    assert.deepEqual([late.event.stopped, late.port.sent.length, early.port.sent.length], [false, 0, 0]);
  }
});

test("a request goes to the worker as text, its answer back under its id", async () => {
  const { seen, token } = await connected(async ({ type }) => (type === "msal.token" ? { status: "Success", result: { a: 1 } } : true));
  const answer = await token({ scope: "x" });
  assert.deepEqual(answer, { channel: CHANNEL, extensionId: "dovetail", responseId: "t", body: { method: "Response", response: { status: "Success", result: { a: 1 } } } });
  assert.deepEqual(plain(seen.asked.at(-1)), { type: "msal.token", request: '{"scope":"x"}' });
});

test("methods that nobody knows are answered as everywhere in this family", async () => {
  const { ask } = await connected();
  for (const method of ["GetCookies", "GetSupportedUrls", "SignOut", "Handshake", "getToken"]) {
    const { body } = await ask({ channel: CHANNEL, responseId: "t", body: { method } });
    assert.deepEqual([body.response.status, body.response.ext.error], ["Fail", -2147186943], method);
  }
});

// 1 MiB and over, what JSON cannot hold, and plain nonsense: an answer each time, and the worker hears of none.
test("what is too large or no request is refused here", async () => {
  const { seen, ask, token } = await connected();
  const cycle = {};
  cycle.self = cycle;
  for (const request of ["x", null, undefined, { n: 1n }, cycle, { a: "x".repeat(1024 * 1024) }, { a: "x".repeat(64 * 1024) }]) {
    assert.equal((await token(request)).body.response.ext.status, "PERSISTENT_ERROR");
  }
  for (const message of [null, 7, "x", {}, { channel: CHANNEL }, { channel: CHANNEL, body: {} }, { channel: "x", body: { method: "GetToken", request: {} } },
    { channel: CHANNEL, extensionId: MICROSOFT, body: { method: "GetToken", request: {} } }]) {
    assert.equal((await ask(message)).body.response.code, "bad_request");
  }
  assert.equal(seen.asked.length, 1);
});

test("no page has more than sixteen requests waiting", async () => {
  const { token, seen } = await connected(({ type }) => (type === "msal.token" ? new Promise(() => {}) : Promise.resolve(true)));
  for (let i = 0; i < 16; i += 1) token({});
  const { response } = (await token({})).body;
  assert.deepEqual([response.ext.status, response.ext.retryable], ["TRANSIENT_ERROR", true]);
  assert.equal(seen.asked.length, 17);
});

// [EX-10] Updated or switched off under the page: the library drops the broker and signs in by the web.
test("without a worker the library is told to go on alone", async () => {
  const { token } = await connected(async ({ type }) => {
    if (type === "msal.token") throw new Error("Extension context invalidated.");
    return true;
  });
  const { response } = (await token({})).body;
  assert.deepEqual([response.code, response.ext.status], ["ContentError", "DISABLED"]);
});
