// The worker itself, in a browser that is none.

import assert from "node:assert/strict";
import test from "node:test";

const ALLOWED = "https://portal.example:8443";

const listeners = () => {
  const all = [];
  return { addListener: (f) => all.push(f), fire: (...x) => all.map((f) => f(...x)) };
};
const channel = () => {
  const port = { sent: [], postMessage: (m) => port.sent.push(m), onMessage: listeners(), onDisconnect: listeners(), disconnect: () => { port.gone = true; } };
  return port;
};

const host = channel();
const [onConnect, onMessage, onRemoved] = [listeners(), listeners(), listeners()];
const memory = {};
globalThis.chrome = {
  runtime: {
    id: "dovetail", getURL: (path) => `chrome-extension://dovetail/${path}`, getManifest: () => ({ version: "1", content_scripts: [] }),
    connectNative: () => host, onConnect, onMessage, onInstalled: listeners(), onStartup: listeners(),
  },
  tabs: { onRemoved },
  alarms: { onAlarm: listeners(), create: () => {}, clear: () => {} },
  declarativeNetRequest: { getSessionRules: async () => [], updateSessionRules: async () => {} },
  webRequest: { onBeforeRequest: listeners(), onSendHeaders: listeners(), onErrorOccurred: listeners(), onBeforeSendHeaders: listeners() },
  storage: {
    session: { set: async (items) => Object.assign(memory, items), get: async (name) => ({ [name]: memory[name] }), remove: async (name) => { delete memory[name]; } }, managed: { get: async () => ({ portalOrigins: [ALLOWED] }) }, local: { get: async () => ({}) }, onChanged: listeners() },
};
globalThis.addEventListener = () => {};
globalThis.fetch = async () => ({ json: async () => ({}) });
// The device says at once that nobody is signed on.
host.postMessage = (frame) => {
  host.sent.push(frame);
  if (frame.type === "status" && frame.deadline_ms === 5_000) setImmediate(() => host.onMessage.fire({ v: 1, id: frame.id, ok: true, body: {} }));
};
await import("../src/background.js");

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function client(sender, name = "portal") {
  const port = Object.assign(channel(), { name, sender: { id: "dovetail", origin: ALLOWED, frameId: 0, tab: { incognito: false }, ...sender } });
  onConnect.fire(port);
  await turn();
  return port;
}

async function ask(port, type, more = {}) {
  port.onMessage.fire({ v: 1, id: type, type, ...more });
  await turn();
  await turn();
}

const down = (type) => host.sent.filter((frame) => frame.type === type);

test("the origin is what the browser says, whatever the page says", async () => {
  const page = await client({});
  await ask(page, "join.begin", { origin: "https://evil.example", v: 7, extra: 1, body: { a: 1 } });
  const [frame] = down("join.begin");
  assert.equal(frame.origin, ALLOWED);
  assert.deepEqual(Object.keys(frame).sort(), ["body", "id", "origin", "type", "v"]);
});

// [PG-04] Who was not let in gets neither an answer of the device nor its events.
test("refused pages get a refusal, and no events", async () => {
  const refused = [await client({ origin: "https://portal.example:9999" }), await client({ frameId: 3 }), await client({ tab: { incognito: true } }), await client({ origin: "https://evil.example" })];
  const before = host.sent.length;
  for (const page of refused) {
    await ask(page, "subscribe");
    await ask(page, "status");
  }
  assert.equal(host.sent.length, before);
  host.onMessage.fire({ v: 1, event: "status.changed", body: { secret: true } });
  for (const page of refused) assert.deepEqual(page.sent.map((reply) => reply.error?.code), ["JOIN-306", "JOIN-306"]);
});

test("events go to pages that asked for them, and to no other", async () => {
  const [asked, silent] = [await client({}), await client({})];
  await ask(asked, "subscribe");
  host.onMessage.fire({ v: 1, event: "join.changed", body: {} });
  assert.ok(asked.sent.some((message) => message.event === "join.changed"));
  assert.ok(!silent.sent.some((message) => message.event));
});

test("what is closed to pages and to the popup is refused here", async () => {
  const page = await client({});
  await ask(page, "leave");
  assert.equal(page.sent[0].error.code, "JOIN-309");
  const popup = await client({ tab: undefined, url: "chrome-extension://dovetail/src/popup/popup.html" }, "popup");
  await ask(popup, "approval.answer");
  assert.equal(popup.sent[0].error.code, "JOIN-309");
  assert.equal(down("leave").length + down("approval.answer").length, 0);
});

// [EX-04] A page of another extension is not the popup.
test("strangers that call themselves the popup are cut off", async () => {
  const stranger = await client({ id: "other", tab: undefined, url: "chrome-extension://other/x" }, "popup");
  assert.ok(stranger.gone);
});

// The code source: the tab comes back to the portal that began it there, and nobody else hears of the answer.
test("a sign-in that ends at the tenant's address goes back to the portal in that tab", async () => {
  const url = `${ALLOWED}/WebApp/CloudDomainJoin/4`;
  const page = await client({ url, tab: { id: 7, incognito: false } });
  await ask(page, "join.begin");
  const frame = down("join.begin").at(-1);
  host.onMessage.fire({ v: 1, id: frame.id, ok: true, body: { redirect_uri: "https://login.example/common/oauth2/nativeclient" } });
  await turn();
  const landed = (id) => new Promise((resolve) => {
    const sender = { id: "dovetail", frameId: 0, tab: { id, incognito: false }, url: "https://login.example/common/oauth2/nativeclient?code=c&state=s" };
    assert.deepEqual(onMessage.fire({ type: "redirected" }, sender, resolve), [true]);
  });
  assert.equal(await landed(8), null);
  assert.equal(await landed(7), `${url}#code=c&state=s`);
  assert.deepEqual(onMessage.fire({ type: "else" }, {}, () => assert.fail()), [false]);
  await ask(page, "join.begin");
  host.onMessage.fire({ v: 1, id: down("join.begin").at(-1).id, ok: true, body: { redirect_uri: "https://login.example/common/oauth2/nativeclient" } });
  await turn();
  onRemoved.fire(7);
  assert.equal(await landed(7), null);
});
