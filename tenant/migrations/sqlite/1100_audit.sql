-- How far each chain of the audit log has come: what is missing at its end is missed here.
CREATE TABLE audit_head (
    chain TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    noted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
