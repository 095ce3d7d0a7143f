// Who may ask for what. Pure: everything it judges by comes from the browser, nothing from the message.

/** What a page may ask (docs/protocol.md, "Requests"). */
const OPEN_TO_PAGES = new Set([
  "hello", "status", "subscribe", "preflight", "join.begin", "join.token", "join.terms", "join.confirm", "join.retry", "join.cancel", "join.manage", "join.code",
  "sign_in.begin", "sign_in.code",
]);

/** Known, but not for pages. */
const CLOSED_TO_PAGES = new Set(["hello.host", "approval.list", "approval.answer", "join.direct", "token", "cookie", "accounts", "broker.token", "leave", "sync", "unenroll", "doctor"]);

/** The origin when it is an exact https origin as browsers write them, else null. */
export function exactOrigin(text) {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "https:" && url.origin === text && !/[*]|[.]$/.test(url.hostname) ? url.origin : null;
}

/**
 * The origin that a content script's sender speaks for, or null when it may not speak at all:
 * our own extension, top frame, active document, not private, an origin on the list.
 */
export function pageOrigin(sender, extensionId, allowed) {
  if (!sender || sender.id !== extensionId || !sender.tab || sender.tab.incognito) return null;
  if (sender.frameId !== 0) return null;
  if (sender.documentLifecycle !== undefined && sender.documentLifecycle !== "active") return null;
  const origin = exactOrigin(sender.origin ?? (URL.canParse(sender.url ?? "") ? new URL(sender.url).origin : null));
  return origin !== null && allowed.includes(origin) ? origin : null;
}

/** Whether a page may ask for this type. Types that nobody knows go on to the daemon, which says so. */
export function openToPages(type) {
  return OPEN_TO_PAGES.has(type) || !CLOSED_TO_PAGES.has(type);
}

/** Whether a port was opened by a page of this very extension, the popup or, in a tab of its own, the settings; never within another page. */
export function isOwnPage(sender, extensionId, base) {
  return Boolean(sender) && sender.id === extensionId && (!sender.tab || sender.frameId === 0) && typeof sender.url === "string" && sender.url.startsWith(base);
}
