-- The end of the issuance log: whoever appends takes it first, so that no two append to the same end.
CREATE TABLE issuance_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    appended BIGINT NOT NULL,
    chain BYTEA NOT NULL
);
INSERT INTO issuance_head (one, appended, chain)
SELECT 1, count(*), coalesce((SELECT chain FROM issuance ORDER BY number DESC LIMIT 1), ''::bytea) FROM issuance;

-- Who fills an empty store, so that of several servers that start together only one does.
CREATE TABLE seeding (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    done BIGINT NOT NULL CHECK (done IN (0, 1))
);
