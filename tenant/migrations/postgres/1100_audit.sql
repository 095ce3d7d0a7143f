-- How far each chain of the audit log has come: what is missing at its end is missed here.
CREATE TABLE audit_head (
    chain TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    noted BIGINT NOT NULL
);
