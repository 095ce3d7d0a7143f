// The worker. Registers every listener at start; keeps nothing that it cannot do without after a sleep.

import { Channel } from "./channel.js";
import { forget, note, take } from "./flows.js";
import { isOwnPage, openToPages, pageOrigin } from "./gate.js";
import { allowedOrigins, registerRelays } from "./origins.js";
import { NativePort } from "./port.js";
import { refusal } from "./reports.js";
import { listen as listenBlocking } from "./sso/blocking.js";
import { ALARM } from "./sso/broker.js";
import { Hold } from "./sso/hold.js";
import { Sso } from "./sso/sso.js";

const api = globalThis.browser ?? globalThis.chrome;
const clients = new Set();
const native = new NativePort(api.runtime, (event) => {
  for (const client of clients) client.postMessage(event);
  sso.broker.heard(event);
});
const sso = new Sso(api, native);
/** Firefox has no need of it: there, requests wait for us. In Chromium they would do so where a policy installed us, but what is written into them goes on to wherever the server redirects. */
const hold = api.runtime.getBrowserInfo ? null : new Hold(api, sso);

if (hold) hold.listen(globalThis);
else listenBlocking(api, sso);
sso.changed = async (usable) => hold?.arm(usable);
sso.broker.refresh();
api.alarms.onAlarm.addListener(({ name }) => {
  if (name === ALARM) sso.broker.refresh();
});
const channel = new Channel(api, native);

api.runtime.onConnect.addListener((port) => {
  if (port.name === "portal") servePage(port);
  else if (port.name === "popup" && isOwnPage(port.sender, api.runtime.id, api.runtime.getURL(""))) servePopup(port);
  else port.disconnect();
});
/** What content scripts ask once and are answered once. */
const ANSWERS = {
  "redirected": (_, sender) => take(api, api.runtime.id, sender),
  "msal.may": (_, sender) => channel.may(sender),
  "msal.token": ({ request }, sender) => channel.token(sender, request),
};
api.runtime.onMessage.addListener((message, sender, respond) => {
  if (message?.type === "hold") return hold?.answer(message, sender, respond) ?? false;
  if (!Object.hasOwn(ANSWERS, message?.type)) return false;
  ANSWERS[message.type](message, sender).then(respond, () => respond(null));
  return true;
});
api.tabs.onRemoved.addListener((tabId) => {
  forget(api, tabId);
  sso.guard.forget(tabId);
});
api.runtime.onInstalled.addListener(() => registerRelays(api));
api.runtime.onStartup.addListener(() => registerRelays(api));
api.storage.onChanged.addListener((_, area) => {
  if (area === "managed") registerRelays(api);
  if (area === "session") return;
  sso.settings.forget();
  hold?.arm(sso.broker.standing?.usable === true);
});

/** What popup and settings ask; whatever else there is, a person does with the command line. */
const OPEN_TO_POPUP = new Set(["status", "accounts"]);

/** A portal page: its origin is what the browser says, checked once for the whole life of the port (a document cannot change it). */
function servePage(port) {
  const origin = allowedOrigins(api).then((allowed) => pageOrigin(port.sender, api.runtime.id, allowed), () => null);
  serve(port, async (message) => {
    const from = await origin;
    if (from === null) return { refused: 306 };
    if (!openToPages(message.type)) return { refused: 309 };
    // Only who was let in and asked for events gets them.
    if (message.type === "subscribe") clients.add(port);
    return { origin: from };
  }, (reply) => note(api, port.sender, reply));
}

function servePopup(port) {
  clients.add(port);
  serve(port, async (message) => (OPEN_TO_POPUP.has(message.type) ? {} : { refused: 309 }));
}

/** Relays requests down and replies up. `judge` says what is written into the envelope, or with which code it is refused; `seen` sees each reply first. */
function serve(port, judge, seen = async () => {}) {
  let open = true;
  port.onDisconnect.addListener(() => {
    open = false;
    clients.delete(port);
  });
  port.onMessage.addListener(async (message) => {
    const reply = await answer(message, judge);
    await seen(reply);
    if (open) port.postMessage(reply);
    else clients.delete(port);
  });
}

async function answer(message, judge) {
  if (typeof message !== "object" || message === null || typeof message.type !== "string" || typeof message.id !== "string" || message.id === "") {
    return refusal(typeof message?.id === "string" ? message.id : "", 307);
  }
  const { refused, origin } = await judge(message);
  if (refused !== undefined) return refusal(message.id, refused);
  // Written anew: whatever else the page put into its message, an `origin` above all, stays here.
  const envelope = { v: 1, id: message.id, type: message.type, body: message.body ?? {} };
  if (origin !== undefined) envelope.origin = origin;
  if (Number.isInteger(message.deadline_ms)) envelope.deadline_ms = message.deadline_ms;
  return native.request(envelope);
}
