// The application: a button for each way to sign in; what came of it is shown as JSON.

const know = await (await fetch('/config.json')).json();
const scopes = ['User.Read'];
const show = (what) => {
  document.getElementById('answer').textContent = JSON.stringify(what);
};
const failed = (error) => show({ failed: { name: error.name, code: error.errorCode, message: error.message } });

const app = await msal.createStandardPublicClientApplication({
  auth: {
    clientId: know.client,
    authority: `https://login.microsoftonline.com/${know.tenant}`,
    redirectUri: `${location.origin}/redirect.html`,
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
on('redirect', () => app.loginRedirect({ scopes, loginHint: know.upn }));
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
