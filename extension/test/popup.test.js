// What the popup says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { advice, headline, management, warning } from "../src/popup/lines.js";

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
  const sources = ["lines.js", "popup.js"].map((name) => readFileSync(new URL(`../src/popup/${name}`, import.meta.url), "utf8")).join();
  for (const id of Object.keys(en).filter((id) => !["name", "description"].includes(id))) assert.ok(sources.includes(`"${id}"`), id);
});
