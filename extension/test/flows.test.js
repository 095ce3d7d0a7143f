// Whose sign-in comes back to whom.

import assert from "node:assert/strict";
import test from "node:test";

import { back, forget, note, take } from "../src/flows.js";

const REDIRECT = "https://login.example/common/oauth2/nativeclient";
const PORTAL = "https://portal.example/WebApp/CloudDomainJoin/4";

const session = () => {
  const kept = {};
  return { storage: { session: {
    set: async (items) => Object.assign(kept, items), get: async (name) => ({ [name]: kept[name] }), remove: async (name) => { delete kept[name]; },
  } } };
};
const page = (id) => ({ url: `${PORTAL}?mode=oobe#x`, tab: { id } });
const ended = (more = {}) => ({ id: "dovetail", frameId: 0, tab: { id: 7, incognito: false }, url: `${REDIRECT}?code=0.A&state=s&session_state=x`, ...more });
const reply = (redirect_uri) => ({ ok: true, body: { redirect_uri } });

test("the tab that began it goes back to its portal, once, with nothing but the answer", async () => {
  const api = session();
  await note(api, page(7), reply(REDIRECT));
  assert.equal(await take(api, "dovetail", ended()), `${PORTAL}#code=0.A&state=s`);
  assert.equal(await take(api, "dovetail", ended()), null);
});

test("another tab, a frame, a private window, an old page, another extension get nothing, and take nothing away", async () => {
  const api = session();
  await note(api, page(7), reply(REDIRECT));
  for (const other of [{ tab: { id: 8 } }, { frameId: 2 }, { tab: { id: 7, incognito: true } }, { documentLifecycle: "prerender" }, { id: "other" }, { tab: undefined }]) {
    assert.equal(await take(api, "dovetail", ended(other)), null);
  }
  assert.notEqual(await take(api, "dovetail", ended()), null);
});

test("what nobody began, what is too late, and what was refused lead nowhere", async () => {
  const api = session();
  assert.equal(await take(api, "dovetail", ended()), null);
  await note(api, page(7), { ok: false, error: {} });
  await note(api, page(7), reply(undefined));
  assert.equal(await take(api, "dovetail", ended()), null);
  await note(api, page(7), reply(REDIRECT), 0);
  assert.equal(await take(api, "dovetail", ended()), null);
  await note(api, page(7), reply(REDIRECT));
  await forget(api, 7);
  assert.equal(await take(api, "dovetail", ended()), null);
});

test("only this very address, and only a whole answer", () => {
  const flow = { redirect: REDIRECT, portal: PORTAL };
  assert.equal(back(flow, `${REDIRECT}?error=access_denied&error_description=no+way&state=s`), `${PORTAL}#state=s&error=access_denied&error_description=no+way`);
  for (const url of [
    `${REDIRECT}/x?code=a&state=s`, "https://login.example.evil/common/oauth2/nativeclient?code=a&state=s", "http://login.example/common/oauth2/nativeclient?code=a&state=s",
    "https://login.example:8443/common/oauth2/nativeclient?code=a&state=s", "https://u@login.example/common/oauth2/nativeclient?code=a&state=s",
    REDIRECT, `${REDIRECT}?code=a`, `${REDIRECT}?state=s`, `${REDIRECT}?code=a&code=b&state=s`, `${REDIRECT}?code=a&error=b&state=s`, `${REDIRECT}?code=${"a".repeat(20_000)}&state=s`, "",
  ]) assert.equal(back(flow, url), null, url);
});
