// Drives `openid-client` (npm), a certified relying party.

import * as client from 'openid-client';

import { hear, run, say } from './talk.mjs';

const SCOPE = 'openid profile email offline_access';

async function discovered(know) {
  const authentication = know.secret ? undefined : client.None();
  const config = await client.discovery(new URL(know.issuer), know.client, know.secret, authentication);
  if (know.strict) client.enableNonRepudiationChecks(config);
  return config;
}

async function signIn(config, know) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedNonce, expectedState] = [client.randomNonce(), client.randomState()];
  const away = client.buildAuthorizationUrl(config, {
    redirect_uri: know.redirect_uri,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: expectedNonce,
    state: expectedState,
    login_hint: know.upn,
  });
  say({ go: away.href });
  const back = new URL(know.redirect_uri);
  back.search = new URLSearchParams(await hear()).toString();
  return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true });
}

async function code(know) {
  const config = await discovered(know);
  const tokens = await signIn(config, know);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  return { metadata: config.serverMetadata(), tokens, claims: tokens.claims(), expires: tokens.expiresIn(), refreshed };
}

async function userinfo(know) {
  const config = await discovered(know);
  const tokens = await signIn(config, know);
  const { sub } = tokens.claims();
  return { claims: tokens.claims(), userinfo: await client.fetchUserInfo(config, tokens.access_token, sub) };
}

async function judge(know) {
  const config = await discovered(know);
  const verdicts = {};
  for (const fault of know.faults) {
    say({ fault });
    try {
      const tokens = await signIn(config, know);
      verdicts[fault] = tokens.claims() ? 'taken' : 'no ID token';
    } catch (error) {
      verdicts[fault] = `refused: ${error.code ?? error.name}: ${error.cause?.message ?? error.message}`;
    }
  }
  return verdicts;
}

async function clientCredentials(know) {
  return client.clientCredentialsGrant(await discovered(know), { scope: 'https://graph.microsoft.com/.default' });
}

async function deviceCode(know) {
  const config = await discovered(know);
  const flow = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
  say({ flow });
  const tokens = await client.pollDeviceAuthorizationGrant(config, flow);
  return { tokens, claims: tokens.claims() };
}

await run({ code, userinfo, judge, clientCredentials, deviceCode });
