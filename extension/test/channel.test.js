// The worker's side of the MSAL channel.

import assert from "node:assert/strict";
import test from "node:test";

import { Channel } from "../src/channel.js";
import { failure } from "../src/failures.js";

const ORIGIN = "https://app.example";
const HOME = "11111111-1111-1111-1111-111111111111.22222222-2222-2222-2222-222222222222";
const ACCOUNT = { home_account_id: HOME, local_account_id: HOME.slice(0, 36), username: "Adele@contoso.com" };
const CORRELATION = "0b9e2c1a-3d4f-4a5b-8c6d-7e8f90a1b2c3";
const NOW = 1_800_000_000_000;
const TOKEN = { access_token: "at", token_type: "Bearer", id_token: "it", client_info: "ci", account: ACCOUNT, scope: "User.Read openid", expires_on: NOW / 1000 + 3599 };
const SENDER = { id: "dovetail", origin: ORIGIN, frameId: 0, tab: { incognito: false } };
const REQUEST = {
  accountId: HOME, clientId: "5d0f3c1e-3d0c-4b0b-9c55-0a2f6f6f1c02", authority: "https://login.example/common/", scope: "User.Read openid", redirectUri: `${ORIGIN}/redirect.html`,
  correlationId: CORRELATION, prompt: "none", nonce: "n", state: "s", claims: "{}", isSts: false, tokenType: "Bearer", windowTitleSubstring: "App", extraParameters: { telemetry: "MATS" },
};

/** A worker; `replies` are the device's, by type. */
function worker(replies = {}, policy = { msalOrigins: [ORIGIN] }) {
  const down = [];
  const kept = {};
  const api = { runtime: { id: "dovetail" }, storage: { managed: { get: async () => policy }, session: { set: async (items) => Object.assign(kept, items) } } };
  const all = { "status": { ok: true, body: { sso: { state: "active" } } }, "accounts": { ok: true, body: { accounts: [ACCOUNT] } }, "broker.token": { ok: true, body: TOKEN }, ...replies };
  const native = { request: async (envelope) => { down.push(envelope); return all[envelope.type]; } };
  let now = NOW;
  const channel = new Channel(api, native, () => now);
  return { channel, down, kept, pass: (ms) => { now += ms; } };
}

const ask = ({ channel }, changes = {}, sender = {}) => channel.token({ ...SENDER, ...sender }, JSON.stringify({ ...REQUEST, ...changes }));

test("a token has the shape that the library reads, and the daemon hears only what it needs", async () => {
  const stage = worker();
  assert.deepEqual(await ask(stage), { status: "Success", result: {
    access_token: "at", id_token: "it", client_info: "ci", account: { id: HOME, userName: "Adele@contoso.com", properties: {} },
    scope: "User.Read openid", expires_in: 3599, properties: {}, state: "s",
  } });
  const [accounts, token] = stage.down;
  assert.deepEqual([accounts.type, "origin" in accounts], ["accounts", false]);
  assert.equal(token.origin, ORIGIN);
  assert.deepEqual(token.body, {
    account: HOME, client_id: REQUEST.clientId, scope: REQUEST.scope, authority: REQUEST.authority, redirect_uri: REQUEST.redirectUri, claims: "{}", nonce: "n", correlation_id: CORRELATION,
  });
  assert.deepEqual(stage.kept, { "channel.sent": { origin: ORIGIN, time: NOW / 1000 } });
});

test("a correlation id that is none stays here", async () => {
  const stage = worker();
  await ask(stage, { correlationId: "<script>" });
  assert.equal(stage.down[1].body.correlation_id, undefined);
});

test("an account is known by its id, its object id or its name, and is named back as it was asked for", async () => {
  for (const accountId of [HOME, ACCOUNT.local_account_id, "adele@contoso.com"]) {
    assert.equal((await ask(worker(), { accountId })).result.account.id, accountId);
  }
  const stage = worker();
  assert.equal((await ask(stage, { accountId: "somebody else" })).ext.status, "ACCOUNT_UNAVAILABLE");
  assert.deepEqual(stage.down.map(({ type }) => type), ["accounts"]);
});

test("who is not named by policy gets the word that leads to the web", async () => {
  for (const [policy, sender] of [
    [{}, {}], [{ msalOrigins: ["https://other.example"] }, {}], [{ msalOrigins: ["https://app.example/"] }, {}], [{ msalOrigins: ["https://*.example"] }, {}], [{ msalOrigins: "https://app.example" }, {}],
    [undefined, { origin: "https://app.example:8443" }], [undefined, { origin: "http://app.example" }], [undefined, { frameId: 1 }], [undefined, { id: "other" }],
    [undefined, { tab: { incognito: true } }], [undefined, { tab: undefined }], [undefined, { documentLifecycle: "prerender" }],
  ]) {
    const stage = worker({}, policy);
    const response = await ask(stage, { origin: ORIGIN }, sender);
    assert.deepEqual([response.status, response.ext.status, stage.down.length], ["Fail", "DISABLED", 0], JSON.stringify([policy, sender]));
    assert.equal(await stage.channel.may({ ...SENDER, ...sender }), false);
  }
  const stage = worker();
  assert.equal(await stage.channel.may(SENDER), true);
  assert.ok(stage.down[0].deadline_ms < 1000);
});

