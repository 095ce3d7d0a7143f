// A web page of npm `@azure/msal-browser`, which asks a platform broker where there is one.

const know = await (await fetch('/config.json')).json();
const scopes = know.scopes;
const show = (what) => {
  document.getElementById('answer').textContent = JSON.stringify(what);
};
// The account that is asked for: by default the one that the page was told.
const asked = new URLSearchParams(location.search).get('account') ?? know.account;

try {
  const app = await msal.createStandardPublicClientApplication({
    auth: {
      clientId: know.client,
      authority: know.authority,
      knownAuthorities: [new URL(know.authority).host],
      redirectUri: `${location.origin}/redirect.html`,
    },
    system: { allowPlatformBroker: true },
  });
  let account = null;
  const on = (id, act) => {
    document.getElementById(id).addEventListener('click', async () => {
      show({});
      try {
        const got = await act();
        ({ account } = got);
        show({ got });
      } catch (error) {
        show({ failed: { name: error.name, code: error.errorCode, message: error.message, ext: error.ext } });
      }
    });
  };
  on('broker', () => app.acquireTokenByCode({ nativeAccountId: asked, scopes }));
  // Past the library's own cache: the broker is asked.
  on('again', () => app.acquireTokenSilent({ account, scopes, cacheLookupPolicy: msal.CacheLookupPolicy.Skip }));
  on('silent', () => app.ssoSilent({ loginHint: know.upn, scopes }));
  on('other', () => app.acquireTokenPopup({ loginHint: know.other, prompt: 'login', scopes }));
  on('other-silent', () => app.ssoSilent({ loginHint: know.other, scopes }));
  show({ ready: true });
} catch (error) {
  show({ failed: { name: error.name, code: error.errorCode, message: error.message } });
}
