// Where header SSO is for, and where not: the administrator's word, the person's, and the list that came with the extension.

import { exactOrigin } from "../gate.js";
import { managed } from "../managed.js";

const POLICY = ["sso", "loginHosts", "ssoFrameOrigins"];
/** The person's own choices, in storage.local: sites that they switched SSO off at, and which account a container signs in. */
const OWN = ["ssoSites", "ssoAccount"];

export class Settings {
  constructor(api) {
    this.api = api;
    this.kept = null;
  }

  /** Policy or choices have changed: they are read again when next needed. */
  forget() {
    this.kept = null;
  }

  /** `{on, logins, frames, sites, accounts}`, read once. */
  read() {
    this.kept ??= this.load().catch((error) => {
      this.kept = null;
      throw error;
    });
    return this.kept;
  }

  async load() {
    const [policy, builtIn, own] = await Promise.all([managed(this.api, POLICY), this.builtIn(), this.api.storage.local.get(OWN)]);
    // Named hosts come beside the built-in ones; frames are nobody's but whose the administrator named.
    const logins = [...list(builtIn.loginHosts), ...list(policy.loginHosts)].map(loginOrigin);
    const frames = [...list(builtIn.frameOrigins), ...list(policy.ssoFrameOrigins)].map(exactOrigin);
    return { on: policy.sso !== false, logins: known(logins), frames: known(frames), sites: map(own.ssoSites), accounts: map(own.ssoAccount) };
  }

  async builtIn() {
    const answer = await fetch(this.api.runtime.getURL("sso.json"));
    return answer.json();
  }
}

/** An exact https origin, or a bare host name, as administrators write them. */
export function loginOrigin(text) {
  return exactOrigin(typeof text === "string" && !text.includes("/") ? `https://${text}` : text);
}

const list = (value) => (Array.isArray(value) ? value : []);
const map = (value) => (typeof value === "object" && value !== null ? value : {});
const known = (origins) => [...new Set(origins.filter((origin) => origin !== null))];
