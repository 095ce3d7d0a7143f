// The content script, run in a window that is none.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const SOURCE = readFileSync(new URL("../src/relay.js", import.meta.url), "utf8");
const ORIGIN = "https://portal.example";

function page() {
  const seen = { listeners: [], shown: [], ports: [] };
  const listeners = () => {
    const all = [];
    return { addListener: (f) => all.push(f), fire: (x) => all.forEach((f) => f(x)) };
  };
  const window = { addEventListener: (type, f) => (type === "message" ? seen.listeners : seen.shown).push(f) };
  const chrome = { runtime: {
    getManifest: () => ({ version: "9" }),
    connect: () => {
      if (seen.refuse) throw new Error("Extension context invalidated.");
      const port = { sent: [], postMessage: (m) => port.sent.push(m), onMessage: listeners(), onDisconnect: listeners(), disconnect: () => { port.gone = true; } };
      seen.ports.push(port);
      return port;
    },
  } };
  const document = { documentElement: { dataset: {} } };
  vm.runInNewContext(SOURCE, { window, chrome, document, location: { origin: ORIGIN }, crypto: { randomUUID: () => "id" }, Math, Date, Set });
  const post = (changes) => {
    const port = { sent: [], closed: false, postMessage: (m) => port.sent.push(m), close: () => { port.closed = true; } };
    const event = {
      source: window, origin: ORIGIN, ports: [port], stopped: false, stopImmediatePropagation() { this.stopped = true; },
      data: { channel: "dovetail", v: 1, type: "connect", nonce: "n" }, ...changes,
    };
    seen.listeners.forEach((f) => f(event));
    return { port, event };
  };
  return { seen, document, post };
}

test("the page sees that the extension is there, connects, asks and is answered", () => {
  const { seen, document, post } = page();
  assert.equal(document.documentElement.dataset.dovetail, "9");
  const { port, event } = post({});
  assert.ok(event.stopped);
  assert.deepEqual({ ...port.sent[0] }, { channel: "dovetail", v: 1, type: "connected", nonce: "n", extension: "9" });
  port.onmessage({ data: { v: 1, id: "1", type: "status" } });
  seen.ports[0].onMessage.fire({ v: 1, id: "1", ok: true, body: {} });
  assert.equal(port.sent[1].id, "1");
});

// [PG-04] Messages from other windows and origins, and anything of another shape, get no port and no answer.
test("forged connects are not heard", () => {
  const { post } = page();
  const data = { channel: "dovetail", v: 1, type: "connect", nonce: "n" };
  const forged = [
    { source: {} }, { source: null }, { origin: "https://evil.example" }, { origin: "null" }, { ports: [] }, { data: null }, { data: "connect" },
    { data: { ...data, channel: "x" } }, { data: { ...data, v: 2 } }, { data: { ...data, type: "request" } }, { data: { ...data, nonce: 1 } }, { data: { ...data, nonce: "n".repeat(129) } },
  ];
  for (const changes of forged) {
    const { port, event } = post(changes);
    assert.deepEqual(port.sent, [], JSON.stringify(changes));
    assert.equal(event.stopped, false);
  }
});

test("a second connect replaces the first", () => {
  const { post } = page();
  const first = post({}).port;
  const second = post({}).port;
  assert.ok(first.closed);
  assert.ok(!second.closed);
});

test("when the extension goes away, what waits fails and the next request tries again", () => {
  const { seen, post } = page();
  const { port } = post({});
  port.onmessage({ data: { v: 1, id: "1", type: "status" } });
  seen.ports[0].onDisconnect.fire();
  assert.equal(port.sent[1].error.code, "JOIN-311");
  port.onmessage({ data: { v: 1, id: "2", type: "status" } });
  assert.equal(seen.ports.length, 2);
});

// [EX-10] Updated or switched off under the page: what waits is told what to do, not only that it failed.
test("when the extension is gone for good, the page is told to look for it and to be opened anew", () => {
  const { seen, post } = page();
  const { port } = post({});
  seen.refuse = true;
  port.onmessage({ data: { v: 1, id: "1", type: "join.confirm" } });
  const { code, symbol, what, cure } = port.sent[1].error;
  assert.equal(code, "JOIN-301");
  const table = readFileSync(new URL("../../shared/src/code/table.rs", import.meta.url), "utf8");
  for (const words of [symbol, what, cure]) assert.ok(table.includes(words), words);
});

// [PG-10] Chromium closes the port of a page that it keeps for the back button, and may tell so late.
test("a page from the back/forward cache asks by a new port, and the old one's end disturbs nobody", () => {
  const { seen, post } = page();
  post({}).port.onmessage({ data: { v: 1, id: "1", type: "status" } });
  seen.shown.forEach((f) => f({ persisted: false }));
  assert.equal(seen.ports[0].gone, undefined);
  seen.shown.forEach((f) => f({ persisted: true }));
  assert.ok(seen.ports[0].gone);
  const { port } = post({});
  port.onmessage({ data: { v: 1, id: "2", type: "status" } });
  seen.ports[0].onDisconnect.fire();
  assert.equal(port.sent.length, 1);
  seen.ports[1].onMessage.fire({ v: 1, id: "2", ok: true, body: {} });
  assert.equal(port.sent[1].id, "2");
});
