// One navigation to a login host: does it get a credential of the device's, and which. Whatever fails here, the navigation goes on without.

import { beginning, hinted, isPersonal, nonce, request, sites } from "./entry.js";
import { Broker } from "./broker.js";
import { Guard } from "./guard.js";
import { Memory } from "./memory.js";
import { Settings } from "./settings.js";

/** A navigation is kept waiting no longer than this, whatever becomes of the device. */
const PATIENCE_MS = 1_200;
const CLOCK = { now: () => Date.now(), setTimeout: (f, ms) => setTimeout(f, ms), clearTimeout: (timer) => clearTimeout(timer) };

export class Sso {
  constructor(api, native, clock = CLOCK) {
    this.clock = clock;
    this.memory = new Memory(api.storage.session);
    this.settings = new Settings(api);
    this.guard = new Guard(this.memory, clock);
    this.broker = new Broker(api, native, this.memory, clock, (usable) => this.changed(usable));
    /** Who wants to know when credentials can be had, and when no longer. */
    this.changed = async () => {};
  }

  /** The `{name, value}` of the header for a navigation, or null. `frame`: origins of the pages around it, none for a top-level one. */
  credential(details) {
    const mine = { late: false };
    const asked = this.judged(details, mine).catch(() => null);
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(() => {
        mine.late = true;
        if (mine.url) this.note(mine.url, { outcome: "failed", code: "JOIN-304" });
        resolve(null);
      }, PATIENCE_MS);
      asked.then((credential) => {
        this.clock.clearTimeout(timer);
        resolve(credential);
      });
    });
  }

  async judged({ url: text, tabId, initiator, frame = [], storeId }, mine) {
    const [settings] = await Promise.all([this.settings.read(), this.memory.ready]);
    const url = beginning(text, settings.logins);
    if (url === null || !settings.on || this.broker.standing?.usable === false) return null;
    if (!frame.every((origin) => settings.frames.includes(origin))) return null;
    if (nonce(url) === null || isPersonal(url) || sites(url, initiator).some((site) => settings.sites[site] === false)) return null;
    const account = this.account(hinted(url), settings.accounts, storeId);
    if (account === null || !this.guard.admit(tabId, request(url), nonce(url))) {
      this.note(url, { outcome: "none" });
      return null;
    }
    mine.url = url;
    const made = await this.broker.cookie(url, account.id, () => mine.late);
    if (made === null || mine.late) return null;
    this.note(url, made.value ? { outcome: "sent", upn: made.upn } : { outcome: "failed", code: made.code });
    return made.value ? { name: made.name, value: made.value } : null;
  }

  /** Whose credential: the one asked for by name, else the container's, else the device's own choice (`{}`). Null where the name is nobody's here. */
  account(hint, choices, storeId) {
    const { upn, accounts = [] } = this.broker.standing ?? {};
    const chosen = choices[storeId] ?? choices.default;
    if (hint !== null) {
      const named = accounts.filter((one) => one.upn?.toLowerCase() === hint);
      if (named.length > 0) return named.find(({ id }) => id === chosen) ?? named[0];
      if (accounts.length > 0 || (upn !== undefined && upn.toLowerCase() !== hint)) return null;
    }
    return typeof chosen === "string" ? { id: chosen } : {};
  }

  /** What the popup shows of the last time. No address, no credential. */
  note(url, what) {
    this.memory.set("sso", { last: { host: url.host, time: Math.floor(this.clock.now() / 1000), ...what } });
  }
}
