// Who gets a credential for which navigation.

import assert from "node:assert/strict";
import test from "node:test";

import { answer } from "../src/sso/blocking.js";
import { Sso } from "../src/sso/sso.js";
import { AUTHORIZE, COOKIE, LOGIN, browser, clock, device, turns } from "./fake.js";

function stage({ settings, answers } = {}) {
  const [api, native, time] = [browser(settings), device(answers), clock()];
  const sso = new Sso(api, native, time);
  const ask = (url, more = {}) => sso.credential({ url, tabId: 1, ...more });
  return { api, native, time, sso, ask, last: () => api.storage.session.items.sso?.last };
}

const header = { name: COOKIE.name, value: COOKIE.value };

test("a navigation to where sign-ins begin gets a credential made for it", async () => {
  const { ask, native, last } = stage();
  assert.deepEqual(await ask(AUTHORIZE), header);
  assert.deepEqual(await ask(`${LOGIN}/contoso/SAML2?SAMLRequest=x&sso_nonce=n%2B1`), header);
  // What an application and the service say to each other is not the device's to know.
  assert.deepEqual(native.of("cookie").map(({ body }) => body), [{ url: `${LOGIN}/common/oauth2/v2.0/authorize` }, { url: `${LOGIN}/contoso/SAML2?sso_nonce=n%2B1` }]);
  assert.ok(native.of("cookie").every((envelope) => envelope.origin === undefined));
  assert.deepEqual({ ...last(), time: 0 }, { host: "login.example", time: 0, outcome: "sent", upn: COOKIE.upn });
});

// [EX-01] A cookie signs in whoever has it: addresses that only look like a login host's get none, and the device is not even asked.
test("look-alikes get no credential", async () => {
  const { ask, native } = stage();
  const path = "/common/oauth2/authorize?a=b";
  for (const url of [
    `http://login.example${path}`, `https://login.example:8443${path}`, `https://login.example.${path}`, `https://login.example.evil.example${path}`,
    `https://xlogin.example${path}`, `https://evil.example${path}`, `https://login.example@evil.example${path}`, `https://a:b@login.example${path}`, `https://a@login.example${path}`,
    `https://evil.example/login.example${path}`, `https://evil.example/?u=https://login.example${path}`, `https://a.login.example${path}`, `https://login.ex\u0430mple${path}`,
    `https://127.0.0.1${path}`, `https://[::1]${path}`, `https://login%2eexample%2f${path}`, `wss://login.example${path}`, `ftp://login.example${path}`, `https:login.example.${path}`,
    `javascript:alert("https://login.example${path}")`, `data:text/html,https://login.example${path}`, `blob:https://login.example${path}`, `view-source:https://login.example${path}`, "", "https://", undefined,
    `${LOGIN}/common/oauth2/authorize/../token`, `${LOGIN}/common/oauth2/token`, `${LOGIN}/common/oauth2/logout?x=authorize`, `${LOGIN}/common/oauth2/xauthorize`, `${LOGIN}/`, `${LOGIN}/x?y=sso_nonce`,
    `${LOGIN}/?a=1#sso_nonce=n`,
  ]) assert.equal(await ask(url), null, url);
  assert.equal(native.of("cookie").length, 0);
  // Other ways to write the host itself.
  for (const url of [`HTTPS://LOGIN.EXAMPLE${path}`, `https://login.example:443${path}&b`, `https://login.example/x/..${path}&c`]) assert.deepEqual(await ask(url), header, url);
});

// [EX-08] A stranger's page harvests nothing: only top-level navigations, and frames within pages that the administrator named.
test("frames get a credential only within named pages", async () => {
  const { ask } = stage({ settings: { managed: { ssoFrameOrigins: ["https://app.example", "https://*.example", "http://b.example"] } } });
  assert.deepEqual(await ask(AUTHORIZE, { frame: ["https://app.example"] }), header);
  for (const frame of [["https://evil.example"], ["https://app.example", "https://evil.example"], ["http://b.example"], ["https://x.example"], ["https://app.example:444"], ["null"], [LOGIN]]) {
    assert.equal(await ask(`${AUTHORIZE}&x=${frame}`, { frame }), null, String(frame));
  }
});

test("personal accounts, and accounts of others, are none of this device's business", async () => {
  const { ask, native } = stage({ answers: { accounts: { accounts: [{ home_account_id: "o.t", username: COOKIE.upn }, { home_account_id: "p.t", username: "Bob@contoso.example" }] } } });
  for (const url of [
    `${LOGIN}/consumers/oauth2/v2.0/authorize?a=b`, `${LOGIN}/9188040D-6c67-4c5b-b112-36a304b66dad/oauth2/v2.0/authorize`, `${AUTHORIZE}&domain_hint=consumers`, `${AUTHORIZE}&domain_hint=LIVE.com`,
  ]) assert.equal(await ask(url), null, url);
  assert.equal(native.of("cookie").length, 0);
  assert.deepEqual(await ask(`${AUTHORIZE}&domain_hint=organizations`), header);
});

