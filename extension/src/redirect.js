// Content script on the address where sign-ins of native programs end. It says that it is there; everything else comes from the
// browser. Where a portal in this tab began the sign-in, the tab goes back to it, and this page leaves no trace in the tab's history.

(() => {
  const api = globalThis.browser ?? globalThis.chrome;
  api.runtime.sendMessage({ type: "redirected" }).then((address) => {
    if (typeof address === "string") location.replace(address);
  }, () => {
    // The extension was updated or switched off under this page: its own words say what to do.
  });
})();
