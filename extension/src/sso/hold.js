// Chromium lets an extension write into a request only by rules that were there before it. So navigations to where sign-ins begin are
// sent to a page of ours first; this worker answers for that page, puts down a rule for this one request, and sends it on its way.

import { beginning } from "./entry.js";

const PAGE = "src/sso/hold.html";
const FILTER = { urls: ["https://*/*"], types: ["main_frame", "sub_frame"] };
/** Rules that hold requests have numbers below this; those for one request are above. */
const ONE_SHOT = 1_000;
/** A rule for one request lives no longer, used or not. */
const LIFE_MS = 30_000;
/** How long the browser may take to say which tab a held request is of. */
const SEEN_MS = 200;
/** Held requests that nobody came to ask about. */
const SEEN_MOST = 512;
/** Tabs that the browser restored at its start are asked for anew when SSO is there only after them. */
const START_MS = 10_000;
const PRIORITY = { hold: 1, pass: 2, header: 3 };

export class Hold {
  constructor(api, sso, clock = sso.clock) {
    this.api = api;
    this.sso = sso;
    this.clock = clock;
    /** Requests that are held, oldest first. */
    this.seen = [];
    /** Rules for one request: `{id, tabId, url}`. */
    this.out = [];
    this.waiting = new Set();
    this.startedAt = -Infinity;
  }

  /** To be called while the worker starts, so that the browser knows whom to wake. */
  listen(worker) {
    const { webRequest, runtime } = this.api;
    webRequest.onBeforeRequest.addListener((details) => this.see(details), FILTER);
    webRequest.onSendHeaders.addListener((details) => this.used(details), FILTER);
    webRequest.onErrorOccurred.addListener((details) => this.used(details), FILTER);
    runtime.onStartup.addListener(() => { this.startedAt = this.clock.now(); });
    worker.addEventListener("fetch", (event) => {
      if (new URL(event.request.url).pathname !== `/${PAGE}`) return;
      event.respondWith(this.released(held(event.request.url)).then((to) => (to ? Response.redirect(to, 307) : new Response("", { status: 404 }))));
    });
    this.armed = this.sweep();
  }

  /** What a worker before this one left behind. */
  async sweep() {
    const rules = await this.api.declarativeNetRequest.getSessionRules();
    await this.update(rules.filter(({ id }) => id >= ONE_SHOT).map(({ id }) => id), []);
  }

  /** Holds from now on what a credential could be had for, or nothing. One after the other: rules are replaced as a whole. */
  arm(usable) {
    this.armed = this.armed.then(() => this.arming(usable)).catch(() => {});
    return this.armed;
  }

  async arming(usable) {
    const settings = await this.sso.settings.read();
    const wanted = usable && settings.on;
    const rules = await this.api.declarativeNetRequest.getSessionRules();
    const old = rules.map(({ id }) => id).filter((id) => id < ONE_SHOT || !wanted);
    if (!wanted) this.out = [];
    await this.update(old, wanted ? holding(settings, this.api.runtime.getURL(PAGE)) : []);
    if (wanted && this.clock.now() - this.startedAt < START_MS) await this.askAnew(settings);
  }

  /** Tabs that came before us, at the very start of the browser. */
  async askAnew({ logins }) {
    this.startedAt = -Infinity;
    const tabs = await this.api.tabs.query({ url: logins.map((origin) => `https://${new URL(origin).hostname}/*`) });
    for (const tab of tabs.filter(({ url }) => beginning(url, logins) !== null)) this.api.tabs.reload(tab.id);
  }

  see({ url, tabId, type, initiator }) {
    if (this.out.some((rule) => rule.tabId === tabId && rule.url === url)) return;
    this.seen = [...this.seen, { url, tabId, type, initiator }].slice(-SEEN_MOST);
    for (const wake of this.waiting) wake();
  }

  /** Which request is held at our page; null when the browser does not say so in time. */
  async whose(url, tabId) {
    const find = () => this.seen.findIndex((one) => one.url === url && (tabId === undefined || one.tabId === tabId));
    if (find() < 0) {
      await new Promise((resolve) => {
        const wake = () => { if (find() >= 0) resolve(); };
        this.waiting.add(wake);
        this.clock.setTimeout(() => { this.waiting.delete(wake); resolve(); }, SEEN_MS);
      });
    }
    const at = find();
    return at < 0 ? null : this.seen.splice(at, 1)[0];
  }

