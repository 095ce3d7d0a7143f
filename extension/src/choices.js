// What a person chose: on which sites nobody is signed in by this device, and who signs in. Kept in this browser; the parts that sign
// in read it (`ssoSites`: host to false; `ssoAccount`: "default" or a container's id to the account's id at home).

const SITES = "ssoSites";
const ACCOUNTS = "ssoAccount";

/** The hosts that are switched off, in order. */
export async function sitesOff(api) {
  return Object.entries(await map(api, SITES)).filter(([, on]) => on === false).map(([host]) => host).sort();
}

/** Whether a person is signed in on this host. */
export async function siteIsOn(api, host) {
  return (await map(api, SITES))[host] !== false;
}

/** Switches a host on or off. */
export async function switchSite(api, host, on) {
  const sites = await map(api, SITES);
  if (on) delete sites[host];
  else sites[host] = false;
  await api.storage.local.set({ [SITES]: sites });
}

/** The choices by container: pairs of its id and the account's. */
export async function containers(api) {
  return Object.entries(await map(api, ACCOUNTS)).filter(([store]) => store !== "default").sort();
}

/** Fills a list with the accounts and selects the one that `store` ("default" or a container's id) has. `elsewhere`: the choice of none. */
export async function accountOf(api, select, store, accounts, elsewhere) {
  const chosen = (await map(api, ACCOUNTS))[store];
  const options = accounts.map(({ home_account_id: id, username, default: first }) => option(id, username, chosen === undefined ? store === "default" && first : chosen === id));
  if (store !== "default") options.unshift(option("", elsewhere, chosen === undefined));
  select.replaceChildren(...options);
}

/** Remembers who signs in there; an empty id forgets it. */
export async function chooseAccount(api, store, id) {
  const accounts = await map(api, ACCOUNTS);
  if (id === "") delete accounts[store];
  else accounts[store] = id;
  await api.storage.local.set({ [ACCOUNTS]: accounts });
}

/** The host that somebody typed or pasted; null for what is none. */
export function hostIn(typed) {
  const words = typed.trim();
  const address = words.includes("://") ? words : `https://${words}`;
  if (words === "" || !URL.canParse(address)) return null;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" && /^[a-z\d-]+(\.[a-z\d-]+)+$/.test(hostname) ? hostname : null;
}

function option(value, words, selected) {
  const element = document.createElement("option");
  Object.assign(element, { value, textContent: words, selected });
  return element;
}

async function map(api, name) {
  const kept = (await api.storage.local.get(name))[name];
  return typeof kept === "object" && kept !== null ? kept : {};
}
