// Seen only when the worker died while it answered for this page: asks the new one where to go on to.

const api = globalThis.browser ?? globalThis.chrome;
const ask = () => api.runtime.sendMessage({ type: "hold" });
const to = await ask().catch(ask);
if (to) location.replace(to);
