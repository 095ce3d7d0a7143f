// Which portals may ask: the administrator's list, else the one that came with the extension.

import { exactOrigin } from "./gate.js";

const SCRIPT = "portals";

/** The list in force. Entries that are not exact https origins do not count. */
export async function allowedOrigins(api) {
  let managed = null;
  try {
    managed = (await api.storage.managed.get("portalOrigins")).portalOrigins;
  } catch {
    // Firefox throws where no policy is set.
  }
  const list = Array.isArray(managed) ? managed : await builtIn(api);
  return list.map(exactOrigin).filter((origin) => origin !== null);
}

async function builtIn(api) {
  const answer = await fetch(api.runtime.getURL("origins.json"));
  const list = await answer.json();
  return Array.isArray(list) ? list : [];
}

/** Puts the relay on portals that the manifest does not name. The policy that names them must grant their host permission, too. */
export async function registerRelays(api) {
  const known = new Set(api.runtime.getManifest().content_scripts.flatMap((script) => script.matches).map((match) => new URL(match.replace("*", "")).hostname));
  const hosts = (await allowedOrigins(api)).map((origin) => new URL(origin).hostname).filter((host) => !known.has(host));
  const matches = [...new Set(hosts)].map((host) => `https://${host}/*`);
  const registered = await api.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (registered.length > 0) await api.scripting.unregisterContentScripts({ ids: [SCRIPT] });
  if (matches.length > 0) {
    await api.scripting.registerContentScripts([{ id: SCRIPT, matches, js: ["src/relay.js"], runAt: "document_start", allFrames: false }]);
  }
}
