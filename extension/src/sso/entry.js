// Which addresses are the beginning of a sign-in that the device may answer for the person. Pure: an address in, a judgement out.

/** Where the service takes the credential: OpenID Connect, SAML and WS-Federation. Its letters' case does not count there. */
const BEGINNINGS = /\/(?:oauth2\/(?:v2\.0\/)?authorize|saml2|wsfed)$/i;
/** Personal accounts: the tenant's name, its id, and how applications hint at it. None of them is on an organisation's device. */
const PERSONAL = ["consumers", "9188040d-6c67-4c5b-b112-36a304b66dad", "live.com"];
/** Longer than any real address. */
const MAX_URL = 64 * 1024;

/** The address as one where a sign-in begins at one of `logins` (exact origins), or null. */
export function beginning(text, logins) {
  if (typeof text !== "string" || text.length > MAX_URL || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" || url.username || url.password || !logins.includes(url.origin)) return null;
  // Whatever the service itself sent back with a nonce is one, too.
  return BEGINNINGS.test(url.pathname) || url.searchParams.has("sso_nonce") ? url : null;
}

/** The server's nonce in it, "" where there is none, null where there are several: nobody says which. */
export function nonce(url) {
  const all = url.searchParams.getAll("sso_nonce");
  return all.length > 1 ? null : (all[0] ?? "");
}

/** The same request, whatever nonce it carries: what comes again and again in a circle. */
export function request(url) {
  const same = new URL(url);
  same.searchParams.delete("sso_nonce");
  same.hash = "";
  return same.href;
}

/** Whether the request is for somebody whom this device cannot sign in. */
export function isPersonal(url) {
  const hint = (url.searchParams.get("domain_hint") ?? "").toLowerCase();
  return PERSONAL.includes(url.pathname.split("/")[1].toLowerCase()) || PERSONAL.includes(hint);
}

/** The account that the application asks for by name; null where it names none, or in a form that only the service reads. */
export function hinted(url) {
  const hint = url.searchParams.get("login_hint") ?? url.searchParams.get("username") ?? "";
  return /^[^\s@]+@[^\s@]+$/.test(hint) ? hint.toLowerCase() : null;
}

/** Host names that a person may have switched this off for: the login host, and the application that gets the answer. */
export function sites(url, initiator) {
  const answer = url.searchParams.get("redirect_uri") ?? "";
  return [url.href, answer, initiator ?? ""].filter((text) => URL.canParse(text)).map((text) => new URL(text).hostname);
}

/** What the device needs to know of it: where, and the nonce. Everything else stays in the browser. */
export function asked(url) {
  const given = nonce(url);
  const query = given === "" ? "" : `?sso_nonce=${encodeURIComponent(given)}`;
  return `${url.origin}${url.pathname}${query}`;
}
