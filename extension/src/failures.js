// What the library for web pages is told when there is no token. `ext.status` decides what it does: go to the person, go on without
// the broker for the page's life (`DISABLED`), or hand the error to the application. Pure.

const E_FAIL = -2147467259;

/** Codes whose meaning the table's `fix` alone does not give. */
const BY_SYMBOL = {
  ACCOUNT_UNAVAILABLE: "ACCOUNT_UNAVAILABLE",
  SSO_ACCOUNT: "ACCOUNT_UNAVAILABLE",
  UNREACHABLE: "NO_NETWORK",
  // The person cannot mend it, but the sign-in service's own page says best what is wrong, or asks.
  AADSTS_CONSENT: "USER_INTERACTION_REQUIRED",
  // Nothing to ask here: the page signs in as in any other browser.
  NOT_JOINED: "DISABLED",
  PEER_REFUSED: "DISABLED",
};

/** A report as the channel's failure. */
export function failure(report) {
  const status = statusOf(report);
  const description = [report.what, report.code && `(${report.code})`].filter(Boolean).join(" ");
  const code = status === "USER_INTERACTION_REQUIRED" ? "interaction_required" : (report.symbol ?? "unknown").toLowerCase();
  return shape(code, description, status, report.correlation_id);
}

/** Not for this page, or not by this way. */
export function refused(description) {
  return shape("refused", description, "DISABLED");
}

/** No request that anybody would make. */
export function unreadable() {
  return shape("bad_request", "The request could not be read.", "PERSISTENT_ERROR");
}

function statusOf({ symbol, code, fix }) {
  if (Object.hasOwn(BY_SYMBOL, symbol)) return BY_SYMBOL[symbol];
  if (fix === "you") return "USER_INTERACTION_REQUIRED";
  if (fix === "wait") return "TRANSIENT_ERROR";
  // What an administrator has to mend on this device keeps nobody from signing in without it.
  return fix === "admin" && code?.startsWith("JOIN-") ? "DISABLED" : "PERSISTENT_ERROR";
}

function shape(code, description, status, correlation) {
  const properties = correlation === undefined ? {} : { correlation_id: correlation };
  return { status: "Fail", code, description, ext: { error: E_FAIL, status, protocol_error: "", properties, retryable: ["TRANSIENT_ERROR", "NO_NETWORK"].includes(status) } };
}
