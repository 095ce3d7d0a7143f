// The application: a button for each way to sign in; what came of it is shown as JSON.

const know = await (await fetch('/config.json')).json();
const scopes = ['User.Read'];
const show = (what) => {
  document.getElementById('answer').textContent = JSON.stringify(what);
};
const failed = (error) => show({ failed: { name: error.name, code: error.errorCode, message: error.message } });

// Up to version 4 the library reads the answer from the address of the page that comes back; later ones are handed it there.
const bridge = know.version !== 4;
const coming = { redirectUri: `${location.origin}/${bridge ? 'redirect.html' : 'blank.html'}` };
const here = bridge ? coming : { redirectUri: `${location.origin}/` };

const app = await msal.createStandardPublicClientApplication({
  auth: {
    clientId: know.client,
    authority: `https://login.microsoftonline.com/${know.tenant}`,
    ...coming,
    postLogoutRedirectUri: `${location.origin}/`,
  },
  cache: { cacheLocation: 'localStorage' },
});

const on = (id, act) => {
  document.getElementById(id).addEventListener('click', async () => {
    show({});
    try {
      const got = await act();
      if (got) show({ got });
    } catch (error) {
      failed(error);
    }
  });
};
on('redirect', () => app.loginRedirect({ ...here, scopes, loginHint: know.upn }));
on('popup', () => app.loginPopup({ scopes, loginHint: know.upn }));
on('silent', () => app.ssoSilent({ scopes, loginHint: know.upn }));
on('refresh', () => app.acquireTokenSilent({ scopes, account: app.getAllAccounts()[0], forceRefresh: true }));
on('out', () => app.logoutRedirect({ account: app.getAllAccounts()[0] }));

try {
  const got = await app.handleRedirectPromise();
  show(got ? { got } : { ready: true });
} catch (error) {
  failed(error);
}
