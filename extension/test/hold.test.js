// Held requests in Chromium: which, whose, and how they go on. The rules that the browser has are the evidence.

import assert from "node:assert/strict";
import test from "node:test";

import { Hold, holding } from "../src/sso/hold.js";
import { Sso } from "../src/sso/sso.js";
import { AUTHORIZE, COOKIE, LOGIN, browser, clock, device, listeners, turns } from "./fake.js";

const PAGE = "chrome-extension://dovetail/src/sso/hold.html";

async function stage({ settings, answers, session } = {}) {
  const [api, native, time, fetches] = [browser({ ...settings, session }), device(answers), clock(), listeners()];
  const sso = new Sso(api, native, time);
  const hold = new Hold(api, sso);
  sso.changed = (usable) => hold.arm(usable);
  hold.listen({ addEventListener: (_, f) => fetches.addListener(f) });
  await sso.broker.refresh();
  /** What the browser does with a held request: says so, then asks for our page. */
  const held = async (url, more = {}) => {
    if (more.tabId !== null) api.webRequest.onBeforeRequest.fire({ url, tabId: 1, type: "main_frame", ...more });
    let answer;
    fetches.fire({ request: { url: `${PAGE}?${url}` }, respondWith: (promise) => { answer = promise; } });
    return answer;
  };
  const oneShots = () => [...api.rules.values()].filter(({ id }) => id >= 1_000);
  return { api, native, time, sso, hold, held, fetches, oneShots };
}

const holds = (rules, url, type = "main_frame") => rules.some(({ condition }) => condition.resourceTypes.includes(type) && new RegExp(condition.regexFilter, "i").test(url));

test("what is held is where sign-ins begin, and nothing else", () => {
  const rules = holding({ logins: [LOGIN, "https://sso.example:8443"], frames: [] }, PAGE);
  for (const url of [AUTHORIZE, `${LOGIN}/Common/oAuth2/Authorize?a=b#c`, `${LOGIN}/t/saml2`, `${LOGIN}/t/wsfed?x`, `${LOGIN}/x?a=b&sso_nonce=n`, "https://sso.example:8443/t/oauth2/authorize?"]) assert.ok(holds(rules, url), url);
  for (const url of [
    `${LOGIN}/common/oauth2/token`, `${LOGIN}/`, "https://sso.example/t/oauth2/authorize?", "https://loginxexample/t/oauth2/authorize", `https://evil.example/?${AUTHORIZE}`, "http://login.example/t/oauth2/authorize?a",
    "https://login.example.evil.example/t/oauth2/authorize", "https://login.example@evil.example/t/oauth2/authorize?a", "https://a@login.example/t/oauth2/authorize?a", `${LOGIN}/x?a=1#sso_nonce=1`, `${LOGIN}/x?asso_nonce=1`,
  ]) assert.ok(!holds(rules, url), url);
  assert.ok(!holds(rules, AUTHORIZE, "sub_frame"));
  const framed = holding({ logins: [LOGIN], frames: ["https://app.example"] }, PAGE).filter(({ condition }) => condition.resourceTypes.includes("sub_frame"));
  assert.ok(holds(framed, AUTHORIZE, "sub_frame") && framed.every(({ condition }) => condition.initiatorDomains[0] === "app.example"));
  assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
});

test("a held request goes on to the very same address, with rules for its tab alone", async () => {
  const { held, oneShots, api, time } = await stage();
  const address = `${AUTHORIZE}#part`;
  const answer = await held(address);
  assert.equal(answer.status, 307);
  assert.equal(answer.headers.get("location"), address);
  const [pass, header] = oneShots();
  assert.deepEqual([pass.action.type, header.action.requestHeaders], ["allow", [{ header: COOKIE.name, operation: "set", value: COOKIE.value }]]);
  for (const { condition } of [pass, header]) assert.deepEqual([condition.urlFilter, condition.tabIds, condition.resourceTypes.length], [`|${address}|`, [1], 2]);
  assert.ok(header.priority > pass.priority);
  // It passes; the rules are gone with it, and nobody else's request took them along.
  api.webRequest.onBeforeRequest.fire({ url: address, tabId: 1, type: "main_frame" });
  api.webRequest.onSendHeaders.fire({ url: address, tabId: 2 });
  assert.equal(oneShots().length, 2);
  api.webRequest.onSendHeaders.fire({ url: address, tabId: 1 });
  assert.equal(oneShots().length, 0);
  // One that is never sent does not stay, either.
  await held(`${AUTHORIZE}&x=1`);
  time.pass(30_001);
  assert.equal(oneShots().length, 0);
  await held(`${AUTHORIZE}&x=2`);
  api.webRequest.onErrorOccurred.fire({ url: `${AUTHORIZE}&x=2`, tabId: 1 });
  assert.equal(oneShots().length, 0);
});

