"use strict";
// Starts the sign-in service of npm `wsfed`, unchanged, on a free loopback port. Around it stands what any application around it
// would have: a login form, and who the people are. `node server.js CONFIG`, where CONFIG is JSON:
//   issuer, certificate, key (PEM texts), reply (where answers go), ready (file, made when it listens: {"port": …}),
//   people: [{ upn, password, immutable_id, mfa: "always" | "asked" | "never" }]

const fs = require("node:fs");
const express = require("express");
const wsfed = require("wsfed");

const REALM = "urn:federation:MicrosoftOnline";
const MULTIPLE = "http://schemas.microsoft.com/claims/multipleauthn";

const config = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));

function Claims(user) {
  return {
    getClaims() {
      const claims = {
        "http://schemas.xmlsoap.org/claims/UPN": user.upn,
        "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID": user.immutable_id,
      };
      if (user.second) claims["http://schemas.microsoft.com/claims/authnmethodsreferences"] = MULTIPLE;
      return claims;
    },
    getNameIdentifier() {
      return {
        nameIdentifier: user.immutable_id,
        nameIdentifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
      };
    },
  };
}
Claims.prototype.metadata = [
  { id: "http://schemas.xmlsoap.org/claims/UPN", optional: false, displayName: "UPN", description: "Account name" },
];

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

function form(request, complaint) {
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Fabrikam sign-in</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<main><h1>Fabrikam sign-in</h1>${complaint ? `<p role="alert">${complaint}</p>` : ""}
<form method="post" action="${escape(request.originalUrl)}">
<p><label for="username">Account</label> <input id="username" name="username" value="${escape(request.query.username ?? "")}" required></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" required autofocus></p>
<p><button type="submit">Sign in</button></p></form></main></html>`;
}

const app = express();
const endpoint = "/adfs/ls/";
const signIn = wsfed.auth({
  issuer: config.issuer,
  cert: config.certificate,
  key: config.key,
  lifetime: 3600,
  profileMapper: Claims,
  getPostURL: (realm, reply, request, next) => next(null, realm === REALM ? config.reply : null),
});

app.get(endpoint, (request, response) => response.send(form(request)));
app.post(endpoint, express.urlencoded({ extended: false }), (request, response, next) => {
  const { username, password } = request.body;
  const user = config.people.find((one) => one.upn === String(username).toLowerCase() && one.password === password);
  if (!user) return response.status(401).send(form(request, "Account or password is wrong."));
  const second = user.mfa === "always" || (user.mfa === "asked" && request.query.wauth === MULTIPLE);
  request.user = { ...user, second };
  signIn(request, response, next);
});
app.get(
  "/FederationMetadata/2007-06/FederationMetadata.xml",
  wsfed.metadata({ issuer: config.issuer, cert: config.certificate, profileMapper: Claims, endpointPath: endpoint }),
);
app.use((error, request, response, next) => response.status(400).type("text").send(`${error.message}\n`));

const server = app.listen(0, "127.0.0.1", () => {
  fs.writeFileSync(`${config.ready}.new`, JSON.stringify({ port: server.address().port }));
  fs.renameSync(`${config.ready}.new`, config.ready);
});
