// Drives `@azure/msal-node` (npm).

import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from '@azure/msal-node';

import { hear, run, say } from './talk.mjs';

const CLIENT = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const scopes = ['User.Read'];

function configuration(know, more = {}) {
  const authority = `https://login.microsoftonline.com/${know.authority ?? know.tenant}`;
  return { auth: { clientId: know.client ?? CLIENT, authority, ...more } };
}

const publicClient = (know) => new PublicClientApplication(configuration(know));

const byPassword = (app, know) => app.acquireTokenByUsernamePassword({ scopes, username: know.upn, password: know.password });

const ropc = (know) => byPassword(publicClient(know), know);

async function refused(know) {
  try {
    await ropc(know);
    return { taken: true };
  } catch (error) {
    return { name: error.name, code: error.errorCode, number: error.errorNo, subError: error.subError };
  }
}

async function silent(know) {
  const app = publicClient(know);
  const first = await byPassword(app, know);
  const { account } = first;
  const cached = await app.acquireTokenSilent({ scopes, account });
  const refreshed = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
  const again = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
  return { first, cached, refreshed, again, accounts: await app.getAllAccounts() };
}

async function signIn(app, know, more = {}) {
  const crypto = new CryptoProvider();
  const { verifier, challenge } = await crypto.generatePkceCodes();
  const request = { scopes, redirectUri: know.redirect_uri, ...more };
  const [state, nonce] = [crypto.createNewGuid(), crypto.createNewGuid()];
  const url = await app.getAuthCodeUrl({ ...request, codeChallenge: challenge, codeChallengeMethod: 'S256', state, nonce, loginHint: know.upn });
  say({ go: url });
  const answer = await hear();
  return app.acquireTokenByCode({ ...request, code: answer.code, codeVerifier: verifier, nonce, state }, answer);
}

const code = (know) => signIn(publicClient(know), know);

const confidential = (know) => new ConfidentialClientApplication(configuration(know, { clientSecret: know.secret }));

const webCode = (know) => signIn(confidential(know), know);

const clientCredentials = (know) => confidential(know).acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] });

/** The library listens on loopback itself, and opens "the browser". */
async function interactive(know) {
  const openBrowser = async (url) => {
    say({ go: url });
    const back = new URL(new URL(url).searchParams.get('redirect_uri'));
    const answer = new URLSearchParams(await hear());
    const mode = new URL(url).searchParams.get('response_mode');
    if (mode === 'form_post') await fetch(back, { method: 'POST', body: answer });
    else await fetch(`${back}?${answer}`);
  };
  return publicClient(know).acquireTokenInteractive({ scopes, openBrowser, loginHint: know.upn });
}

async function deviceCode(know) {
  return publicClient(know).acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (flow) => say({ flow }) });
}

async function judge(know) {
  const verdicts = {};
  for (const fault of know.faults) {
    say({ fault });
    try {
      const got = await signIn(publicClient(know), know);
      verdicts[fault] = got.idToken ? 'taken' : 'no ID token';
    } catch (error) {
      verdicts[fault] = `refused: ${error.name}: ${error.errorCode}: ${error.message}`;
    }
  }
  return verdicts;
}

await run({ ropc, refused, silent, code, webCode, clientCredentials, interactive, deviceCode, judge });