test("the account is the one that the application names, else the container's, else the device's choice", async () => {
  const accounts = [{ home_account_id: "o.t", username: COOKIE.upn }, { home_account_id: "p.t", username: "Bob@contoso.example" }];
  const { ask, native, sso } = stage({ answers: { accounts: { accounts } }, settings: { local: { ssoAccount: { "firefox-container-2": "p.t" } } } });
  await sso.broker.refresh();
  const chosen = async (url, more) => {
    const before = native.of("cookie").length;
    const credential = await ask(url, more);
    return credential && native.of("cookie")[before].body.account;
  };
  assert.equal(await chosen(`${AUTHORIZE}&x=1`), undefined);
  assert.equal(await chosen(`${AUTHORIZE}&x=2`, { storeId: "firefox-container-2" }), "p.t");
  assert.equal(await chosen(`${AUTHORIZE}&x=3`, { storeId: "firefox-default" }), undefined);
  assert.equal(await chosen(`${AUTHORIZE}&login_hint=bob%40CONTOSO.example`), "p.t");
  assert.equal(await chosen(`${AUTHORIZE}&login_hint=ada@contoso.example`, { storeId: "firefox-container-2" }), "o.t");
  assert.equal(await chosen(`${AUTHORIZE}&login_hint=eve@fabrikam.example`), null);
  // A hint that only the service can read.
  assert.equal(await chosen(`${AUTHORIZE}&login_hint=O.CiQxMjM`), undefined);
});

test("where nobody has told the accounts, the sign-on's own name is the only one", async () => {
  const { ask, sso } = stage({ answers: { accounts: { code: "JOIN-307" } } });
  await sso.broker.refresh();
  assert.deepEqual(await ask(`${AUTHORIZE}&login_hint=ADA@contoso.example`), header);
  assert.equal(await ask(`${AUTHORIZE}&login_hint=eve@contoso.example`), null);
});

test("switched off is off: by the administrator, at a login host, at an application", async () => {
  assert.equal(await stage({ settings: { managed: { sso: false } } }).ask(AUTHORIZE), null);
  assert.equal(await stage({ settings: { local: { ssoSites: { "login.example": false } } } }).ask(AUTHORIZE), null);
  const { ask } = stage({ settings: { local: { ssoSites: { "app.example": false, "other.example": true } } } });
  assert.equal(await ask(`${AUTHORIZE}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb`), null);
  assert.equal(await ask(AUTHORIZE, { initiator: "https://app.example" }), null);
  assert.deepEqual(await ask(`${AUTHORIZE}&redirect_uri=https%3A%2F%2Fother.example%2Fcb`), header);
});

test("hosts that the administrator names come beside the built-in ones", async () => {
  const { ask } = stage({ settings: { managed: { loginHosts: ["login.contoso.example", "https://sso.contoso.example:8443", "http://plain.example", "https://a.example/b", "*.example", 7] } } });
  const at = (origin) => ask(`${origin}/t/oauth2/authorize?x=${origin}`);
  for (const origin of [LOGIN, "https://login.contoso.example", "https://sso.contoso.example:8443"]) assert.deepEqual(await at(origin), header, origin);
  for (const origin of ["http://plain.example", "https://plain.example", "https://a.example", "https://x.example", "https://sso.contoso.example"]) assert.equal(await at(origin), null, origin);
});

// Not joined, signed out, disabled: nobody is asked.
test("nothing is asked for while the sign-on is of no use, and at once when it is again", async () => {
  const { ask, native, sso } = stage();
  for (const state of ["none", "sign_in_again", "device_disabled", "device_deleted"]) {
    native.answers.status = { sso: { state } };
    sso.broker.heard({ event: "status.changed" });
    await turns();
    assert.equal(await ask(`${AUTHORIZE}&x=${state}`), null, state);
  }
  native.answers.status = {};
  await sso.broker.refresh();
  assert.equal(await ask(AUTHORIZE), null);
  assert.equal(native.of("cookie").length, 0);
  for (const state of ["active", "offline"]) {
    native.answers.status = { sso: { state } };
    sso.broker.heard({ event: "broker.reconnected" });
    await turns();
    assert.deepEqual(await ask(`${AUTHORIZE}&x=${state}`), header);
  }
});

test("whatever the device does, the navigation goes on within a second and a half", async () => {
  for (const cookie of [undefined, () => undefined]) {
    const { ask, time, last } = stage({ answers: { cookie } });
    const asked = ask(AUTHORIZE);
    await turns();
    time.pass(1_200);
    assert.equal(await asked, null);
    assert.equal(last().code, "JOIN-304");
  }
  for (const cookie of [{ code: "JOIN-443" }, {}, { ...COOKIE, name: "Cookie" }, { ...COOKIE, value: "a\r\nb" }, { ...COOKIE, value: "a.b.c; x" }, { ...COOKIE, value: `a.b.${"c".repeat(20_000)}` }, { ...COOKIE, value: 7 }]) {
    const { ask, last } = stage({ answers: { cookie } });
    assert.equal(await ask(AUTHORIZE), null);
    assert.equal(last().outcome, "failed");
    assert.match(last().code, /^JOIN-/);
  }
  const broken = stage({ answers: { cookie: () => { throw new Error("x"); } } });
  assert.equal(await broken.ask(AUTHORIZE), null);
});

