// Settings: who signs in where, sites that are left out, applications that policy names, and what else policy fixed.

import { accountOf, chooseAccount, containers, hostIn, siteIsOn, sitesOff, switchSite } from "../choices.js";
import { ask, listen } from "../device.js";
import { managed } from "../managed.js";
import { msalOrigins } from "../origins.js";
import { bdi, say, text } from "../texts.js";
import { permissionFor, policyRows, storeName } from "./rows.js";

const api = globalThis.browser ?? globalThis.chrome;
const part = (id) => document.getElementById(id);

async function accounts() {
  const reply = await ask("accounts");
  const all = reply.ok && Array.isArray(reply.body?.accounts) ? reply.body.accounts : [];
  say("trouble", reply.ok ? "" : `${reply.error.what} (${reply.error.code})`);
  part("nobody").hidden = !reply.ok || all.length > 0;
  part("default").hidden = all.length === 0;
  await accountOf(api, part("default-choice"), "default", all, "");
  part("default-choice").onchange = (event) => chooseAccount(api, "default", event.target.value);
  part("containers").replaceChildren(...(await containers(api)).map(([store, id]) => {
    const who = all.find((one) => one.home_account_id === id)?.username ?? text("accountGone");
    return row(text("inContainer", storeName(store), who), text("forget"), () => chooseAccount(api, store, "").then(accounts));
  }));
  // Only Firefox has containers, and only with this permission are they told apart.
  part("contain").hidden = api.runtime.getBrowserInfo === undefined || (await api.permissions.contains({ permissions: ["cookies"] }));
}

async function sites() {
  const off = await sitesOff(api);
  part("sites").replaceChildren(...off.map((host) => row(host, text("siteSwitchOn"), () => switchSite(api, host, true).then(sites))));
  part("no-sites").hidden = off.length > 0;
}

async function add(event) {
  event.preventDefault();
  const field = part("site");
  const host = hostIn(field.value);
  say("site-wrong", host === null ? text("siteWrong") : "");
  if (host === null) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  if (host === null || !(await siteIsOn(api, host))) return field.focus();
  await switchSite(api, host, false);
  field.value = "";
  say("told", text("siteIsOff", host));
  await sites();
  return field.focus();
}

async function apps() {
  const all = await msalOrigins(api);
  part("no-apps").hidden = all.length > 0;
  part("apps").replaceChildren(...(await Promise.all(all.map(async (origin) => {
    const origins = [permissionFor(origin)];
    if (await api.permissions.contains({ origins })) return row(origin, text("appAllowed"), null);
    return row(origin, text("appAllow"), () => api.permissions.request({ origins }).then(apps));
  }))));
}

async function policy() {
  const rows = policyRows(await managed(api, null));
  part("no-policy").hidden = rows.length > 0;
  part("policy").replaceChildren(...rows.flatMap(([id, value]) => {
    const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = text(id);
    detail.append(bdi(typeof value === "boolean" ? text(value ? "yes" : "no") : value || text("empty")));
    return [term, detail];
  }));
}

/** A line of a list: words, and what can be done about them; without an act, a second word. */
function row(words, act, onclick) {
  const item = document.createElement("li");
  const last = document.createElement(onclick ? "button" : "span");
  last.textContent = act;
  if (onclick) {
    Object.assign(last, { type: "button", onclick });
    last.setAttribute("aria-label", `${act}: ${words}`);
  } else last.className = "quiet";
  item.append(bdi(words), last);
  return item;
}

for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
document.documentElement.lang = api.i18n.getUILanguage();
document.title = text("optionsTitle");
part("add").onsubmit = add;
part("contain-allow").onclick = () => api.permissions.request({ permissions: ["cookies"] }).then(accounts);
api.storage.onChanged.addListener((_, area) => {
  if (area === "managed") Promise.all([apps(), policy()]);
});
listen(accounts);
await Promise.all([sites(), apps(), policy(), accounts()]);
