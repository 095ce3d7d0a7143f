// What a person may hand to support: what is known, without anything that lets somebody in or names more than it must. Pure.

/** Members that are left out whatever they hold. */
const SECRET = /token|secret|password|cookie|nonce|challenge|verifier|assertion|blob|client_info|credential|user_code/i;
/** A token, or part of one. */
const OPAQUE = /\bey[\w-]{16,}(\.[\w-]*){0,4}|[\w+/-]{64,}={0,2}/g;
/** What follows the path of an address. */
const QUERY = /(https?:\/\/[^\s?#"]+)[?#][^\s"]*/g;
/** A person's name in front of their organisation's. */
const NAME = /([\w.+'-])[\w.+'-]*@/g;
/** Deeper than anything real. */
const DEEP = 12;

/** `known` as readable JSON. */
export function diagnostics(known) {
  return JSON.stringify(cleaned(known, 0), null, 2);
}

function cleaned(value, depth) {
  if (depth > DEEP) return "[…]";
  if (typeof value === "string") return value.replace(QUERY, "$1").replace(OPAQUE, "[removed]").replace(NAME, "$1…@");
  if (Array.isArray(value)) return value.map((one) => cleaned(one, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !SECRET.test(name)).map(([name, one]) => [cleaned(name, DEEP), cleaned(one, depth + 1)]));
}
