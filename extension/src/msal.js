// Content script on pages of the applications that policy names (`msalOrigins`): Microsoft's library for web pages asks a platform
// broker by this channel. It answers the handshake and carries requests to the worker; who may have what is decided there and in
// the daemon. Protocol: docs/protocol.md, "MSAL channel".

(() => {
  const api = globalThis.browser ?? globalThis.chrome;
  const CHANNEL = "53ee284d-920a-4b59-9d30-a60315b26836";
  /** Characters of a request as JSON: a real one has two thousand. */
  const MAX_REQUEST = 64 * 1024;
  /** Requests of this page that wait at once. */
  const MAX_WAITING = 16;
  const INVALID_METHOD = -2147186943;
  const E_FAIL = -2147467259;

  /** Whether this very origin may ask (a content script's address knows no ports): null while the worker has not said. */
  let allowed = null;
  let held = [];
  let waiting = 0;

  const decide = (may) => {
    allowed = may;
    for (const { data, port } of held) {
      // Not for us after all: the page goes on as if nobody had listened.
      if (allowed) answer(data, port);
      else window.postMessage(data, location.origin, [port]);
    }
    held = [];
  };
  api.runtime.sendMessage({ type: "msal.may" }).then((may) => decide(may === true), () => decide(false));

  window.addEventListener("message", (event) => {
    const data = event.data;
    const ours = allowed !== false && event.source === window && event.origin === location.origin && event.ports.length > 0 && isObject(data)
      && data.channel === CHANNEL && (data.extensionId === undefined || data.extensionId === api.runtime.id)
      && isId(data.responseId) && isObject(data.body) && data.body.method === "Handshake";
    if (!ours) return;
    event.stopImmediatePropagation();
    const port = event.ports[0];
    if (allowed) answer(data, port);
    else if (held.length < MAX_WAITING) held.push({ data, port });
  }, true);

  function answer({ responseId }, port) {
    port.onmessage = (message) => ask(message.data, port);
    port.postMessage({ channel: CHANNEL, extensionId: api.runtime.id, responseId, body: { method: "HandshakeResponse", version: api.runtime.getManifest().version } });
  }

  async function ask(message, port) {
    const responseId = isId(message?.responseId) ? message.responseId : "";
    const response = await respond(message);
    port.postMessage({ channel: CHANNEL, extensionId: api.runtime.id, responseId, body: { method: "Response", response } });
  }

  /** What comes of a message on the port: always something. */
  async function respond(message) {
    const method = message?.body?.method;
    if (message?.channel !== CHANNEL || (message.extensionId !== undefined && message.extensionId !== api.runtime.id) || typeof method !== "string") {
      return fail("bad_request", "The message could not be read.", { error: E_FAIL, status: "PERSISTENT_ERROR", properties: {}, retryable: false });
    }
    if (method !== "GetToken") {
      return fail("OSError", "The method is not known here.", { error: INVALID_METHOD, status: "PERSISTENT_ERROR", properties: {}, retryable: false });
    }
    const request = text(message.body.request);
    if (request === null || request.length > MAX_REQUEST) {
      return fail("bad_request", "The request is too large, or cannot be read.", { error: E_FAIL, status: "PERSISTENT_ERROR", properties: {}, retryable: false });
    }
    if (waiting >= MAX_WAITING) {
      return fail("too_many_requests", "Too many requests wait already.", { error: E_FAIL, status: "TRANSIENT_ERROR", properties: {}, retryable: true });
    }
    waiting += 1;
    try {
      const response = await api.runtime.sendMessage({ type: "msal.token", request });
      if (isObject(response)) return response;
      return fail("unknown", "The extension could not answer.", { error: E_FAIL, status: "TRANSIENT_ERROR", properties: {}, retryable: true });
    } catch {
      // The extension was updated or switched off under this page: the library goes on without it.
      return fail("ContentError", "The extension is gone.", { error: E_FAIL, status: "DISABLED", properties: {}, retryable: false });
    } finally {
      waiting -= 1;
    }
  }

  function fail(code, description, ext) {
    return { status: "Fail", code, description, ext };
  }

  /** As JSON; null for what JSON cannot hold. */
  function text(value) {
    try {
      return isObject(value) ? JSON.stringify(value) : null;
    } catch {
      return null;
    }
  }

  function isObject(value) {
    return typeof value === "object" && value !== null;
  }

  function isId(value) {
    return typeof value === "string" && value.length <= 128;
  }
})();
