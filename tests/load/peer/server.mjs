// Starts npm `oidc-provider`, unchanged, over TLS on a free loopback port, with a person who is signed in. It keeps everything in
// memory: its own way of doing so forgets what is more than a thousand entries old, which under load is too soon. `node server.mjs CONFIG`, where CONFIG is JSON:
//   certificate, key (PEM texts), session and sessions (what the cookies begin with, and how many there are), redirect_uri, ready (file, made when it listens: {"port": …})
// It is started in the folder where its packages are.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:https";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const resolved = createRequire(join(process.cwd(), "package.json")).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(resolved));

const DAY = 86_400;
const jwk = (kind, options, more) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }),
  kid: randomUUID(),
  use: "sig",
  ...more,
});
const client = (id, alg, more) => ({
  client_id: id,
  id_token_signed_response_alg: alg,
  redirect_uris: [config.redirect_uri],
  response_types: ["code"],
  grant_types: ["authorization_code", "refresh_token", "client_credentials"],
  client_secret: "load-load-load-load-load-load-load-load",
  token_endpoint_auth_method: "client_secret_post",
  ...more,
});

// Most entries of a kind; the oldest goes.
const MOST = 100_000;

class Memory {
  #kept = new Map();

  async upsert(id, payload) {
    this.#kept.set(id, payload);
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value);
  }
  async find(id) {
    return this.#kept.get(id);
  }
  async findByUid(uid) {
    return [...this.#kept.values()].find((kept) => kept.uid === uid);
  }
  async consume(id) {
    this.#kept.get(id).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    this.#kept.delete(id);
  }
  async revokeByGrantId() {}
}

// A resource for each algorithm: its access tokens are JWTs, as ours are.
const resource = (alg) => ({
  scope: "read",
  audience: `https://api.example/${alg}`,
  accessTokenFormat: "jwt",
  accessTokenTTL: 3600,
  jwt: { sign: { alg } },
});

const provider = new Provider("https://peer.example", {
  adapter: Memory,
  clients: [client("rs256", "RS256"), client("es256", "ES256")],
  jwks: {
    keys: [
      jwk("rsa", { modulusLength: 2048 }, { alg: "RS256" }),
      jwk("ec", { namedCurve: "P-256" }, { alg: "ES256" }),
    ],
  },
  cookies: { keys: undefined },
  pkce: { required: () => true },
  scopes: ["openid", "offline_access"],
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  issueRefreshToken: () => true,
  // The person consented long ago.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      accountId: ctx.oidc.session.accountId,
      clientId: ctx.oidc.client.clientId,
    });
    grant.addOIDCScope("openid offline_access");
    grant.addResourceScope(`https://api.example/${ctx.oidc.client.idTokenSignedResponseAlg}`, "read");
    await grant.save(3600);
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, { idTokenSignedResponseAlg }) => `https://api.example/${idTokenSignedResponseAlg}`,
      getResourceServerInfo: (_, name) => resource(name.split("/").at(-1)),
      useGrantedResource: () => true,
    },
  },
  ttl: { Session: DAY, Grant: DAY, AccessToken: 3600, ClientCredentials: 3600, RefreshToken: DAY, AuthorizationCode: 600, IdToken: 3600 },
});
provider.on("server_error", (_, error) => console.error(error));
for (const name of ["authorization.error", "grant.error"]) {
  provider.on(name, (_, error) => console.error(name, error.error_detail ?? error.message));
}

// A browser for each client: it does not take several requests of one at a time.
for (let number = 0; number < config.sessions; number += 1) {
  const session = new provider.Session({
    jti: `${config.session}${number}`,
    accountId: "adele",
    loginTs: Math.floor(Date.now() / 1000),
    amr: ["pwd", "mfa"],
  });
  await session.save(DAY);
}

const server = createServer({ cert: config.certificate, key: config.key }, provider.callback());
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  writeFileSync(`${config.ready}.new`, JSON.stringify({ port: server.address().port }));
  renameSync(`${config.ready}.new`, config.ready);
});
