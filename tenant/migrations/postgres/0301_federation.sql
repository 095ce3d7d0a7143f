-- Settings of a federated domain (Graph: internalDomainFederation). Certificates in DER; without one, nobody comes back from there.
ALTER TABLE domain ADD COLUMN active_url TEXT;
ALTER TABLE domain ADD COLUMN mex_url TEXT;
ALTER TABLE domain ADD COLUMN certificate BYTEA;
ALTER TABLE domain ADD COLUMN next_certificate BYTEA;
ALTER TABLE domain ADD COLUMN mfa TEXT NOT NULL DEFAULT 'accept' CHECK (mfa IN ('accept', 'enforce', 'reject'));
ALTER TABLE domain ADD COLUMN prompt_login TEXT NOT NULL DEFAULT 'fresh-password' CHECK (prompt_login IN ('fresh-password', 'native', 'disabled'));
UPDATE domain SET issuer = 'http://' || name || '/adfs/services/trust/' WHERE kind = 'federated' AND issuer IS NULL;
CREATE UNIQUE INDEX domain_issuer ON domain (issuer);

-- Who a federated user is at the other side (onPremisesImmutableId): one in the whole directory, compared to the letter.
ALTER TABLE "user" ADD COLUMN immutable_id TEXT;
CREATE UNIQUE INDEX user_immutable_id ON "user" (immutable_id);

-- A browser that was sent to a sign-in service: under the hash of wctx and cookie, taken once.
CREATE TABLE federation_request (
    id_hash BYTEA PRIMARY KEY,
    ctx TEXT NOT NULL,
    tenant TEXT NOT NULL,
    domain TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX federation_request_expires ON federation_request (expires);

-- Assertions that were believed once, until they are too old to be believed anyway.
CREATE TABLE assertion_use (
    issuer TEXT NOT NULL,
    assertion_id TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (issuer, assertion_id)
);
CREATE INDEX assertion_use_expires ON assertion_use (expires);
