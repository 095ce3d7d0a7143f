-- Versions of the terms of use; the newest is in force.
CREATE TABLE terms (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- Every acceptance; `id` is the nonce inside the blob that the client carries to enrollment.
CREATE TABLE terms_acceptance (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    version INTEGER NOT NULL REFERENCES terms (version),
    accepted INTEGER NOT NULL,
    -- The directory's device it was used for, and when: once.
    device_id TEXT,
    used INTEGER
) STRICT;
CREATE INDEX terms_acceptance_user ON terms_acceptance (user_id);

-- A visit to the terms page on its way. The browser holds the id in a cookie; only its hash is kept.
CREATE TABLE terms_visit (
    id_hash BLOB PRIMARY KEY,
    state TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX terms_visit_expires ON terms_visit (expires);

CREATE TABLE mdm_device (
    id TEXT PRIMARY KEY,
    -- The directory's device. Kept after that is gone: the record says what happened.
    device_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    hardware_id TEXT,
    os_version TEXT,
    enrolled INTEGER NOT NULL,
    last_contact INTEGER,
    last_session INTEGER,
    -- Set once; from then on its certificates open nothing.
    retired INTEGER,
    retired_by TEXT CHECK (retired_by IN ('user', 'server', 'directory', 'enrollment')),
    -- 0 noncompliant, 1 compliant, NULL not judged yet.
    compliant INTEGER CHECK (compliant IN (0, 1)),
    reasons TEXT NOT NULL DEFAULT '[]',
    judged INTEGER
) STRICT;
CREATE UNIQUE INDEX mdm_device_alive ON mdm_device (device_id) WHERE retired IS NULL;
CREATE INDEX mdm_device_user ON mdm_device (user_id);

CREATE TABLE mdm_certificate (
    thumbprint TEXT PRIMARY KEY,
    serial TEXT NOT NULL UNIQUE,
    mdm_id TEXT NOT NULL REFERENCES mdm_device (id),
    key_hash BLOB NOT NULL,
    issued INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    revoked INTEGER
) STRICT;
CREATE INDEX mdm_certificate_key ON mdm_certificate (key_hash);
CREATE INDEX mdm_certificate_device ON mdm_certificate (mdm_id);

-- Ids of sessions that a device has used: none twice.
CREATE TABLE mdm_session (
    mdm_id TEXT NOT NULL REFERENCES mdm_device (id),
    session_id TEXT NOT NULL,
    begun INTEGER NOT NULL,
    PRIMARY KEY (mdm_id, session_id)
) STRICT, WITHOUT ROWID;

-- What administrators want of a device.
CREATE TABLE mdm_command (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mdm_id TEXT NOT NULL REFERENCES mdm_device (id),
    -- Commands of one batch go into one Atomic.
    batch TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('get', 'add', 'replace', 'delete', 'exec')),
    uri TEXT NOT NULL,
    format TEXT,
    data TEXT,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'acked', 'failed')),
    status INTEGER,
    result TEXT,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;
CREATE INDEX mdm_command_waiting ON mdm_command (mdm_id, state);

-- What a device last said of a node, or answered to a policy.
CREATE TABLE mdm_node (
    mdm_id TEXT NOT NULL REFERENCES mdm_device (id),
    uri TEXT NOT NULL,
    status INTEGER NOT NULL,
    format TEXT,
    data TEXT,
    changed INTEGER NOT NULL,
    PRIMARY KEY (mdm_id, uri)
) STRICT, WITHOUT ROWID;

-- Policies that a device was told: what is no longer demanded is taken back.
CREATE TABLE mdm_applied (
    mdm_id TEXT NOT NULL REFERENCES mdm_device (id),
    uri TEXT NOT NULL,
    status INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (mdm_id, uri)
) STRICT, WITHOUT ROWID;

CREATE TABLE mdm_policy_set (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    options TEXT NOT NULL
) STRICT;

-- `target` is a user's or a group's id; empty for all.
CREATE TABLE mdm_policy_assignment (
    set_name TEXT NOT NULL COLLATE NOCASE REFERENCES mdm_policy_set (name) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'group', 'all')),
    target TEXT NOT NULL,
    PRIMARY KEY (set_name, kind, target)
) STRICT;
