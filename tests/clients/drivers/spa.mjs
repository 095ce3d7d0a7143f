// Serves the single-page application on loopback, as a developer does: the page, and `@azure/msal-browser` as npm ships it, in
// the version that the test names.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { hear, say } from './talk.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const know = await hear();
const library = (path) => here(`../node_modules/${know.version === 4 ? 'msal-browser-4' : '@azure/msal-browser'}/lib/${path}`);
const files = {
  '/': ['text/html', here('spa/index.html')],
  '/redirect.html': ['text/html', here('spa/redirect.html')],
  '/blank.html': ['text/html', here('spa/blank.html')],
  '/page.js': ['text/javascript', here('spa/page.js')],
  '/msal-browser.js': ['text/javascript', library('msal-browser.min.js')],
  '/msal-redirect-bridge.js': ['text/javascript', library('redirect-bridge/msal-redirect-bridge.min.js')],
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/config.json') return response.setHeader('content-type', 'application/json').end(JSON.stringify(know));
  const [type, file] = files[pathname] ?? [];
  if (!file) return response.writeHead(404).end();
  response.setHeader('content-type', `${type}; charset=utf-8`).end(await readFile(file));
});
server.listen(0, '127.0.0.1', () => say({ listening: `http://localhost:${server.address().port}` }));
