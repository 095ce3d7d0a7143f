// Firefox lets an extension write into a request while it waits, and forgets what was written when the server redirects elsewhere.
// Chromium, which allows it to extensions that a policy installed, carries it on to the other host: there, `hold.js` is the way.

const FILTER = { urls: ["https://*/*"], types: ["main_frame", "sub_frame"] };

/** To be called while the worker starts, so that the browser knows whom to wake. */
export function listen(api, sso) {
  api.webRequest.onBeforeSendHeaders.addListener((details) => answer(details, sso), FILTER, ["blocking", "requestHeaders"]);
}

/** A promise of the request's headers with the credential among them, or of nothing to change. */
export async function answer(details, sso) {
  const credential = await sso.credential({
    url: details.url,
    tabId: details.tabId,
    initiator: details.originUrl ?? details.initiator,
    frame: details.type === "main_frame" ? [] : around(details),
    storeId: details.cookieStoreId,
  });
  if (credential === null) return {};
  const others = details.requestHeaders.filter(({ name }) => name.toLowerCase() !== credential.name.toLowerCase());
  return { requestHeaders: [...others, credential] };
}

/** Origins of every page that the frame is in; what cannot be told is nobody's. */
function around({ frameAncestors, documentUrl, initiator }) {
  const pages = frameAncestors?.length > 0 ? frameAncestors.map(({ url }) => url) : [documentUrl ?? initiator];
  return pages.map((page) => (URL.canParse(page ?? "") ? new URL(page).origin : "null"));
}
