// What the administrator set (`managed_schema.json`).

/** Chromium loses requests that come before it has read the policies, at its start: whoever gets no answer asks again. */
const PATIENCE_MS = 300;
const MOST = 100;

/** The settings of these names that there are; `null` names all. */
export async function managed(api, names, clock = globalThis) {
  for (let attempt = 0; attempt < MOST; attempt += 1) {
    const found = await Promise.race([once(api, names), new Promise((resolve) => { clock.setTimeout(resolve, PATIENCE_MS, null); })]);
    if (found !== null) return found;
  }
  return {};
}

async function once(api, names) {
  try {
    return await api.storage.managed.get(names);
  } catch {
    // Firefox throws where no policy is set.
    return {};
  }
}
