// Failures that the extension finds itself, as whole reports. Texts are those of shared/src/code/table.rs; a test holds them together.

const TABLE = {
  302: ["HOST_MISSING", "admin", true, "The extension found no Dovetail program on this machine.", "Install the Dovetail package, or run `dovetail install`, then reload this page."],
  304: ["TIMED_OUT", "wait", true, "The Dovetail service did not answer in time.", "Try again."],
  306: ["ORIGIN_REFUSED", "admin", false, "This page may not talk to the device.", "Open your organisation's own portal, or ask your administrator to allow this address."],
  307: ["BAD_FRAME", "us", false, "A message could not be read.", "Report this with the correlation id."],
  308: ["FRAME_TOO_LARGE", "us", false, "A message is larger than the limit of 1 MiB.", "Report this with the correlation id."],
  309: ["PEER_REFUSED", "you", false, "This user may not ask for that.", "Ask the person who started it, or use sudo."],
  311: ["CLOSED", "wait", true, "The connection to the Dovetail service was cut off.", "Try again."],
};

/** The report for JOIN-`number`. `detail` is for support: never a token, never a URL with a query. */
export function report(number, detail) {
  const [symbol, fix, retry, what, cure] = TABLE[number];
  const report = {
    code: `JOIN-${number}`, symbol, what, cure, fix, retry,
    correlation_id: crypto.randomUUID(), time: Math.floor(Date.now() / 1000), attempt: 0,
  };
  return detail === undefined ? report : { ...report, detail };
}

/** A refusal of the request with this id. */
export function refusal(id, number, detail) {
  return { v: 1, id, ok: false, error: report(number, detail) };
}
