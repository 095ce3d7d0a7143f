// The gate, against everything that looks like a portal and is none.

import assert from "node:assert/strict";
import test from "node:test";

import { exactOrigin, isOwnPage, openToPages, pageOrigin } from "../src/gate.js";

const OURS = "https://portal.example:8443";
const ID = "dovetail";
const sender = (changes) => ({ id: ID, origin: OURS, url: `${OURS}/x`, frameId: 0, documentLifecycle: "active", tab: { incognito: false }, ...changes });

test("the portal's top frame may speak, in both browsers' forms", () => {
  assert.equal(pageOrigin(sender({}), ID, [OURS]), OURS);
  assert.equal(pageOrigin(sender({ documentLifecycle: undefined }), ID, [OURS]), OURS);
  assert.equal(pageOrigin(sender({ origin: undefined }), ID, [OURS]), OURS);
});

// [EX-04] Nobody else may: other origins, other frames, other extensions.
test("look-alikes, frames, foreign extensions and half-loaded documents may not", () => {
  const origins = [
    "http://portal.example:8443", "https://portal.example", "https://portal.example:8444", "https://portal.example:443",
    "https://portal.example.evil:8443", "https://evil-portal.example:8443", "https://portal.example:8443.evil", "https://xportal.example:8443",
    "https://portal.example:8443@evil.example", "https://user:pw@portal.example:8443", "https://portal.example.:8443", "https://PORTAL.example:8443",
    "https://portal.example:8443/", "https://portal.example:8443/path", "https://portal.example:8443?x", "https://portal.example:8443#x",
    "https://127.0.0.1:8443", "https://[::1]:8443", "https://pörtal.example:8443", "https://xn--prtal-jua.example:8443", "https://portal%2eexample:8443",
    "wss://portal.example:8443", "ftp://portal.example:8443", "file:///portal.example", "data:text/html,x", "blob:https://portal.example:8443/1", "about:blank",
    "null", "", " https://portal.example:8443", "https://portal.example:8443 ", "https:///portal.example:8443", "https:\\\\portal.example:8443",
    "javascript:0", "chrome-extension://dovetail", "https://portal.example:08443", "https://portal.example:8443:8443", "//portal.example:8443", "portal.example:8443", 42, null,
  ];
  for (const origin of origins) assert.equal(pageOrigin(sender({ origin, url: undefined }), ID, [OURS]), null, String(origin));
  for (const changes of [{ frameId: 1 }, { frameId: undefined }, { id: "other" }, { documentLifecycle: "prerender" }, { documentLifecycle: "cached" }, { tab: undefined }]) {
    assert.equal(pageOrigin(sender(changes), ID, [OURS]), null, JSON.stringify(changes));
  }
  assert.equal(pageOrigin(undefined, ID, [OURS]), null);
  assert.equal(pageOrigin(sender({}), ID, []), null);
});

// [EX-07] A private window gets nothing, even if a browser lets the extension into one.
test("private windows may not", () => {
  assert.equal(pageOrigin(sender({ tab: { incognito: true } }), ID, [OURS]), null);
});

test("origins from policy count only when they are exact https origins", () => {
  assert.equal(exactOrigin("https://portal.contoso.com"), "https://portal.contoso.com");
  for (const wrong of ["https://*.contoso.com", "https://portal.contoso.com/", "http://portal.contoso.com", "contoso.com", "https://portal.contoso.com."]) {
    assert.equal(exactOrigin(wrong), null, wrong);
  }
});

test("pages may ask for what is open to them; unknown types are for the daemon to refuse", () => {
  for (const type of ["hello", "status", "subscribe", "join.begin", "join.token", "join.terms", "join.confirm", "join.manage", "join.code", "join.retry", "join.cancel", "something.new"]) assert.ok(openToPages(type), type);
  for (const type of ["leave", "doctor", "approval.list", "approval.answer", "hello.host", "join.direct", "sync", "unenroll", "token", "cookie", "accounts", "broker.token"]) assert.ok(!openToPages(type), type);
});

test("only a page of this extension is the popup", () => {
  const base = "chrome-extension://dovetail/";
  assert.ok(isOwnPage({ id: ID, url: `${base}src/popup/popup.html` }, ID, base));
  assert.ok(!isOwnPage({ id: ID, url: "https://evil.example/" }, ID, base));
  assert.ok(!isOwnPage({ id: ID, url: `${base}x`, tab: {} }, ID, base));
  assert.ok(!isOwnPage({ id: "other", url: `${base}x` }, ID, base));
});
