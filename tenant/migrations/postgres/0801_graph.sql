-- Who may see and change every device, not only their own.
ALTER TABLE "user" ADD COLUMN admin BIGINT NOT NULL DEFAULT 0 CHECK (admin IN (0, 1));

-- People of a device beside the one who registered it (Graph: registeredOwners, registeredUsers).
CREATE TABLE device_person (
    device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    relation TEXT NOT NULL CHECK (relation IN ('owner', 'user')),
    user_id TEXT NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    PRIMARY KEY (device_id, relation, user_id)
);
CREATE INDEX device_person_user ON device_person (user_id, relation);

-- extensionAttributes, as JSON; most devices have none.
CREATE TABLE device_extension (
    device_id TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    attributes TEXT NOT NULL
);
