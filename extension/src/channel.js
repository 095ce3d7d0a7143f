// The MSAL channel in the worker: who asks is what the browser says, the request is written anew, and the daemon's answer gets the
// shape that the library reads. Protocol: docs/protocol.md, "MSAL channel".

import { pageOrigin } from "./gate.js";
import { msalOrigins } from "./origins.js";
import { failure, refused, unreadable } from "./failures.js";

/** A sign-in service may take its time; the library itself waits for ever. */
const DEADLINE_MS = 20_000;
/** The library waits two seconds for the answer to its handshake; the port adds one to this. */
const SOON_MS = 700;
/** States of the person's sign-in with which there are tokens. */
const SERVES = ["active", "offline"];
/** Characters of each member that goes down. */
const LIMITS = { clientId: 64, scope: 2048, authority: 512, redirectUri: 2048, claims: 16_384, nonce: 512, correlationId: 64 };
/** Characters of a request as JSON. */
const MAX_REQUEST = 64 * 1024;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Requests of one origin in one window of time. A person's pages ask a few times an hour. */
const [BURST, WINDOW_MS] = [60, 60_000];

export class Channel {
  /** `native`: the port to the device. */
  constructor(api, native, now = Date.now) {
    this.api = api;
    this.native = native;
    this.now = now;
    this.seen = new Map();
    this.next = 0;
  }

  /**
   * Whether the library on the page that a content script speaks for is to find a broker: policy names the origin, and somebody is
   * signed in on this device. Once it has found one it signs nobody in without it, not even in a window of its own.
   */
  async may(sender) {
    if ((await this.origin(sender)) === null) return false;
    const status = await this.down("status", {}, undefined, SOON_MS);
    return status.ok === true && SERVES.includes(status.body?.sso?.state);
  }

  /** A token, or why not: `response` of the channel, always. `text` is the request as JSON. */
  async token(sender, text) {
    const origin = await this.origin(sender);
    if (origin === null) return refused("This page may not ask this device for tokens.");
    if (!this.admits(origin)) return failure({ code: "JOIN-312", symbol: "RATE_LIMITED", fix: "wait", what: "Too many requests." });
    const request = read(text);
    if (request === null) return unreadable();
    const why = unfit(request, origin);
    if (why !== null) return why;
    const reply = await this.ask(request, origin);
    await this.note(origin, reply);
    return reply.ok ? success(request, reply.body, this.now()) : reply.response ?? failure(reply.error);
  }

  origin(sender) {
    return msalOrigins(this.api).then((allowed) => pageOrigin(sender, this.api.runtime.id, allowed), () => null);
  }

  /** The account that is meant, then its token. */
  async ask(request, origin) {
    const known = await this.down("accounts", {});
    if (!known.ok) return known;
    const account = (Array.isArray(known.body?.accounts) ? known.body.accounts : []).find((one) => means(request.accountId, one));
    if (!account) return { ok: false, response: failure({ symbol: "ACCOUNT_UNAVAILABLE", what: "This account is not signed in on this device." }) };
    const { clientId, scope, authority, redirectUri, claims, nonce, correlationId } = request;
    return this.down("broker.token", {
      account: account.home_account_id, client_id: clientId, scope, authority, redirect_uri: redirectUri, claims, nonce,
      // For logs alone: what is no UUID is nobody's.
      correlation_id: UUID.test(correlationId ?? "") ? correlationId : undefined,
    }, origin);
  }

  down(type, body, origin, deadline_ms = DEADLINE_MS) {
    const envelope = { v: 1, id: `msal-${this.next++}`, type, deadline_ms, body };
    return this.native.request(origin === undefined ? envelope : { ...envelope, origin });
  }

  /** Counts in this worker's life only: the daemon has limits of its own, which hold. */
  admits(origin) {
    const now = this.now();
    const recent = (this.seen.get(origin) ?? []).filter((time) => time > now - WINDOW_MS);
    if (recent.length >= BURST) return false;
    recent.push(now);
    this.seen.set(origin, recent);
    return true;
  }

  /** For the popup: when which page last got or did not get a token. */
  note(origin, reply) {
    const last = { origin, time: Math.floor(this.now() / 1000) };
    if (reply.error) Object.assign(last, { code: reply.error.code, correlation_id: reply.error.correlation_id });
    return this.api.storage.session.set({ [reply.ok ? "channel.sent" : "channel.failed"]: last }).catch(() => {});
  }
}

function read(text) {
  if (typeof text !== "string" || text.length > MAX_REQUEST) return null;
  try {
    const request = JSON.parse(text);
    return typeof request === "object" && request !== null ? request : null;
  } catch {
    return null;
  }
}

/** Why a request is not passed on; null when it is. */
function unfit(request, origin) {
  for (const [name, limit] of Object.entries(LIMITS)) {
    const value = request[name];
    if (value !== undefined && (typeof value !== "string" || value.length > limit)) return unreadable();
  }
  const { clientId, scope, redirectUri, accountId, state } = request;
  if (!clientId || !scope || typeof accountId !== "string" || accountId === "" || (state !== undefined && typeof state !== "string")) return unreadable();
  if (!URL.canParse(redirectUri ?? "") || new URL(redirectUri).origin !== origin) return refused("The redirect address is not this page's.");
  // What only the library itself can do, it does without us.
  if (!/^(bearer)?$/i.test(request.tokenType ?? "")) return refused("Only Bearer tokens are given here.");
  if (request.extraParameters?.child_client_id !== undefined) return refused("Nested applications are not served here.");
  // Nothing is shown from here: the page has its own ways to ask the person.
  const silent = [undefined, null, "", "none"].includes(request.prompt);
  return silent ? null : failure({ symbol: "INTERACTION_REQUIRED", fix: "you", what: "The person has to be asked." });
}

/** An application knows an account by its id at home, its object id or its name. */
function means(asked, { home_account_id: home, local_account_id: local, username }) {
  return asked === home || asked === local || asked.toLowerCase() === username?.toLowerCase();
}

function success(request, body, now) {
  const result = {
    access_token: body.access_token, id_token: body.id_token, client_info: body.client_info,
    // As it was asked for: the library compares.
    account: { id: request.accountId, userName: body.account.username, properties: {} },
    scope: body.scope || request.scope, expires_in: Math.max(0, body.expires_on - Math.floor(now / 1000)), properties: {},
  };
  if (request.state !== undefined) result.state = request.state;
  return { status: "Success", result };
}