  /** Lets a held request go on to where it was going, with a credential where there is one. Null for what was never held: then nobody is sent anywhere. */
  async released(url, tabId) {
    const { logins } = await this.sso.settings.read();
    if (beginning(url, logins) === null) return null;
    const request = await this.whose(url, tabId);
    // Whose frame it is, the browser says only of pages that we have a permission for; the rule that held it knew the host.
    const frame = request?.type === "main_frame" || request?.initiator === undefined ? [] : [request.initiator];
    const credential = request === null ? null : await this.sso.credential({ ...request, frame });
    await this.let(url, request?.tabId, credential);
    return url;
  }

  /** For a page that this worker could not answer for, because it had died: the page asks by itself. */
  answer(message, sender, respond) {
    const ours = message?.type === "hold" && sender.id === this.api.runtime.id && sender.tab && URL.canParse(sender.url ?? "") && new URL(sender.url).pathname === `/${PAGE}`;
    if (!ours) return false;
    this.released(held(sender.url), sender.tab.id).then(respond, () => respond(null));
    return true;
  }

  /** Rules for one request: it is not held again, and carries the credential. */
  async let(url, tabId, credential) {
    const [id] = crypto.getRandomValues(new Uint32Array(1)).map((chance) => ONE_SHOT + 2 * (chance % 1e9));
    const condition = { urlFilter: `|${url}|`, isUrlFilterCaseSensitive: true, resourceTypes: FILTER.types, requestMethods: ["get"], ...(tabId === undefined ? {} : { tabIds: [tabId] }) };
    const rules = [{ id, priority: PRIORITY.pass, condition, action: { type: "allow" } }];
    if (credential !== null) {
      const header = { header: credential.name, operation: "set", value: credential.value };
      rules.push({ id: id + 1, priority: PRIORITY.header, condition, action: { type: "modifyHeaders", requestHeaders: [header] } });
    }
    const rule = { id, tabId, url };
    this.out.push(rule);
    await this.update([], rules);
    this.clock.setTimeout(() => this.withdraw([rule]), LIFE_MS);
  }

  /** The request has its headers, or has come to nothing. */
  used({ url, tabId }) {
    this.withdraw(this.out.filter((rule) => rule.url === url && (rule.tabId === undefined || rule.tabId === tabId)));
  }

  withdraw(rules) {
    const still = rules.filter((rule) => this.out.includes(rule));
    if (still.length === 0) return;
    this.out = this.out.filter((rule) => !still.includes(rule));
    this.update(still.flatMap(({ id }) => [id, id + 1]), []);
  }

  update(removeRuleIds, addRules) {
    return this.api.declarativeNetRequest.updateSessionRules({ removeRuleIds, addRules });
  }
}

/** Rules that hold: top-level navigations, and those within pages that the administrator named. */
export function holding({ logins, frames }, page) {
  const wheres = [{ resourceTypes: ["main_frame"] }];
  if (frames.length > 0) wheres.push({ resourceTypes: ["sub_frame"], initiatorDomains: frames.map((origin) => new URL(origin).hostname) });
  const action = { type: "redirect", redirect: { regexSubstitution: `${page}?\\0` } };
  return logins.flatMap((origin) => beginnings(origin)).flatMap((regexFilter) => wheres.map((where) => ({ regexFilter, ...where })))
    .map((condition, index) => ({ id: 1 + index, priority: PRIORITY.hold, condition: { ...condition, requestMethods: ["get"] }, action }));
}

/** The same addresses as `beginning` knows, a little wider: it has the last word. */
function beginnings(origin) {
  const at = `^${origin.replace(/[.]/g, "\\.")}/[^?#]*`;
  return [`${at}/(?:oauth2/(?:v2\\.0/)?authorize|saml2|wsfed)(?:[?#].*)?$`, `${at}\\?(?:[^#]*&)?sso_nonce=.*$`];
}

/** The address that was held, behind the page's own. */
function held(url) {
  const at = url.indexOf("?");
  return at < 0 ? "" : url.slice(at + 1);
}
