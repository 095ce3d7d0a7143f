-- A device takes a quarter of what it took: what follows from the rest is not kept (ADR 29). The certificate is told by its
-- number in the issuance log and its thumbprint, `alternativeSecurityIds` by thumbprint and hash of the key, the transport key
-- by its modulus (no other exponent than 65537 was ever taken).

-- What a device showed when it registered, where the tenant keeps that (`policy set --keep-evidence`).
CREATE TABLE device_evidence (
    device_id TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    -- PKCS#10.
    csr BYTEA NOT NULL,
    -- The TPM's proof, JSON.
    attestation TEXT
);
INSERT INTO device_evidence (device_id, csr, attestation) SELECT id, csr, attestation FROM device;

-- The newest certificate: its number in the log (0: from before there was one).
ALTER TABLE device ADD COLUMN issuance BIGINT NOT NULL DEFAULT 0;
UPDATE device SET issuance = log.number
FROM (SELECT max(number) AS number, thumbprint FROM issuance GROUP BY thumbprint) AS log
WHERE log.thumbprint = device.thumbprint;
ALTER TABLE device ALTER COLUMN issuance DROP DEFAULT;
ALTER TABLE device DROP CONSTRAINT device_thumbprint_key;
ALTER TABLE device
    DROP COLUMN csr,
    DROP COLUMN attestation,
    DROP COLUMN certificate,
    DROP COLUMN alternative_security_id,
    -- SHA-1 of the certificate.
    ALTER COLUMN thumbprint TYPE BYTEA USING decode(thumbprint, 'hex'),
    ALTER COLUMN transport_key TYPE BYTEA USING substring(transport_key FROM 28);
ALTER TABLE device RENAME COLUMN transport_key TO transport_modulus;

ALTER TABLE issuance
    ALTER COLUMN number DROP IDENTITY,
    ALTER COLUMN serial TYPE BYTEA USING decode(serial, 'hex'),
    ALTER COLUMN thumbprint TYPE BYTEA USING decode(thumbprint, 'hex');
-- From now on it numbers the rows.
UPDATE issuance_head SET appended = coalesce((SELECT max(number) FROM issuance), 0);
