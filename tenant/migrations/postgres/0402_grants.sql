-- What one sign-in gave to one client: a code's or a password's refresh tokens, however often rotated. Revoked as a whole.
CREATE TABLE grant_family (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    amr TEXT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
);
CREATE INDEX grant_family_user ON grant_family (user_id);
CREATE INDEX grant_family_expires ON grant_family (expires);

-- Only hashes of codes and tokens are kept.
CREATE TABLE authorization_code (
    code_hash BYTEA PRIMARY KEY,
    family TEXT NOT NULL REFERENCES grant_family (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    challenge TEXT,
    nonce TEXT,
    windows BIGINT NOT NULL CHECK (windows IN (0, 1)),
    sid TEXT NOT NULL,
    expires BIGINT NOT NULL,
    redeemed BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX authorization_code_expires ON authorization_code (expires);

CREATE TABLE refresh_token (
    token_hash BYTEA PRIMARY KEY,
    family TEXT NOT NULL REFERENCES grant_family (id) ON DELETE CASCADE,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX refresh_token_family ON refresh_token (family);
