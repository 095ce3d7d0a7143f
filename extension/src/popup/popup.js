// What this machine is, at a glance. Asks once when opened, follows events while open; the last answer is shown until the new one comes.

import { advice, headline, management, warning } from "./lines.js";

const api = globalThis.browser ?? globalThis.chrome;
const text = (id, ...values) => api.i18n.getMessage(id, values);
const part = (id) => document.getElementById(id);

let port = null;
let asked = 0;

function ask() {
  port ??= open();
  port.postMessage({ v: 1, id: `popup-${asked++}`, type: "status", body: {} });
}

function open() {
  const opened = api.runtime.connect({ name: "popup" });
  opened.onMessage.addListener((message) => {
    if (message.event === "broker.closed") return;
    if (message.event) ask();
    else if (message.ok) show(message.body);
    else complain(message.error);
  });
  opened.onDisconnect.addListener(() => { port = null; });
  return opened;
}

function show(status) {
  const { device, details, tenant, broker } = status;
  const managed = management(status);
  const worth = (id) => (id ? text(id) : "");
  say("headline", text(headline(status)));
  say("advice", worth(advice(status)));
  facts([
    ["deviceName", device.device_name],
    ["tenant", tenant?.tenant_name],
    ["account", details?.registered_by],
    ["keys", details && text(details.keys === "tpm" ? "keysTpm" : "keysFile")],
    ["management", managed && text(managed.id, String(managed.unmet))],
  ]);
  say("warning", worth(warning(status)));
  say("code", "");
  const link = part("portal");
  link.hidden = !broker.portal?.startsWith("https://");
  if (!link.hidden) {
    link.href = broker.portal;
    link.textContent = text("portal");
  }
  part("again").hidden = true;
  api.storage.session.set({ status });
}

function complain(error) {
  say("headline", error.what);
  say("advice", error.cure);
  facts([]);
  say("warning", "");
  say("code", `${error.code} · ${error.correlation_id}`);
  part("portal").hidden = true;
  part("again").hidden = false;
}

function say(id, words) {
  const element = part(id);
  element.textContent = words;
  element.hidden = words === "";
  element.parentElement.setAttribute("aria-busy", "false");
}

function facts(rows) {
  const list = part("facts");
  list.replaceChildren();
  for (const [id, value] of rows) {
    if (!value) continue;
    const [term, detail, name] = [document.createElement("dt"), document.createElement("dd"), document.createElement("bdi")];
    term.textContent = text(id);
    name.textContent = value;
    detail.append(name);
    list.append(term, detail);
  }
}

document.documentElement.lang = api.i18n.getUILanguage();
part("again").textContent = text("again");
part("again").addEventListener("click", ask);
say("headline", text("asking"));
const kept = await api.storage.session.get("status");
if (kept.status) show(kept.status);
ask();
