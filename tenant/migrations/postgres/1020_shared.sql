-- What servers on one database must know of each other.

-- Nonces that were used, until nobody takes them any more.
CREATE TABLE used_nonce (
    chance BYTEA PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX used_nonce_expires ON used_nonce (expires);

-- Wrong guesses at device codes: by network, and of all ('all').
CREATE TABLE guess_count (
    network TEXT PRIMARY KEY,
    wrong BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX guess_count_expires ON guess_count (expires);

-- The protocol version that an application signed somebody in with: it knows this tenant by that version's issuer.
ALTER TABLE session_app ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE lineage ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
