-- Primary refresh tokens, one row from issue on, however often renewed. The token carries the row's id and number and a MAC
-- (`prt/key.rs`); the session key is wrapped by a key that is not in here.
CREATE TABLE prt (
    -- Time-ordered, so that new rows are neighbours.
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    -- Kept after the device is gone, so that the refusal can say so.
    device TEXT NOT NULL,
    session_key BYTEA NOT NULL,
    -- The lowest version of key derivation that is taken.
    kdf BIGINT NOT NULL CHECK (kdf IN (1, 2)),
    amr TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    flow TEXT NOT NULL,
    -- The number of the newest token; the one before it is still taken, because an answer may have been lost.
    generation BIGINT NOT NULL DEFAULT 0,
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX prt_user ON prt (user_id);
CREATE INDEX prt_device ON prt (device);
CREATE INDEX prt_expires ON prt (expires);

-- The PRT that a browser's session was made by.
ALTER TABLE session ADD COLUMN prt TEXT;

CREATE INDEX IF NOT EXISTS "session_user" ON session (user_id);

-- Keys that people unlock on one device (Windows Hello and its like): they sign assertions.
CREATE TABLE hello_key (
    -- base64 SHA-256 of `material`.
    kid TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    device TEXT NOT NULL,
    -- RSA1 blob.
    material BYTEA NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX hello_key_user ON hello_key (user_id);
CREATE INDEX hello_key_device ON hello_key (device);
