// Nobody goes round in circles: what a tab has been given lately, and whether it may have one more. In the browser's memory only.

/** The same request comes back at most once for a new nonce; a person who presses reload is let through, too. */
const SAME_MOST = 3;
const SAME_MS = 30_000;
/** Different requests from one tab: an application that is never content with its answer. */
const MOST = 20;
const WITHIN_MS = 10_000;
/** Nonces are good for ten minutes; a tab does not meet more. */
const NONCES = 64;

export class Guard {
  constructor(memory, clock) {
    this.memory = memory;
    this.clock = clock;
  }

  /** Whether the tab may have a cookie for this request, which it then has had. */
  admit(tabId, request, nonce) {
    const now = this.clock.now();
    const name = `guard.${tabId}`;
    const { given = [], nonces = [] } = this.memory.get(name) ?? {};
    const recent = given.filter(({ at }) => now - at < SAME_MS);
    const mark = digest(request);
    const loops = recent.filter((one) => one.mark === mark).length >= SAME_MOST || recent.filter(({ at }) => now - at < WITHIN_MS).length >= MOST;
    if (loops || (nonce !== "" && nonces.includes(nonce))) return false;
    this.memory.set(name, { given: [...recent, { at: now, mark }], nonces: nonce === "" ? nonces : [...nonces, nonce].slice(-NONCES) });
    return true;
  }

  forget(tabId) {
    this.memory.remove(`guard.${tabId}`);
  }
}

/** FNV-1a: enough to tell a tab's own requests apart, and no address is kept. */
function digest(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return `${text.length}.${hash}`;
}
