// The one native port: ids, deadlines, everything that waits fails when it closes, and it is opened anew no faster than is good.

import { refusal } from "./reports.js";

const HOST = "dovetail.host";
const MAX_FRAME = 1024 * 1024;
const DEADLINE_MS = 10_000;
const DEADLINE_MAX_MS = 60_000;
/** The host answers late requests itself; only when it is silent, too, does this clock speak. */
const GRACE_MS = 1_000;
/** A port that lived this long had worked. */
const PROVEN_MS = 5_000;
/** After a failed start, the next is tried no sooner; doubles up to the last. */
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 30_000;

/** How Chromium and Firefox say that there is no such host. */
const MISSING = /not found|forbidden|no such native application|not registered/i;

export class NativePort {
  /** `api`: the browser's runtime. `onEvent`: gets every event. */
  constructor(api, onEvent, clock = { now: () => Date.now(), setTimeout: (f, ms) => setTimeout(f, ms), clearTimeout: (t) => clearTimeout(t) }) {
    this.api = api;
    this.onEvent = onEvent;
    this.clock = clock;
    this.port = null;
    this.started = 0;
    this.said = null;
    this.pending = new Map();
    this.next = 0;
    this.delay = 0;
    this.notBefore = 0;
    this.lastFailure = 311;
  }

  /** Sends a request; resolves with its reply, always: a failure is a reply, too. */
  request(envelope) {
    const id = envelope.id;
    return new Promise((resolve) => {
      const inner = `x${this.next++}`;
      const frame = { ...envelope, id: inner };
      // UTF-16 counts at most three bytes of UTF-8 a unit: measured only when it could matter.
      let text;
      try {
        text = JSON.stringify(frame);
      } catch {
        // Structured values can hold what JSON cannot: big integers, cycles.
        resolve(refusal(id, 307));
        return;
      }
      if (text.length * 3 > MAX_FRAME && new TextEncoder().encode(text).length > MAX_FRAME) {
        resolve(refusal(id, 308));
        return;
      }
      if (!this.port && !this.connect()) {
        resolve(this.said ? { v: 1, id, ok: false, error: this.said } : refusal(id, this.lastFailure));
        return;
      }
      const wanted = Number.isInteger(envelope.deadline_ms) && envelope.deadline_ms > 0 ? envelope.deadline_ms : DEADLINE_MS;
      const timer = this.clock.setTimeout(() => this.settle(inner, refusal(id, 304)), Math.min(wanted, DEADLINE_MAX_MS) + GRACE_MS);
      this.pending.set(inner, { id, resolve, timer });
      this.port.postMessage(frame);
    });
  }

  /** Opens the port unless it is too soon after a failure. */
  connect() {
    if (this.clock.now() < this.notBefore) return false;
    const port = this.api.connectNative(HOST);
    this.port = port;
    this.started = this.clock.now();
    this.said = null;
    port.onMessage.addListener((message) => this.take(message));
    port.onDisconnect.addListener((closed) => this.closed(closed ?? port));
    port.postMessage({ v: 1, id: "hello", type: "hello", body: { protocol: [1], client: "extension", version: this.api.getManifest().version } });
    this.subscribe();
    return true;
  }

  subscribe() {
    this.port?.postMessage({ v: 1, id: "subscribe", type: "subscribe", body: {} });
  }

  take(message) {
    if (typeof message !== "object" || message === null) return;
    // A report without an id is the host's own last word, such as JOIN-310.
    if (message.ok === false && !message.id) this.said = message.error;
    if (typeof message.event === "string") {
      if (message.event === "broker.reconnected") this.subscribe();
      this.onEvent(message);
    } else {
      this.settle(message.id, message);
    }
  }

  settle(inner, reply) {
    const waiting = this.pending.get(inner);
    if (!waiting) return;
    this.pending.delete(inner);
    this.clock.clearTimeout(waiting.timer);
    waiting.resolve({ ...reply, id: waiting.id });
  }

  /** Everything that waits fails, with the reason. */
  closed(port) {
    const error = this.api.lastError ?? port.error;
    const why = typeof error?.message === "string" ? error.message : "";
    this.lastFailure = MISSING.test(why) ? 302 : 311;
    this.port = null;
    this.delay = this.clock.now() - this.started < PROVEN_MS ? Math.min(this.delay * 2 || FIRST_DELAY_MS, LAST_DELAY_MS) : 0;
    this.notBefore = this.clock.now() + this.delay;
    for (const inner of [...this.pending.keys()]) {
      const { id } = this.pending.get(inner);
      this.settle(inner, this.said ? { v: 1, id, ok: false, error: this.said } : refusal(id, this.lastFailure));
    }
    this.onEvent({ v: 1, event: "broker.closed", body: {} });
  }
}
