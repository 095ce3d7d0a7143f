// What a person chooses, and what the settings page shows of it.

import assert from "node:assert/strict";
import test from "node:test";

import { chooseAccount, containers, hostIn, siteIsOn, sitesOff, switchSite } from "../src/choices.js";
import { permissionFor, policyRows, storeName } from "../src/options/rows.js";

const browser = (kept = {}) => ({ kept, api: { storage: { local: { get: async (name) => structuredClone({ [name]: kept[name] }), set: async (items) => Object.assign(kept, items) } } } });

test("a site is off until it is switched on again", async () => {
  const { api, kept } = browser();
  assert.deepEqual([await siteIsOn(api, "a.example"), await sitesOff(api)], [true, []]);
  await switchSite(api, "b.example", false);
  await switchSite(api, "a.example", false);
  assert.deepEqual([await siteIsOn(api, "a.example"), await sitesOff(api)], [false, ["a.example", "b.example"]]);
  await switchSite(api, "a.example", true);
  assert.deepEqual(kept.ssoSites, { "b.example": false });
});

test("an account is chosen for everywhere, and for a container apart", async () => {
  const { api, kept } = browser();
  await chooseAccount(api, "default", "a.t");
  await chooseAccount(api, "firefox-container-2", "b.t");
  assert.deepEqual(kept.ssoAccount, { "default": "a.t", "firefox-container-2": "b.t" });
  assert.deepEqual(await containers(api), [["firefox-container-2", "b.t"]]);
  await chooseAccount(api, "firefox-container-2", "");
  assert.deepEqual(kept.ssoAccount, { "default": "a.t" });
});

test("what was spoilt in storage counts as nothing", async () => {
  for (const spoilt of [null, "x", 7]) {
    const { api } = browser({ ssoSites: spoilt, ssoAccount: spoilt });
    assert.deepEqual([await sitesOff(api), await siteIsOn(api, "a.example"), await containers(api)], [[], true, []]);
  }
});

test("a host is read from what people type and paste", () => {
  for (const [typed, host] of [[" App.Contoso.com ", "app.contoso.com"], ["https://app.contoso.com:8443/x?y=z#w", "app.contoso.com"], ["app.contoso.com/path", "app.contoso.com"], ["bücher.example", "xn--bcher-kva.example"]]) {
    assert.equal(hostIn(typed), host);
  }
  for (const typed of ["", "  ", "http://app.contoso.com", "localhost", "*.contoso.com", "a b.example", "javascript:alert(1)", "https://", "[::1]", "."]) assert.equal(hostIn(typed), null, typed);
});

test("what policy fixed is shown, and nothing else", () => {
  assert.deepEqual(policyRows({}), []);
  assert.deepEqual(policyRows({ sso: false, msalOrigins: ["https://a.example", "https://b.example"], portalOrigins: [], unknown: "x" }), [["policySso", false], ["policyPortals", ""], ["policyApps", "https://a.example\nhttps://b.example"]]);
  assert.equal(permissionFor("https://a.example:8443"), "https://a.example/*");
  assert.equal(storeName("firefox-container-7"), "7");
});
