// What the popup says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { diagnostics } from "../src/popup/diagnostics.js";
import { advice, headline, lastError, lastUse, management, signOn, siteOf, warning } from "../src/popup/lines.js";

const device = { azure_ad_joined: false, workplace_joined: false };
const enrolled = (compliance, policies) => ({ management: { state: "enrolled", compliance, policies } });

test("the headline follows the device and the join", () => {
  const joined = { azure_ad_joined: true, workplace_joined: false };
  for (const [status, id] of [
    [{ device }, "notJoined"],
    [{ device: joined }, "joined"],
    [{ device: { ...device, workplace_joined: true } }, "registered"],
    [{ device, join: { state: "waiting_for_terms" } }, "joining"],
    [{ device, join: { state: "running" } }, "joining"],
    [{ device: joined, join: { state: "waiting_for_management" } }, "managing"],
    [{ device: joined, join: { state: "running", device: {} } }, "managing"],
    [{ device: joined, join: { state: "joined", device: {} } }, "joined"],
    [{ device: joined, join: { state: "failed", device: {} } }, "joined"],
    [{ device, join: { state: "cancelled" } }, "notJoined"],
  ]) assert.equal(headline(status), id);
});

test("what waits for the person is said", () => {
  assert.equal(advice({ join: { state: "waiting_for_approval" } }), "approve");
  assert.equal(advice({ join: { state: "waiting_for_terms" } }), "terms");
  assert.equal(advice({ join: { state: "waiting_for_management" } }), "finish");
  assert.equal(advice({ management: { state: "waiting_for_sign_in" } }), "finish");
  assert.equal(advice({ join: { state: "running" } }), null);
  assert.equal(advice({}), null);
});

test("management is one line: state, verdict, and how much is not met", () => {
  assert.equal(management({}), null);
  for (const [state, id] of [["waiting_for_sign_in", "managementWaiting"], ["failed", "managementFailed"], ["removed", "managementRemoved"]]) {
    assert.deepEqual(management({ management: { state, compliance: "unknown" } }), { id, unmet: 0 });
  }
  assert.deepEqual(management(enrolled("unknown")), { id: "managementUnknown", unmet: 0 });
  assert.deepEqual(management(enrolled("compliant", [{ met: true }])), { id: "managementCompliant", unmet: 0 });
  assert.deepEqual(management(enrolled("noncompliant", [{ met: true }, { met: false }, { met: false }])), { id: "managementNoncompliant", unmet: 2 });
});

test("a device that is not as demanded is worth a warning, keys in files more so", () => {
  assert.equal(warning(enrolled("noncompliant")), "unmet");
  assert.equal(warning(enrolled("compliant")), null);
  assert.equal(warning({ ...enrolled("noncompliant"), details: { keys: "file" } }), "notBound");
  assert.equal(warning({}), null);
});

test("both languages have every message, and the same placeholders", () => {
  const read = (lang) => JSON.parse(readFileSync(new URL(`../_locales/${lang}/messages.json`, import.meta.url)));
  const [en, de] = [read("en"), read("de")];
  assert.deepEqual(Object.keys(en).sort(), Object.keys(de).sort());
  for (const id of Object.keys(en)) assert.deepEqual(en[id].placeholders, de[id].placeholders);
  const files = ["device.js", "popup/lines.js", "popup/popup.js", "popup/popup.html", "options/rows.js", "options/options.js", "options/options.html"];
  const sources = files.map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8")).join();
  for (const id of Object.keys(en).filter((id) => !["name", "description"].includes(id))) assert.ok(sources.includes(`"${id}"`), id);
});

test("how the sign-in stands is said where there is something to say, with a button where that helps", () => {
  for (const [state, expected] of [
    ["none", { id: "ssoNone", act: true }], ["sign_in_again", { id: "ssoAgain", act: true }], ["offline", { id: "ssoOffline", act: false }],
    ["device_disabled", { id: "ssoDisabled", act: false }], ["device_deleted", { id: "ssoDeleted", act: false }], ["active", null], ["something newer", null],
  ]) assert.deepEqual(signOn({ sso: { state } }), expected);
  assert.equal(signOn({}), null);
});

test("the last sign-on and the last error are the newest that anybody told", () => {
  assert.equal(lastUse({}), null);
  assert.equal(lastError({}, {}), null);
  const header = (outcome, more) => ({ sso: { last: { host: "login.example", outcome, ...more } } });
  assert.deepEqual(lastUse({ ...header("sent", { time: 5 }), "channel.sent": { origin: "https://app.example:8443", time: 4 } }), { where: "login.example", time: 5 });
  assert.deepEqual(lastUse({ ...header("sent", { time: 3 }), "channel.sent": { origin: "https://app.example:8443", time: 4 } }), { where: "app.example:8443", time: 4 });
  assert.equal(lastUse(header("none", { time: 5 })), null);
  const report = (code, time) => ({ report: { code, time } });
  assert.equal(lastError({ sso: report("A", 3), management: report("B", 5), diagnostics: { code: "C", time: 4 } }, {}).code, "B");
  assert.equal(lastError({ sso: report("A", 3) }, header("failed", { code: "D", time: 6 })).code, "D");
  assert.equal(lastError({ sso: report("A", 3) }, { "channel.failed": { code: "E", time: 9 } }).code, "E");
  assert.equal(lastError({}, header("sent", { time: 9 })), null);
});

test("only sites can be switched off", () => {
  assert.equal(siteOf({ url: "https://app.example:8443/x?y" }), "app.example");
  for (const tab of [undefined, {}, { url: "http://app.example/" }, { url: "chrome://settings/" }, { url: "about:blank" }, { url: "chrome-extension://x/y" }]) assert.equal(siteOf(tab), null);
});

// Whoever reads what a person hands to support must not be able to sign in with it, nor learn the person's whole name.
test("diagnostics hold no secret", () => {
  const jwt = `eyJhbGciOiJSUzI1NiJ9eyJh.${"x".repeat(20)}.sig-nature`;
  const words = diagnostics({
    version: "1", status: {
      sso: { state: "active", upn: "adele@contoso.com", report: { code: "JOIN-443", correlation_id: "3f0c", detail: `see https://login.example/a?code=0.ABC&state=1#t ${jwt}` } },
      join: { nonce: "n0", id_token: "t0", code_challenge: "c0", session: { refresh_token: "r0", Password: "p0", client_info: "ci0" }, user_code: "u0" },
      details: { thumbprint: "AB".repeat(40), device_id: "11111111-1111-1111-1111-111111111111" },
    },
    accounts: [{ home_account_id: "a.b", username: "megan.bowen@contoso.com" }], list: [{ cookie: "k0", name: jwt }], "adele@contoso.com": 1, nothing: null, number: 7,
  });
  for (const secret of ["n0", "t0", "c0", "r0", "p0", "ci0", "u0", "k0", "0.ABC", "eyJ", "nature", "adele", "megan", "bowen", "AB".repeat(32)]) assert.ok(!words.includes(secret), secret);
  for (const told of ["JOIN-443", "3f0c", "active", "https://login.example/a", "a…@contoso.com", "11111111-1111-1111-1111-111111111111"]) assert.ok(words.includes(told), told);
  const deep = {};
  let last = deep;
  for (let i = 0; i < 1000; i += 1) last = last.x = {};
  assert.ok(diagnostics(deep).includes("[…]"));
});
