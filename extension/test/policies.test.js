// The sample policies that administrators copy: the right ids, and nothing that the extension would not read.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { exactOrigin } from "../src/gate.js";

const FOLDER = new URL("../../docs/admin/policies/", import.meta.url);
const json = (url) => JSON.parse(readFileSync(url, "utf8"));
const schema = json(new URL("../managed_schema.json", import.meta.url)).properties;
const { key, browser_specific_settings: { gecko: { id: gecko } } } = json(new URL("../manifest.json", import.meta.url));
const hex = createHash("sha256").update(Buffer.from(key, "base64")).digest("hex").slice(0, 32);
const chromium = [...hex].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join("");
const guide = readFileSync(new URL("../../docs/admin/browsers.md", import.meta.url), "utf8");

const fits = { array: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"), boolean: (value) => typeof value === "boolean" };

function check(settings, id, all) {
  assert.ok(Object.keys(settings).length > 0);
  assert.deepEqual(Object.keys(all), [id]);
  for (const [name, value] of Object.entries(settings)) {
    assert.ok(schema[name], `${name} is in no schema`);
    assert.ok(fits[schema[name].type](value), name);
  }
  for (const origin of [...settings.portalOrigins, ...settings.msalOrigins]) assert.equal(exactOrigin(origin), origin);
}

test("there is a sample for each browser, and the guide names it", () => {
  const files = readdirSync(FOLDER).sort();
  assert.deepEqual(files, ["brave.json", "chrome.json", "chromium.json", "edge.json", "firefox.json"]);
  for (const file of files) assert.ok(guide.includes(`policies/${file}`), file);
});

test("Chromium and its kin: our id, our host, settings that fit the schema", () => {
  for (const name of ["brave", "chrome", "chromium", "edge"]) {
    const policy = json(new URL(`${name}.json`, FOLDER));
    const { extensions } = policy["3rdparty"];
    check(extensions[chromium], chromium, extensions);
    assert.deepEqual(Object.keys(policy.ExtensionSettings), [chromium]);
    assert.equal(policy.ExtensionSettings[chromium].installation_mode, "force_installed");
    assert.deepEqual(policy.NativeMessagingAllowlist, ["dovetail.host"]);
    assert.equal(policy.NativeMessagingUserLevelHosts, false);
  }
});

test("Firefox: our id, settings that fit the schema", () => {
  const { policies } = json(new URL("firefox.json", FOLDER));
  const { Extensions } = policies["3rdparty"];
  check(Extensions[gecko], gecko, Extensions);
  assert.equal(policies.ExtensionSettings[gecko].installation_mode, "force_installed");
});

test("every setting of the schema is explained to administrators, and what the extension reads is in the schema", () => {
  for (const name of Object.keys(schema)) assert.ok(guide.includes(`\`${name}\``), name);
  const sources = ["origins.js", "popup/popup.js", "options/rows.js"].map((file) => readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8")).join();
  for (const name of ["portalOrigins", "redirectUris", "msalOrigins", "sso", "loginHosts"]) assert.ok(sources.includes(name), name);
});
