// On which pages the extension is present.

import assert from "node:assert/strict";
import test from "node:test";

import { msalOrigins, registerRelays } from "../src/origins.js";

/** A browser whose administrator set `managed`; `undefined`: none, which Firefox says by throwing. */
function browser(managed) {
  const scripts = new Map();
  return { scripts, api: {
    runtime: { getManifest: () => ({ content_scripts: [{ js: ["src/relay.js"], matches: ["https://portal.example/*"] }, { js: ["src/redirect.js"], matches: ["https://login.example/nativeclient*"] }] }) },
    storage: { managed: { get: async (name) => { if (!managed) throw new Error("no managed storage"); return { [name]: managed[name] }; } } },
    scripting: {
      getRegisteredContentScripts: async ({ ids }) => ids.filter((id) => scripts.has(id)).map((id) => scripts.get(id)),
      unregisterContentScripts: async ({ ids }) => ids.forEach((id) => scripts.delete(id)),
      registerContentScripts: async (all) => all.forEach((script) => scripts.set(script.id, script)),
    },
  } };
}

test("applications get the channel's script where policy names them, and nobody else does", async () => {
  const { api, scripts } = browser({ portalOrigins: ["https://portal.example"], msalOrigins: ["https://app.example", "https://app.example:8443", "https://*.evil.example", "http://plain.example", "x", 7, "https://two.example"] });
  await registerRelays(api);
  assert.deepEqual([...scripts.values()], [{ id: "msal", matches: ["https://app.example/*", "https://two.example/*"], js: ["src/msal.js"], runAt: "document_start", allFrames: false }]);
  assert.deepEqual(await msalOrigins(api), ["https://app.example", "https://app.example:8443", "https://two.example"]);
});

test("what policy took back is gone", async () => {
  const managed = { portalOrigins: [], msalOrigins: ["https://app.example"] };
  const { api, scripts } = browser(managed);
  await registerRelays(api);
  assert.ok(scripts.has("msal"));
  delete managed.msalOrigins;
  await registerRelays(api);
  assert.equal(scripts.size, 0);
});

test("without a policy no application has the channel", async () => {
  assert.deepEqual(await msalOrigins(browser().api), []);
  assert.deepEqual(await msalOrigins(browser({ msalOrigins: "https://app.example" }).api), []);
});
