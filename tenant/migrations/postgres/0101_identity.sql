-- Names that are the same in upper and lower case.
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

CREATE TABLE tenant (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    region TEXT NOT NULL,
    mdm_enrollment_url TEXT,
    mdm_terms_url TEXT,
    settings_url TEXT
);

CREATE TABLE domain (
    name TEXT COLLATE nocase PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    kind TEXT NOT NULL CHECK (kind IN ('managed', 'federated')),
    brand TEXT NOT NULL,
    passive_url TEXT,
    issuer TEXT
);

CREATE TABLE "user" (
    id TEXT PRIMARY KEY,
    upn TEXT COLLATE nocase NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    password_hash TEXT NOT NULL,
    totp_secret TEXT,
    totp_last_step BIGINT NOT NULL DEFAULT 0,
    enabled BIGINT NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    onprem_sid TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    may_join BIGINT NOT NULL DEFAULT 1 CHECK (may_join IN (0, 1)),
    device_count BIGINT NOT NULL DEFAULT 0 CHECK (device_count >= 0)
);

CREATE TABLE app (
    client_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    id_token BIGINT NOT NULL DEFAULT 0 CHECK (id_token IN (0, 1))
);

CREATE TABLE app_redirect (
    client_id TEXT NOT NULL REFERENCES app (client_id),
    uri TEXT NOT NULL,
    PRIMARY KEY (client_id, uri)
);

CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    pkcs8 BYTEA NOT NULL,
    certificate BYTEA NOT NULL,
    created BIGINT NOT NULL,
    active BIGINT NOT NULL CHECK (active IN (0, 1)),
    -- In what order they came; no key.
    rowid BIGINT GENERATED ALWAYS AS IDENTITY
);

-- A sign-in on its way. The browser holds the id in a cookie; only its hash is kept.
CREATE TABLE sign_in (
    id_hash BYTEA PRIMARY KEY,
    state TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sign_in_expires ON sign_in (expires);

CREATE TABLE session (
    id_hash BYTEA PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES "user" (id),
    amr TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires);

CREATE TABLE policy (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE fault (
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    remaining BIGINT NOT NULL CHECK (remaining >= 0),
    delay_ms BIGINT NOT NULL,
    PRIMARY KEY (name, path)
);
