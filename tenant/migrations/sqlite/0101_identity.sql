CREATE TABLE tenant (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    region TEXT NOT NULL,
    mdm_enrollment_url TEXT,
    mdm_terms_url TEXT,
    settings_url TEXT
) STRICT;

CREATE TABLE domain (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    kind TEXT NOT NULL CHECK (kind IN ('managed', 'federated')),
    brand TEXT NOT NULL,
    passive_url TEXT,
    issuer TEXT
) STRICT;

CREATE TABLE user (
    id TEXT PRIMARY KEY,
    upn TEXT NOT NULL UNIQUE COLLATE NOCASE,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    password_hash TEXT NOT NULL,
    totp_secret TEXT,
    totp_last_step INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    onprem_sid TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER NOT NULL DEFAULT 0,
    may_join INTEGER NOT NULL DEFAULT 1 CHECK (may_join IN (0, 1)),
    device_count INTEGER NOT NULL DEFAULT 0 CHECK (device_count >= 0)
) STRICT;

CREATE TABLE app (
    client_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    id_token INTEGER NOT NULL DEFAULT 0 CHECK (id_token IN (0, 1))
) STRICT;

CREATE TABLE app_redirect (
    client_id TEXT NOT NULL REFERENCES app (client_id),
    uri TEXT NOT NULL,
    PRIMARY KEY (client_id, uri)
) STRICT;

CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    pkcs8 BLOB NOT NULL,
    certificate BLOB NOT NULL,
    created INTEGER NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;

-- A sign-in on its way. The browser holds the id in a cookie; only its hash is kept.
CREATE TABLE sign_in (
    id_hash BLOB PRIMARY KEY,
    state TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_expires ON sign_in (expires);

CREATE TABLE session (
    id_hash BLOB PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES user (id),
    amr TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_expires ON session (expires);

CREATE TABLE policy (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE fault (
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    remaining INTEGER NOT NULL CHECK (remaining >= 0),
    delay_ms INTEGER NOT NULL,
    PRIMARY KEY (name, path)
) STRICT;