// A library that has found a broker has no way back to the web: it finds one where the broker can serve.
test("nobody finds a broker where nobody is signed in on the device, or the device does not answer", async () => {
  const state = (sso) => ({ ok: true, body: { sso } });
  for (const [reply, found] of [
    [state({ state: "active" }), true], [state({ state: "offline" }), true], [state({ state: "none" }), false], [state({ state: "sign_in_again" }), false],
    [state({ state: "device_disabled" }), false], [state(undefined), false], [{ ok: false, error: { code: "JOIN-303" } }, false],
  ]) assert.equal(await worker({ status: reply }).channel.may(SENDER), found, JSON.stringify(reply));
});

test("what the library does better itself, it is left to do", async () => {
  for (const changes of [{ tokenType: "pop" }, { tokenType: "dpop+proof" }, { redirectUri: "https://evil.example/" }, { redirectUri: "brk-x://app" }, { redirectUri: "" }, { extraParameters: { child_client_id: "x" } }]) {
    assert.equal((await ask(worker(), changes)).ext.status, "DISABLED", JSON.stringify(changes));
  }
  for (const tokenType of ["bearer", undefined]) assert.equal((await ask(worker(), { tokenType })).status, "Success");
});

test("nothing is shown from here", async () => {
  for (const prompt of ["login", "consent", "select_account", "create"]) {
    const { ext, code } = await ask(worker(), { prompt });
    assert.deepEqual([ext.status, code], ["USER_INTERACTION_REQUIRED", "interaction_required"]);
  }
});

test("nonsense does not reach the device", async () => {
  for (const changes of [
    { clientId: 7 }, { clientId: "" }, { scope: "" }, { scope: {} }, { scope: "x".repeat(2049) }, { accountId: "" }, { accountId: null }, { claims: {} },
    { claims: "x".repeat(16_385) }, { nonce: ["n"] }, { state: 1 }, { authority: "x".repeat(513) }, { correlationId: "x".repeat(65) },
  ]) {
    const stage = worker();
    assert.deepEqual([(await ask(stage, changes)).code, stage.down.length], ["bad_request", 0], JSON.stringify(changes));
  }
  assert.equal((await ask(worker(), { state: "x".repeat(64 * 1024) })).code, "bad_request");
  for (const text of ["", "null", "7", "{", undefined, {}, `{"a":"${"x".repeat(64 * 1024)}"}`]) {
    assert.equal((await worker().channel.token(SENDER, text)).code, "bad_request");
  }
});

test("one origin has sixty requests a minute", async () => {
  const stage = worker();
  for (let i = 0; i < 60; i += 1) assert.equal((await ask(stage)).status, "Success");
  const { ext } = await ask(stage);
  assert.deepEqual([ext.status, ext.retryable], ["TRANSIENT_ERROR", true]);
  stage.pass(60_001);
  assert.equal((await ask(stage)).status, "Success");
});

test("the device's refusals become what the library understands", async () => {
  const report = (code, symbol, fix) => ({ code, symbol, fix, what: "What.", correlation_id: "id" });
  for (const [error, status] of [
    [report("JOIN-302", "HOST_MISSING", "admin"), "DISABLED"], [report("JOIN-303", "DAEMON_NOT_RUNNING", "admin"), "DISABLED"],
    [report("JOIN-305", "UNSUPPORTED", "admin"), "DISABLED"], [report("JOIN-306", "ORIGIN_REFUSED", "admin"), "DISABLED"],
    [report("JOIN-108", "NOT_JOINED", "you"), "DISABLED"], [report("JOIN-309", "PEER_REFUSED", "you"), "DISABLED"],
    [report("JOIN-440", "SSO_NOT_SIGNED_IN", "you"), "USER_INTERACTION_REQUIRED"], [report("JOIN-443", "SSO_SIGN_IN", "you"), "USER_INTERACTION_REQUIRED"],
    [report("AADSTS50076", "AADSTS_MFA_REQUIRED", "you"), "USER_INTERACTION_REQUIRED"], [report("AADSTS65001", "AADSTS_CONSENT", "admin"), "USER_INTERACTION_REQUIRED"],
    [report("AADSTS53003", "AADSTS_BLOCKED", "admin"), "PERSISTENT_ERROR"], [report("JOIN-501", "INTERNAL", "us"), "PERSISTENT_ERROR"],
    [report("JOIN-201", "UNREACHABLE", "wait"), "NO_NETWORK"], [report("JOIN-304", "TIMED_OUT", "wait"), "TRANSIENT_ERROR"], [report("JOIN-311", "CLOSED", "wait"), "TRANSIENT_ERROR"],
  ]) {
    for (const type of ["accounts", "broker.token"]) {
      const stage = worker({ [type]: { ok: false, error } });
      const { ext, description } = await ask(stage);
      assert.equal(ext.status, status, error.symbol);
      assert.equal(description, `What. (${error.code})`);
      assert.deepEqual(stage.kept, { "channel.failed": { origin: ORIGIN, time: NOW / 1000, code: error.code, correlation_id: "id" } });
    }
  }
  assert.notEqual(failure({ symbol: "constructor" }).ext.status, undefined);
});
