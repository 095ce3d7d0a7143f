// Sign-ins that end at an address of the tenant's instead of the portal's: who began one, in which tab. In the browser's memory only, and
// taken once. What is in the answer is for the page to judge by its `state`, and for the daemon, which alone has the PKCE verifier.

/** Nobody takes longer to sign in. */
const LIFE_MS = 60 * 60 * 1000;
/** Longer than any real answer. */
const MAX_URL = 16 * 1024;
/** What goes back to the page; whatever else there is stays here. */
const NAMES = ["code", "state", "error", "error_description", "iss"];

const key = (tabId) => `flow.${tabId}`;

/** Notes what the device answered to a portal page: with a `redirect_uri`, the page is about to leave for a sign-in that ends there. */
export async function note(api, sender, reply, now = Date.now()) {
  const redirect = reply?.ok === true ? reply.body?.redirect_uri : undefined;
  if (typeof redirect !== "string" || !URL.canParse(redirect) || !URL.canParse(sender.url ?? "")) return;
  const { origin, pathname } = new URL(sender.url);
  await api.storage.session.set({ [key(sender.tab.id)]: { redirect, portal: origin + pathname, until: now + LIFE_MS } });
}

/** A tab is gone, and with it what it began. */
export function forget(api, tabId) {
  return api.storage.session.remove(key(tabId));
}

/** Where the tab goes on to, when a page of this tab began a sign-in that ends at this very address; else null, and nothing is taken. */
export async function take(api, extensionId, sender, now = Date.now()) {
  if (sender?.id !== extensionId || sender.frameId !== 0 || !sender.tab || sender.tab.incognito) return null;
  if (sender.documentLifecycle !== undefined && sender.documentLifecycle !== "active") return null;
  const name = key(sender.tab.id);
  const flow = (await api.storage.session.get(name))[name];
  const address = flow && flow.until > now ? back(flow, sender.url ?? "") : null;
  if (address !== null) await api.storage.session.remove(name);
  return address;
}

/** The portal's address with the answer behind the `#`, where no server sees it. Null for what is no answer, or says a thing twice. */
export function back(flow, url) {
  if (url.length > MAX_URL || !URL.canParse(url)) return null;
  const [there, wanted] = [new URL(url), new URL(flow.redirect)];
  if (there.protocol !== "https:" || there.origin !== wanted.origin || there.pathname !== wanted.pathname || there.username || there.password) return null;
  const answer = new URLSearchParams();
  for (const name of NAMES) {
    const values = there.searchParams.getAll(name);
    if (values.length > 1) return null;
    if (values.length === 1) answer.set(name, values[0]);
  }
  return answer.has("state") && answer.has("code") !== answer.has("error") ? `${flow.portal}#${answer}` : null;
}
