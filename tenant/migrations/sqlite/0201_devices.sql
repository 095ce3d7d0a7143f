CREATE TABLE device (
    id TEXT PRIMARY KEY,
    object_id TEXT NOT NULL UNIQUE,
    owner_id TEXT NOT NULL REFERENCES user (id),
    display_name TEXT NOT NULL,
    os_type TEXT NOT NULL,
    os_version TEXT NOT NULL,
    join_type INTEGER NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    attested INTEGER NOT NULL CHECK (attested IN (0, 1)),
    public_key_hash BLOB NOT NULL UNIQUE,
    transport_key BLOB NOT NULL,
    certificate BLOB NOT NULL,
    thumbprint TEXT NOT NULL UNIQUE,
    alternative_security_id TEXT NOT NULL,
    csr BLOB NOT NULL,
    attestation TEXT,
    created INTEGER NOT NULL,
    last_logon INTEGER NOT NULL
) STRICT;
CREATE INDEX device_owner ON device (owner_id);

-- Every certificate ever issued; each row holds the hash of the one before, so that none can be taken out unseen.
CREATE TABLE issuance (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    serial TEXT NOT NULL UNIQUE,
    device_id TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    issued INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;

CREATE TABLE challenge (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    ek_hash BLOB NOT NULL,
    ak_public BLOB NOT NULL,
    nonce BLOB NOT NULL,
    secret BLOB NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX challenge_expires ON challenge (expires);
