// What this machine is and how signing in by it went, at a glance. Asks once when opened, follows events while open; the last answer
// is shown until the new one comes.

import { accountOf, chooseAccount, siteIsOn, switchSite } from "../choices.js";
import { ask, listen } from "../device.js";
import { managed } from "../managed.js";
import { facts as factsOf, named, say, text, when } from "../texts.js";
import { diagnostics } from "./diagnostics.js";
import { advice, headline, lastError, lastUse, management, signOn, siteOf, warning } from "./lines.js";

const api = globalThis.browser ?? globalThis.chrome;
const part = (id) => document.getElementById(id);
const known = { status: null, error: null, accounts: [], session: {} };

async function look() {
  const [status, accounts] = await Promise.all([ask("status"), ask("accounts")]);
  known.error = status.ok ? null : status.error;
  known.status = status.ok ? status.body : null;
  known.accounts = accounts.ok && Array.isArray(accounts.body?.accounts) ? accounts.body.accounts : [];
  if (status.ok) api.storage.session.set({ status: status.body });
  await show();
}

async function show() {
  known.session = await api.storage.session.get(["sso", "channel.sent", "channel.failed"]);
  if (known.error) complain(known.error);
  else if (known.status) tell(known.status);
  await choices();
  part("said").setAttribute("aria-busy", "false");
}

function tell(status) {
  const [managed, sign] = [management(status), signOn(status)];
  say("headline", text(headline(status)));
  say("advice", advice(status) ? text(advice(status)) : "");
  say("sign-on", sign?.id ? text(sign.id) : "");
  say("warning", warning(status) ? text(warning(status)) : "");
  say("code", "");
  const [use, error] = [lastUse(known.session), lastError(status, known.session)];
  factsOf(part("facts"), [
    ["deviceName", status.device.device_name],
    ["tenant", status.tenant?.tenant_name],
    ["account", status.details?.registered_by],
    ["keys", status.details && text(status.details.keys === "tpm" ? "keysTpm" : "keysFile")],
    ["management", managed && text(managed.id, String(managed.unmet))],
    ["signedIn", status.sso?.upn],
    ["lastUse", use && `${use.where}, ${when(use.time)}`],
    ["lastError", error && `${error.code}, ${when(error.time)}`],
  ]);
  const portal = status.broker.portal?.startsWith("https://") ?? false;
  part("portal").hidden = !portal;
  part("sign-in").textContent = text(status.sso?.state === "none" ? "signIn" : "signInAgain");
  part("sign-in").parentElement.hidden = !(portal && sign?.act);
  part("again").parentElement.hidden = true;
}

function complain(error) {
  say("headline", error.what);
  say("advice", error.cure);
  for (const id of ["sign-on", "warning"]) say(id, "");
  say("code", `${error.code} · ${error.correlation_id}`);
  factsOf(part("facts"), []);
  part("portal").hidden = true;
  part("sign-in").parentElement.hidden = true;
  part("again").parentElement.hidden = false;
}

/** What a person can choose here: this site, and who signs in. */
async function choices() {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  const { sso } = await managed(api, ["sso"]);
  const site = siteOf(tab);
  const joined = known.status?.device.azure_ad_joined || known.status?.device.workplace_joined;
  part("site-off").hidden = !(joined && sso === false);
  part("site").hidden = !(joined && site && sso !== false);
  if (!part("site").hidden) {
    named(part("site-words"), "siteOn", site);
    part("site-on").checked = await siteIsOn(api, site);
    part("site-on").onchange = (event) => switchSite(api, site, event.target.checked);
  }
  const contained = Boolean(tab?.cookieStoreId?.startsWith("firefox-container-"));
  const store = contained ? tab.cookieStoreId : "default";
  part("account").hidden = known.accounts.length < 2;
  if (part("account").hidden) return;
  part("account-words").textContent = text(contained ? "accountHere" : "accountDefault");
  await accountOf(api, part("account-choice"), store, known.accounts, text("accountAsElsewhere"));
  part("account-choice").onchange = (event) => chooseAccount(api, store, event.target.value);
}

const openPortal = () => api.tabs.create({ url: known.status.broker.portal });

for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
document.documentElement.lang = api.i18n.getUILanguage();
part("again").onclick = look;
part("portal").onclick = openPortal;
part("sign-in").onclick = openPortal;
part("settings").onclick = () => api.runtime.openOptionsPage();
part("copy").onclick = async () => {
  const words = diagnostics({ version: api.runtime.getManifest().version, browser: navigator.userAgent, time: new Date().toISOString(), ...known });
  await navigator.clipboard.writeText(words).then(() => say("copied", text("copied")), () => say("copied", text("notCopied")));
};
say("headline", text("asking"));
const kept = await api.storage.session.get("status");
if (kept.status) {
  known.status = kept.status;
  await show();
}
listen(look);
await look();
