// What the settings page shows of policy and containers. Pure.

/** Managed settings that a person may want to know of, with their message. */
const SHOWN = { sso: "policySso", loginHosts: "policyLoginHosts", portalOrigins: "policyPortals", redirectUris: "policyRedirects", msalOrigins: "policyApps" };

/** Message and value of each setting that is there: a list a line each, or yes and no. */
export function policyRows(managed) {
  return Object.entries(SHOWN).filter(([name]) => managed[name] !== undefined)
    .map(([name, id]) => [id, typeof managed[name] === "boolean" ? managed[name] : [managed[name]].flat().map(String).join("\n")]);
}

/** The host permission that the channel's script needs on an origin; patterns know no ports. */
export function permissionFor(origin) {
  return `https://${new URL(origin).hostname}/*`;
}

/** `firefox-container-3` as people see it. */
export function storeName(store) {
  return store.replace(/^firefox-container-/, "");
}
