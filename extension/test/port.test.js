// The native port, against a fake browser and a clock that is set by hand.

import assert from "node:assert/strict";
import test from "node:test";

import { NativePort } from "../src/port.js";

/** A browser whose native port is driven by the test. */
function browser() {
  const starts = [];
  const listeners = () => {
    const all = [];
    return { addListener: (f) => all.push(f), fire: (x) => all.forEach((f) => f(x)) };
  };
  const api = {
    lastError: undefined,
    getManifest: () => ({ version: "1" }),
    connectNative: () => {
      const port = { sent: [], postMessage: (m) => port.sent.push(m), onMessage: listeners(), onDisconnect: listeners() };
      starts.push(port);
      return port;
    },
  };
  let now = 0;
  const timers = new Set();
  const clock = {
    now: () => now,
    setTimeout: (f, ms) => { const timer = { f, at: now + ms }; timers.add(timer); return timer; },
    clearTimeout: (timer) => timers.delete(timer),
    pass: (ms) => { now += ms; for (const timer of [...timers]) if (timer.at <= now) { timers.delete(timer); timer.f(); } },
  };
  const events = [];
  return { api, starts, clock, events, port: new NativePort(api, (event) => events.push(event), clock) };
}

const ask = (port, id, more = {}) => port.request({ v: 1, id, type: "status", body: {}, ...more });
const inner = (start, index) => start.sent.filter((frame) => frame.type === "status")[index].id;

test("replies find their request by id, in any order", async () => {
  const { port, starts } = browser();
  const [first, second] = [ask(port, "a"), ask(port, "b")];
  starts[0].onMessage.fire({ v: 1, id: inner(starts[0], 1), ok: true, body: 2 });
  starts[0].onMessage.fire({ v: 1, id: inner(starts[0], 0), ok: true, body: 1 });
  assert.deepEqual([await first, await second], [{ v: 1, id: "a", ok: true, body: 1 }, { v: 1, id: "b", ok: true, body: 2 }]);
  assert.equal(starts.length, 1);
  assert.deepEqual(starts[0].sent.slice(0, 2).map((frame) => frame.type), ["hello", "subscribe"]);
});

test("a request without an answer ends at its deadline", async () => {
  const { port, clock } = browser();
  const late = ask(port, "a", { deadline_ms: 2000 });
  clock.pass(3001);
  const reply = await late;
  assert.equal(reply.id, "a");
  assert.equal(reply.error.code, "JOIN-304");
});

test("when the port closes, everything that waits fails", async () => {
  const { port, starts, events, clock } = browser();
  const waiting = [ask(port, "a"), ask(port, "b")];
  starts[0].onMessage.fire({ v: 1, event: "x", body: {} });
  clock.pass(6000);
  starts[0].onDisconnect.fire(starts[0]);
  assert.deepEqual((await Promise.all(waiting)).map((reply) => reply.error.code), ["JOIN-311", "JOIN-311"]);
  assert.equal(events.at(-1).event, "broker.closed");
  ask(port, "c");
  assert.equal(starts.length, 2, "a port that had worked is opened again at once");
});

test("a missing host is told apart, in both browsers' words", async () => {
  for (const message of ["Specified native messaging host not found.", "Access to the specified native messaging host is forbidden.", "No such native application dovetail.host"]) {
    for (const place of ["lastError", "error"]) {
      const { api, port, starts } = browser();
      const asked = ask(port, "a");
      if (place === "lastError") api.lastError = { message };
      else starts[0].error = { message };
      starts[0].onDisconnect.fire(starts[0]);
      assert.equal((await asked).error.code, "JOIN-302", message);
    }
  }
});

// [EX-06] A host that dies at once is not started again and again.
test("a host that crashes in a loop is started a few times a minute, no more", async () => {
  const { port, starts, clock } = browser();
  for (let second = 0; second < 240; second += 1) {
    const asked = ask(port, `r${second}`);
    const last = starts.at(-1);
    if (last && !last.dead) {
      last.dead = true;
      // It says why, and dies all the same.
      last.onMessage.fire({ v: 1, id: "", ok: false, error: { code: "JOIN-310" } });
      last.onDisconnect.fire(last);
    }
    assert.equal((await asked).error.code, "JOIN-310");
    clock.pass(250);
  }
  assert.ok(starts.length <= 8, `${starts.length} starts in a minute`);
});

test("a message over the limit is not sent", async () => {
  const { port, starts } = browser();
  const reply = await ask(port, "a", { body: { text: "ä".repeat(600_000) } });
  assert.equal(reply.error.code, "JOIN-308");
  assert.equal(starts.length, 0);
});

test("what is no JSON is refused, not swallowed", async () => {
  const { port, starts } = browser();
  assert.equal((await ask(port, "a", { body: { number: 1n } })).error.code, "JOIN-307");
  assert.equal(starts.length, 0);
});

test("after the daemon came back, events are asked for again", () => {
  const { port, starts, events } = browser();
  ask(port, "a");
  const before = starts[0].sent.filter((frame) => frame.type === "subscribe").length;
  starts[0].onMessage.fire({ v: 1, event: "broker.reconnected", body: {} });
  assert.equal(starts[0].sent.filter((frame) => frame.type === "subscribe").length, before + 1);
  assert.equal(events[0].event, "broker.reconnected");
});
