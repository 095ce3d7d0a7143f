// What the popup says about a status. Pure: names of messages and values, no document, no browser.

const WAITING = ["waiting_for_sign_in", "waiting_for_terms", "waiting_for_confirmation", "waiting_for_approval", "running"];

/** The headline's message. */
export function headline({ device, join }) {
  if (join?.state === "waiting_for_management") return "managing";
  // With a device the join is at its last steps: management.
  if (WAITING.includes(join?.state)) return join.device ? "managing" : "joining";
  return device.azure_ad_joined ? "joined" : device.workplace_joined ? "registered" : "notJoined";
}

/** What a person can do, as a message; none when there is nothing to do here. */
export function advice({ join, management }) {
  if (join?.state === "waiting_for_approval") return "approve";
  if (join?.state === "waiting_for_terms") return "terms";
  if (join?.state === "waiting_for_management" || management?.state === "waiting_for_sign_in") return "finish";
  return null;
}

/** The line about management: a message, and how many policies are not met. None where nobody manages the device. */
export function management({ management }) {
  if (!management) return null;
  const unmet = (management.policies ?? []).filter((policy) => !policy.met).length;
  if (management.state !== "enrolled") {
    return { id: { waiting_for_sign_in: "managementWaiting", failed: "managementFailed", removed: "managementRemoved" }[management.state], unmet };
  }
  return { id: { compliant: "managementCompliant", noncompliant: "managementNoncompliant" }[management.compliance] ?? "managementUnknown", unmet };
}

/** What is worth a warning, as a message. */
export function warning({ details, management }) {
  if (details?.keys === "file") return "notBound";
  return management?.state === "enrolled" && management.compliance === "noncompliant" ? "unmet" : null;
}