// [EX-03] Each navigation has a cookie of its own; a nonce that was seen is no nonce.
test("a tab that goes round in circles is left alone, and only that tab", async () => {
  const { ask, native, time } = stage();
  const given = [];
  // The service is never content, and sends new nonces for ever.
  for (let round = 0; round < 40; round += 1) given.push(await ask(`${AUTHORIZE}&sso_nonce=n${round}`));
  assert.equal(given.filter((one) => one !== null).length, 3);
  assert.deepEqual(await ask(`${AUTHORIZE}&sso_nonce=other`, { tabId: 2 }), header);
  // The same nonce again, in a request that is another.
  assert.deepEqual(await ask(`${AUTHORIZE}&x=1&sso_nonce=same`), header);
  assert.equal(await ask(`${AUTHORIZE}&x=2&sso_nonce=same`), null);
  assert.equal(await ask(`${AUTHORIZE}&x=3&sso_nonce=a&sso_nonce=b`), null);
  // The application is never content.
  const before = native.of("cookie").length;
  for (let round = 0; round < 100; round += 1) await ask(`${AUTHORIZE}&y=${round}`, { tabId: 3 });
  assert.equal(native.of("cookie").length - before, 20);
  time.pass(31_000);
  assert.deepEqual(await ask(AUTHORIZE), header);
});

// [EX-05] What a tab was given is known after a sleep, too.
test("the guard outlives the worker", async () => {
  const first = stage();
  for (let round = 0; round < 3; round += 1) await first.ask(AUTHORIZE);
  const second = stage({ settings: { session: first.api.storage.session.items } });
  assert.equal(await second.ask(AUTHORIZE), null);
  assert.deepEqual(await second.ask(AUTHORIZE, { tabId: 9 }), header);
});

// [EX-12] Two hundred tabs at once: one request at a time goes to the device, and nobody waits for ever.
test("two hundred navigations at once ask one after the other, and all go on", async () => {
  let [flying, most] = [0, 0];
  const { ask, native, time } = stage({ answers: { cookie: async () => {
    most = Math.max(most, flying += 1);
    await turns(1);
    flying -= 1;
    return native.of("cookie").length > 150 ? undefined : COOKIE;
  } } });
  const all = Array.from({ length: 200 }, (_, tabId) => ask(`${AUTHORIZE}&x=${tabId}`, { tabId }));
  await turns(500);
  time.pass(1_200);
  const given = await Promise.all(all);
  assert.equal(most, 1);
  assert.equal(given.filter((one) => one !== null).length, 150);
  // Whom nobody waits for any more is not asked for.
  assert.equal(native.of("cookie").length, 151);
});

test("in Firefox, the header is written into the request, once", async () => {
  const { sso } = stage({ settings: { managed: { ssoFrameOrigins: ["https://app.example"] } } });
  const details = (more) => ({ url: AUTHORIZE, tabId: 1, type: "main_frame", requestHeaders: [{ name: "Accept", value: "*/*" }, { name: "X-MS-refreshtokencredential", value: "old" }], ...more });
  assert.deepEqual(await answer(details({}), sso), { requestHeaders: [{ name: "Accept", value: "*/*" }, header] });
  assert.deepEqual(await answer(details({ url: "https://portal.example/" }), sso), {});
  const framed = (...pages) => answer(details({ type: "sub_frame", url: `${AUTHORIZE}&x=${pages}`, frameAncestors: pages.map((url) => ({ url })), documentUrl: "https://app.example/" }), sso);
  assert.ok((await framed("https://app.example/page")).requestHeaders);
  assert.deepEqual(await framed("https://app.example/page", "https://evil.example/"), {});
  assert.deepEqual(await framed("about:blank"), {});
  assert.deepEqual(await answer(details({ type: "sub_frame", url: `${AUTHORIZE}&y` }), sso), {});
});

// Sleep, restart, an update of the device: it is looked for, more and more seldom, and found.
test("a device that is away is looked for until it is back", async () => {
  const { sso, native, time } = stage({ answers: { status: { code: "JOIN-303" } } });
  const states = [];
  sso.changed = async (usable) => { states.push(usable); };
  await sso.broker.refresh();
  for (let second = 0; second < 600; second += 1) {
    time.pass(1_000);
    await turns(2);
  }
  assert.ok(native.of("status").length < 20, String(native.of("status").length));
  native.answers.status = { sso: { state: "active" } };
  time.pass(60_000);
  await turns();
  assert.deepEqual(states, [true]);
  // No program on this machine: nobody is looked for.
  native.answers.status = { code: "JOIN-302" };
  await sso.broker.refresh();
  const before = native.asked.length;
  for (let minute = 0; minute < 10; minute += 1) time.pass(60_000);
  assert.equal(native.asked.length, before);
  assert.deepEqual(states, [true, false]);
});
