// Which portals may ask: the administrator's list, else the one that came with the extension.

import { exactOrigin } from "./gate.js";
import { managed } from "./managed.js";

const PORTALS = "portals";
const REDIRECTS = "redirects";
const MSAL = "msal";

/** The list in force. Entries that are not exact https origins do not count. */
export async function allowedOrigins(api) {
  const managed = await policy(api, "portalOrigins");
  const list = managed ?? (await builtIn(api));
  return list.map(exactOrigin).filter((origin) => origin !== null);
}

/** Applications whose pages may ask for tokens by the MSAL channel: nobody, unless the administrator names them. */
export async function msalOrigins(api) {
  return ((await policy(api, "msalOrigins")) ?? []).map(exactOrigin).filter((origin) => origin !== null);
}

/** What the administrator set under this name, when it is a list; else null. */
async function policy(api, name) {
  const list = (await managed(api, name))[name];
  return Array.isArray(list) ? list : null;
}

async function builtIn(api) {
  const answer = await fetch(api.runtime.getURL("origins.json"));
  const list = await answer.json();
  return Array.isArray(list) ? list : [];
}

/** Puts the scripts on pages that the manifest does not name. The policy that names them must grant their host permission, too. */
export async function registerRelays(api) {
  const known = (file) => api.runtime.getManifest().content_scripts.filter((script) => script.js.includes(file)).flatMap((script) => script.matches);
  const hosts = new Set(known("src/relay.js").map((match) => new URL(match.replace("*", "")).hostname));
  const portals = (await allowedOrigins(api)).map((origin) => new URL(origin).hostname).filter((host) => !hosts.has(host)).map((host) => `https://${host}/*`);
  await register(api, PORTALS, "src/relay.js", portals);
  const redirects = ((await policy(api, "redirectUris")) ?? []).filter((uri) => typeof uri === "string" && URL.canParse(uri)).map((uri) => new URL(uri))
    .filter((url) => url.protocol === "https:" && !/[*]/.test(url.href)).map((url) => `https://${url.hostname}${url.pathname}*`);
  await register(api, REDIRECTS, "src/redirect.js", redirects.filter((match) => !known("src/redirect.js").includes(match)));
  await register(api, MSAL, "src/msal.js", (await msalOrigins(api)).map((origin) => `https://${new URL(origin).hostname}/*`));
}

async function register(api, id, file, all) {
  const matches = [...new Set(all)];
  const registered = await api.scripting.getRegisteredContentScripts({ ids: [id] });
  if (registered.length > 0) await api.scripting.unregisterContentScripts({ ids: [id] });
  if (matches.length > 0) {
    await api.scripting.registerContentScripts([{ id, matches, js: [file], runAt: "document_start", allFrames: false }]);
  }
}
