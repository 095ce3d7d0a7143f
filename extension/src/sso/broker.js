// What the device says of the person's sign-on, and what it gives for it.

import { asked } from "./entry.js";
import { refusal } from "../reports.js";

/** States of a sign-on that cookies can come of (docs/protocol.md, "Sign-on"). */
const USABLE = ["active", "offline"];
const NAME = "x-ms-RefreshTokenCredential";
/** Characters of a cookie's value: a JWS, of a length that servers take. */
const VALUE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const MAX_VALUE = 16 * 1024;
/** The device is asked for no longer; the navigation's own clock (`sso.js`) ends a little later. */
const DEADLINE_MS = 1_100;
const STATUS_DEADLINE_MS = 5_000;
/** There is no program on this machine to ask. */
const HOST_MISSING = "JOIN-302";
/** How often somebody who is away is looked for, while the worker lives; an alarm does so when it sleeps. */
const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 60_000;
export const ALARM = "sso";

export class Broker {
  /** `changed` is told whenever the sign-on has become usable, or is no longer. */
  constructor(api, native, memory, clock, changed) {
    this.api = api;
    this.native = native;
    this.memory = memory;
    this.clock = clock;
    this.changed = changed;
    this.next = 0;
    this.delay = 0;
    this.timer = null;
    this.turns = new Map();
  }

  /** `{usable, upn, accounts}`; undefined while nobody has said. */
  get standing() {
    return this.memory.get("ssoStanding");
  }

  /** An event of the device's, or of the port's. */
  heard({ event }) {
    if (event === "broker.closed") this.later();
    else if (event === "status.changed" || event === "broker.reconnected") this.refresh();
  }

  /** Asks how the sign-on stands. Without an answer, what was known goes on to hold: a cookie is refused where it does not. */
  async refresh() {
    const status = await this.request("status", {}, STATUS_DEADLINE_MS);
    if (!status.ok && status.error?.code !== HOST_MISSING) return this.later();
    const sso = status.ok ? status.body?.sso : undefined;
    const usable = USABLE.includes(sso?.state);
    const accounts = usable ? await this.request("accounts", {}, STATUS_DEADLINE_MS) : {};
    const known = Array.isArray(accounts.body?.accounts) ? accounts.body.accounts : [];
    await this.memory.ready;
    this.memory.set("ssoStanding", { usable, upn: sso?.upn, accounts: known.map(({ home_account_id, username }) => ({ id: home_account_id, upn: username })) });
    this.delay = 0;
    this.api.alarms?.clear(ALARM);
    await this.changed(usable);
  }

  /** Looks for the device again, ever more seldom. */
  later() {
    if (this.timer !== null) return;
    this.delay = Math.min(this.delay * 2 || FIRST_DELAY_MS, LAST_DELAY_MS);
    this.api.alarms?.create(ALARM, { periodInMinutes: 1 });
    this.timer = this.clock.setTimeout(() => {
      this.timer = null;
      this.refresh();
    }, this.delay);
  }

  /** A cookie for `url`: `{value, upn}`, or `{code}` of why not. One at a time for an account; null once `late` says that nobody waits for it any more. */
  cookie(url, account, late) {
    const turn = this.turns.get(account) ?? Promise.resolve();
    const mine = turn.then(() => (late() ? null : this.mint(url, account)));
    this.turns.set(account, mine);
    return mine;
  }

  async mint(url, account) {
    const body = account === undefined ? { url: asked(url) } : { url: asked(url), account };
    const reply = await this.request("cookie", body, DEADLINE_MS);
    const { name, value, upn } = reply.body ?? {};
    const good = reply.ok === true && name === NAME && typeof value === "string" && value.length <= MAX_VALUE && VALUE.test(value);
    return good ? { name, value, upn } : { code: reply.error?.code ?? refusal("", 307).error.code };
  }

  request(type, body, deadline_ms) {
    const id = `sso-${this.next++}`;
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(() => resolve(refusal(id, 304)), deadline_ms);
      this.native.request({ v: 1, id, type, body, deadline_ms }).then(resolve, reject).finally(() => this.clock.clearTimeout(timer));
    });
  }
}
