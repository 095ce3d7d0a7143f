// A browser that is none: what the worker calls, remembered; events fired, and the clock set, by hand.

export const LOGIN = "https://login.example";
export const AUTHORIZE = `${LOGIN}/common/oauth2/v2.0/authorize?client_id=app&state=1`;
export const COOKIE = { name: "x-ms-RefreshTokenCredential", value: "a.b.c", upn: "ada@contoso.example" };

export const turn = () => new Promise((resolve) => { setImmediate(resolve); });
export const turns = async (count = 6) => {
  for (let at = 0; at < count; at += 1) await turn();
};

export function listeners() {
  const all = [];
  return { addListener: (f) => all.push(f), fire: (...x) => all.map((f) => f(...x)) };
}

export function clock() {
  let now = 1_000_000;
  const timers = new Set();
  return {
    now: () => now,
    setTimeout: (f, ms) => { const timer = { f, at: now + ms }; timers.add(timer); return timer; },
    clearTimeout: (timer) => timers.delete(timer),
    pass: (ms) => { now += ms; for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.f(); },
  };
}

function area(items = {}) {
  const names = (wanted) => (wanted === null ? Object.keys(items) : [wanted].flat());
  return {
    items,
    get: async (wanted) => Object.fromEntries(names(wanted).filter((name) => name in items).map((name) => [name, items[name]])),
    set: async (more) => { Object.assign(items, structuredClone(more)); },
    remove: async (name) => { delete items[name]; },
  };
}

/** `managed`, `local`, `session`: what the storage holds. */
export function browser({ managed = {}, local = {}, session = {}, builtIn = { loginHosts: [LOGIN], frameOrigins: [] } } = {}) {
  globalThis.fetch = async () => ({ json: async () => structuredClone(builtIn) });
  const rules = new Map();
  const api = {
    rules,
    reloaded: [],
    alarms: { create: () => {}, clear: () => {}, onAlarm: listeners() },
    runtime: { id: "dovetail", getURL: (path) => `chrome-extension://dynamic/${path}`, onStartup: listeners(), onMessage: listeners() },
    storage: { managed: area(managed), local: area(local), session: area(session), onChanged: listeners() },
    tabs: { query: async () => [], reload: (id) => api.reloaded.push(id) },
    webRequest: { onBeforeRequest: listeners(), onSendHeaders: listeners(), onErrorOccurred: listeners(), onBeforeSendHeaders: listeners() },
    declarativeNetRequest: {
      getSessionRules: async () => [...rules.values()],
      updateSessionRules: async ({ removeRuleIds = [], addRules = [] }) => {
        for (const id of removeRuleIds) rules.delete(id);
        for (const rule of addRules) {
          if (rules.has(rule.id)) throw new Error(`rule ${rule.id} is there already`);
          rules.set(rule.id, rule);
        }
      },
    },
  };
  return api;
}

/** A device that answers as `answers` says, by type; a function gets the request. What is not there hangs. */
export function device(answers = {}) {
  const all = { status: { sso: { state: "active", upn: COOKIE.upn } }, accounts: { accounts: [] }, cookie: COOKIE, ...answers };
  const asked = [];
  return {
    answers: all,
    asked,
    of: (type) => asked.filter((one) => one.type === type),
    request: async (envelope) => {
      asked.push(envelope);
      const answer = all[envelope.type];
      const body = await (typeof answer === "function" ? answer(envelope) : answer);
      if (body === undefined) return new Promise(() => {});
      return body.code === undefined ? { v: 1, id: envelope.id, ok: true, body } : { v: 1, id: envelope.id, ok: false, error: body };
    },
  };
}
