-- How many devices were disabled, enabled or taken out: the log of that outside the database (`revoked.log`) has the same numbers, so
-- that a database which was restored from an older copy is known by it.
CREATE TABLE revocation_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL
);
INSERT INTO revocation_head (one, number) VALUES (1, 0);
