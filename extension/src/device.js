// The extension's own pages and the device: one port to the worker, an answer to each question.

const api = globalThis.browser ?? globalThis.chrome;
const waiting = new Map();
let port = null;
let asked = 0;
let onChange = () => {};

/** Asks the device. Resolves with the reply, a failure too; once more where the worker had just gone to sleep. */
export async function ask(type, body = {}) {
  return (await once(type, body)) ?? (await once(type, body)) ?? { ok: false, error: { code: "JOIN-311", what: api.i18n.getMessage("noWorker"), cure: "", correlation_id: "" } };
}

/** `act` is called when something changed on the device. */
export function listen(act) {
  onChange = act;
}

function once(type, body) {
  return new Promise((resolve) => {
    const id = `own-${asked++}`;
    waiting.set(id, resolve);
    try {
      port ??= open();
      port.postMessage({ v: 1, id, type, body });
    } catch {
      waiting.delete(id);
      port = null;
      resolve(null);
    }
  });
}

function open() {
  const opened = api.runtime.connect({ name: "popup" });
  opened.onMessage.addListener((message) => {
    if (message.event) {
      if (message.event !== "broker.closed") onChange();
      return;
    }
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  opened.onDisconnect.addListener(() => {
    port = null;
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
  });
  return opened;
}
