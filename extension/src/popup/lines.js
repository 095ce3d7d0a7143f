// What the popup says about a status. Pure: names of messages and values, no document, no browser.

const WAITING = ["waiting_for_sign_in", "waiting_for_terms", "waiting_for_confirmation", "waiting_for_approval", "running"];

/** The headline's message. */
export function headline({ device, join }) {
  if (join?.state === "waiting_for_management") return "managing";
  // With a device the join is at its last steps: management.
  if (WAITING.includes(join?.state)) return join.device ? "managing" : "joining";
  return device.azure_ad_joined ? "joined" : device.workplace_joined ? "registered" : "notJoined";
}

/** What a person can do, as a message; none when there is nothing to do here. */
export function advice({ join, management }) {
  if (join?.state === "waiting_for_approval") return "approve";
  if (join?.state === "waiting_for_terms") return "terms";
  if (join?.state === "waiting_for_management" || management?.state === "waiting_for_sign_in") return "finish";
  return null;
}

/** The line about management: a message, and how many policies are not met. None where nobody manages the device. */
export function management({ management }) {
  if (!management) return null;
  const unmet = (management.policies ?? []).filter((policy) => !policy.met).length;
  if (management.state !== "enrolled") {
    return { id: { waiting_for_sign_in: "managementWaiting", failed: "managementFailed", removed: "managementRemoved" }[management.state], unmet };
  }
  return { id: { compliant: "managementCompliant", noncompliant: "managementNoncompliant" }[management.compliance] ?? "managementUnknown", unmet };
}

/** What is worth a warning, as a message. */
export function warning({ details, management }) {
  if (details?.keys === "file") return "notBound";
  return management?.state === "enrolled" && management.compliance === "noncompliant" ? "unmet" : null;
}

/** How the person's sign-in on this device stands, where that is worth a sentence, and whether they can mend it on the portal. */
export function signOn({ sso }) {
  const id = {
    none: "ssoNone", offline: "ssoOffline", sign_in_again: "ssoAgain", device_disabled: "ssoDisabled", device_deleted: "ssoDeleted",
  }[sso?.state];
  return id === undefined ? null : { id, act: ["none", "sign_in_again"].includes(sso.state) };
}

/** Where and when somebody was last signed in by this device: by a page's request, or by the channel. Null when nobody was. */
export function lastUse(session) {
  const [header, channel] = [session.sso?.last, session["channel.sent"]];
  return newest([
    header?.outcome === "sent" && { where: header.host, time: header.time },
    channel && { where: new URL(channel.origin).host, time: channel.time },
  ]);
}

/** The last failure that anybody told: code and time. Null when all is well. */
export function lastError({ sso, management: managed, diagnostics }, session) {
  const header = session.sso?.last;
  return newest([sso?.report, managed?.report, diagnostics, session["channel.failed"], header?.outcome === "failed" && header]);
}

/** The host of a tab whose site can be switched off; null for the browser's own pages. */
export function siteOf(tab) {
  return URL.canParse(tab?.url ?? "") && new URL(tab.url).protocol === "https:" ? new URL(tab.url).hostname : null;
}

function newest(all) {
  return all.filter((one) => one && Number.isFinite(one.time) && (one.code || one.where)).sort((a, b) => b.time - a.time)[0] ?? null;
}