test("without a credential it goes on all the same", async () => {
  for (const cookie of [{ code: "JOIN-443" }, undefined]) {
    const { held, oneShots, time } = await stage({ answers: { cookie } });
    const asked = held(AUTHORIZE);
    await turns();
    time.pass(1_200);
    assert.equal((await asked).headers.get("location"), AUTHORIZE);
    assert.deepEqual(oneShots().map(({ action }) => action.type), ["allow"]);
  }
  // The browser does not say which tab: then nobody is signed in.
  const { held, oneShots, time, native } = await stage();
  const asked = held(AUTHORIZE, { tabId: null });
  await turns();
  time.pass(200);
  assert.equal((await asked).headers.get("location"), AUTHORIZE);
  assert.deepEqual(oneShots().map(({ action }) => action.type), ["allow"]);
  assert.equal(native.of("cookie").length, 0);
});

// [EX-01] Our page sends nobody anywhere but to a login host.
test("the page is no way to somewhere else", async () => {
  const { held, oneShots, hold } = await stage();
  for (const url of ["https://evil.example/common/oauth2/authorize", "javascript:alert(1)", "", "https://login.example.evil.example/t/oauth2/authorize", `${LOGIN}/`]) {
    const answer = await held(url);
    assert.deepEqual([answer.status, answer.headers.get("location")], [404, null], url);
  }
  assert.equal(oneShots().length, 0);
  const sender = { id: "dovetail", tab: { id: 1 }, url: `${PAGE}?${AUTHORIZE}` };
  for (const change of [{ id: "other" }, { tab: undefined }, { url: `https://evil.example/src/sso/hold.htm?${AUTHORIZE}` }, { url: undefined }]) assert.equal(hold.answer({ type: "hold" }, { ...sender, ...change }, assert.fail), false);
  assert.equal(hold.answer({ type: "else" }, sender, assert.fail), false);
});

// [EX-05] The worker dies while it answers: the browser shows the page, and the page asks the next worker.
test("a page whose worker died goes on by the next one", async () => {
  const first = await stage();
  await first.held(AUTHORIZE);
  const left = first.oneShots();
  const second = await stage({ session: first.api.storage.session.items });
  for (const rule of left) second.api.rules.set(rule.id, rule);
  const swept = new Hold(second.api, second.sso);
  swept.listen({ addEventListener: () => {} });
  await swept.armed;
  assert.equal(second.oneShots().length, 0, "what the dead one left behind is gone");
  second.api.webRequest.onBeforeRequest.fire({ url: AUTHORIZE, tabId: 1, type: "main_frame" });
  const to = await new Promise((resolve) => { assert.equal(second.hold.answer({ type: "hold" }, { id: "dovetail", tab: { id: 1 }, url: `${PAGE}?${AUTHORIZE}` }, resolve), true); });
  assert.equal(to, AUTHORIZE);
  assert.equal(second.oneShots().length, 2);
});

test("two tabs with the same address both go on", async () => {
  const { api, held, oneShots } = await stage();
  api.webRequest.onBeforeRequest.fire({ url: AUTHORIZE, tabId: 1, type: "main_frame" });
  api.webRequest.onBeforeRequest.fire({ url: AUTHORIZE, tabId: 2, type: "main_frame" });
  await Promise.all([held(AUTHORIZE, { tabId: null }), held(AUTHORIZE, { tabId: null })]);
  assert.deepEqual(oneShots().map(({ condition }) => condition.tabIds[0]).sort(), [1, 1, 2, 2]);
});

// [EX-09] Signed out, disabled, left: nothing is held any more, and no rule of ours is left.
test("nothing is held once the sign-on is gone", async () => {
  const { api, native, sso, held } = await stage();
  await held(AUTHORIZE);
  assert.ok(api.rules.size > 2);
  native.answers.status = { sso: { state: "none" } };
  sso.broker.heard({ event: "status.changed" });
  await turns(12);
  assert.equal(api.rules.size, 0);
  native.answers.status = { sso: { state: "active" } };
  sso.broker.heard({ event: "status.changed" });
  await turns(12);
  assert.ok(api.rules.size > 0);
});

test("rules are replaced one change after the other", async () => {
  const { api, hold } = await stage();
  const before = api.rules.size;
  await Promise.all([hold.arm(true), hold.arm(false), hold.arm(true), hold.arm(true)]);
  assert.equal(api.rules.size, before);
});

test("nothing is held where a policy switched this off", async () => {
  assert.equal((await stage({ settings: { managed: { sso: false } } })).api.rules.size, 0);
});

// Tabs that the browser restored were there before us.
test("a sign-in page that was restored with the browser is asked for anew, once", async () => {
  const { api, hold } = await stage();
  api.tabs.query = async () => [{ id: 4, url: AUTHORIZE }, { id: 5, url: `${LOGIN}/common/help` }, { id: 6 }];
  await hold.arm(true);
  assert.deepEqual(api.reloaded, []);
  api.runtime.onStartup.fire();
  await hold.arm(true);
  await hold.arm(true);
  assert.deepEqual(api.reloaded, [4]);
});
