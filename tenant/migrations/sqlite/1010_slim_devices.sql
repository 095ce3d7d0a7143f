-- A device takes a quarter of what it took: what follows from the rest is not kept (ADR 29). The certificate is told by its
-- number in the issuance log and its thumbprint, `alternativeSecurityIds` by thumbprint and hash of the key, the transport key
-- by its modulus (no other exponent than 65537 was ever taken).
CREATE TABLE slim_issuance (
    number INTEGER PRIMARY KEY,
    -- Time-ordered, so that new rows are neighbours.
    serial BLOB NOT NULL UNIQUE,
    device_id TEXT NOT NULL,
    -- SHA-1 of the certificate.
    thumbprint BLOB NOT NULL,
    issued INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;
INSERT INTO slim_issuance (number, serial, device_id, thumbprint, issued, chain)
SELECT number, unhex(serial), device_id, unhex(thumbprint), issued, chain FROM issuance ORDER BY number;
-- From now on it numbers the rows.
UPDATE issuance_head SET appended = coalesce((SELECT max(number) FROM issuance), 0);

CREATE TABLE slim_device (
    -- Both time-ordered, so that new rows are neighbours.
    id TEXT PRIMARY KEY,
    object_id TEXT NOT NULL UNIQUE,
    owner_id TEXT NOT NULL REFERENCES user (id),
    display_name TEXT NOT NULL,
    os_type TEXT NOT NULL,
    os_version TEXT NOT NULL,
    join_type INTEGER NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    attested INTEGER NOT NULL CHECK (attested IN (0, 1)),
    -- SHA-256 of the key in PKCS#1 DER.
    public_key_hash BLOB NOT NULL UNIQUE,
    transport_modulus BLOB NOT NULL,
    -- The newest certificate: its SHA-1, and its number in the log (0: from before there was one).
    thumbprint BLOB NOT NULL,
    issuance INTEGER NOT NULL,
    created INTEGER NOT NULL,
    last_logon INTEGER NOT NULL
) STRICT;
INSERT INTO slim_device (id, object_id, owner_id, display_name, os_type, os_version, join_type, enabled, attested, public_key_hash,
    transport_modulus, thumbprint, issuance, created, last_logon)
SELECT device.id, object_id, owner_id, display_name, os_type, os_version, join_type, enabled, attested, public_key_hash,
    substr(transport_key, 28), unhex(device.thumbprint), coalesce(log.number, 0), created, last_logon
FROM device LEFT JOIN (SELECT max(number) AS number, thumbprint FROM issuance GROUP BY thumbprint) AS log
    ON log.thumbprint = device.thumbprint
ORDER BY device.rowid;

-- What a device showed when it registered, where the tenant keeps that (`policy set --keep-evidence`).
CREATE TABLE device_evidence (
    device_id TEXT PRIMARY KEY REFERENCES slim_device (id) ON DELETE CASCADE,
    -- PKCS#10.
    csr BLOB NOT NULL,
    -- The TPM's proof, JSON.
    attestation TEXT
) STRICT;
INSERT INTO device_evidence (device_id, csr, attestation) SELECT id, csr, attestation FROM device;

CREATE TABLE slim_device_person (
    device_id TEXT NOT NULL REFERENCES slim_device (id) ON DELETE CASCADE,
    relation TEXT NOT NULL CHECK (relation IN ('owner', 'user')),
    user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    PRIMARY KEY (device_id, relation, user_id)
) STRICT;
INSERT INTO slim_device_person (device_id, relation, user_id) SELECT device_id, relation, user_id FROM device_person;
CREATE TABLE slim_device_extension (
    device_id TEXT PRIMARY KEY REFERENCES slim_device (id) ON DELETE CASCADE,
    attributes TEXT NOT NULL
) STRICT;
INSERT INTO slim_device_extension (device_id, attributes) SELECT device_id, attributes FROM device_extension;

-- The tables that refer to the old one go first: its rows would take theirs along.
DROP TABLE device_person;
DROP TABLE device_extension;
DROP TABLE device;
DROP TABLE issuance;
ALTER TABLE slim_issuance RENAME TO issuance;
ALTER TABLE slim_device RENAME TO device;
ALTER TABLE slim_device_person RENAME TO device_person;
ALTER TABLE slim_device_extension RENAME TO device_extension;
CREATE INDEX device_owner ON device (owner_id);
CREATE INDEX device_person_user ON device_person (user_id, relation);
