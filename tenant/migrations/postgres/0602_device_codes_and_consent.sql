-- What an application offers to others, and what the administrator lets it have of the directory: words, separated by blanks.
ALTER TABLE app ADD COLUMN exposes TEXT NOT NULL DEFAULT 'user_impersonation';
ALTER TABLE app ADD COLUMN permissions TEXT NOT NULL DEFAULT '';
ALTER TABLE app ADD COLUMN roles TEXT NOT NULL DEFAULT '';

-- Signed assertions that clients have used: each once.
CREATE TABLE client_assertion (
    -- SHA-256 of client and `jti`.
    id_hash BYTEA PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX client_assertion_expires ON client_assertion (expires);

-- Sign-ins by a code that is typed on another device (RFC 8628). The device code carries the row's id and a MAC.
CREATE TABLE device_code (
    -- Time-ordered, so that new rows are neighbours.
    id TEXT PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    -- Whether a second factor was asked for.
    ngcmfa BIGINT NOT NULL CHECK (ngcmfa IN (0, 1)),
    -- Where the code was asked for: address and program, for the person to recognise.
    place TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    -- When it was asked about last.
    polled BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'declined', 'redeemed')),
    user_id TEXT REFERENCES "user" (id) ON DELETE CASCADE,
    amr TEXT,
    auth_time BIGINT,
    lineage TEXT
);
CREATE INDEX device_code_expires ON device_code (expires);

-- People who are about to approve one: under the hash of a cookie.
CREATE TABLE device_code_visit (
    id_hash BYTEA PRIMARY KEY,
    device_code TEXT NOT NULL REFERENCES device_code (id) ON DELETE CASCADE,
    expires BIGINT NOT NULL
);
CREATE INDEX device_code_visit_expires ON device_code_visit (expires);
CREATE INDEX device_code_visit_code ON device_code_visit (device_code);

-- Sign ID tokens of applications that ask for ES256; made when the first one does.
CREATE TABLE ec_signing_key (
    kid TEXT PRIMARY KEY,
    pkcs8 BYTEA NOT NULL,
    certificate BYTEA NOT NULL,
    created BIGINT NOT NULL
);
