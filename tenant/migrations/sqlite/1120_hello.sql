-- Hello keys are registered from now on. Until here nobody could, so nothing is lost with the old table.
DROP TABLE hello_key;
CREATE TABLE hello_key (
    -- base64 SHA-256 of `material`: what assertions name.
    kid TEXT PRIMARY KEY,
    -- GUID: what the registration answers and the directory shows.
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    -- RSA1 blob.
    material BLOB NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX hello_key_user ON hello_key (user_id, id);
CREATE INDEX hello_key_device ON hello_key (device);

-- Keys that were removed, for as long as a token from before could bring them back.
CREATE TABLE hello_removed (
    kid TEXT PRIMARY KEY,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX hello_removed_expires ON hello_removed (expires);

-- The `id` of the key that vouched for the person, where one did: what it gave ends with it.
ALTER TABLE prt ADD COLUMN hello_key TEXT;
ALTER TABLE lineage ADD COLUMN hello_key TEXT;
ALTER TABLE session ADD COLUMN hello_key TEXT;
