// Content script on portal pages: a MessagePort of the page on one side, a port of the extension on the other.
// It knows nothing and keeps nothing. Protocol: docs/protocol.md, "Page to extension".

(() => {
  const api = globalThis.browser ?? globalThis.chrome;
  const version = api.runtime.getManifest().version;
  let page = null;
  let background = null;
  const waiting = new Set();
  const CLOSED = { code: "JOIN-311", symbol: "CLOSED", what: "The connection to the Dovetail service was cut off.", cure: "Try again.", fix: "wait", retry: true };
  const GONE = { code: "JOIN-301", symbol: "EXTENSION_MISSING", what: "The Dovetail extension is not installed in this browser.", cure: "Install the extension, then reload this page.", fix: "you", retry: true };

  document.documentElement.dataset.dovetail = version;

  window.addEventListener("message", (event) => {
    const data = event.data;
    const ours = event.source === window && event.origin === location.origin && event.ports.length === 1 && typeof data === "object" && data !== null
      && data.channel === "dovetail" && data.v === 1 && data.type === "connect" && typeof data.nonce === "string" && data.nonce.length <= 128;
    if (!ours) return;
    event.stopImmediatePropagation();
    page?.close();
    page = event.ports[0];
    page.onmessage = (message) => send(message.data);
    page.postMessage({ channel: "dovetail", v: 1, type: "connected", nonce: data.nonce, extension: version });
  }, true);

  // A page that comes back from the browser's back/forward cache: its port was closed when it went in there, told or not.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    const port = background;
    background = null;
    port?.disconnect();
    fail();
  });

  function send(message) {
    if (typeof message?.id === "string") waiting.add(message.id);
    try {
      connect().postMessage(message);
    } catch {
      // The extension was updated or switched off under this page: only a new one, on a page opened anew, gets through.
      background = null;
      fail(GONE);
    }
  }

  function connect() {
    if (background) return background;
    const port = api.runtime.connect({ name: "portal" });
    background = port;
    port.onMessage.addListener((message) => {
      if (typeof message?.id === "string") waiting.delete(message.id);
      page?.postMessage(message);
    });
    port.onDisconnect.addListener(() => {
      // The end of a port that was given up says nothing about who waits at its successor.
      if (background !== port) return;
      background = null;
      fail();
    });
    return port;
  }

  /** Nobody is left waiting: the background, which makes such reports otherwise, is gone. */
  function fail(report = CLOSED) {
    for (const id of waiting) {
      page?.postMessage({ v: 1, id, ok: false, error: {
        ...report, correlation_id: crypto.randomUUID(), time: Math.floor(Date.now() / 1000), attempt: 0,
      } });
    }
    waiting.clear();
  }
})();
