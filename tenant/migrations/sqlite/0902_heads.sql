-- The end of the issuance log: whoever appends takes it first, so that no two append to the same end.
CREATE TABLE issuance_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    appended INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;
INSERT INTO issuance_head (one, appended, chain)
SELECT 1, count(*), coalesce((SELECT chain FROM issuance ORDER BY number DESC LIMIT 1), x'') FROM issuance;

-- Who fills an empty store, so that of several servers that start together only one does.
CREATE TABLE seeding (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    done INTEGER NOT NULL CHECK (done IN (0, 1))
) STRICT;
