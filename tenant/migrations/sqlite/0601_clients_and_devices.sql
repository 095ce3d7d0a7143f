-- What kind of client an address is: decides whether its codes need a secret, PKCE, an Origin.
ALTER TABLE app_redirect ADD COLUMN platform TEXT NOT NULL DEFAULT 'native' CHECK (platform IN ('spa', 'native', 'web'));

ALTER TABLE app ADD COLUMN id_token_alg TEXT NOT NULL DEFAULT 'RS256' CHECK (id_token_alg IN ('RS256', 'ES256'));
-- Where the browser is sent, in a hidden frame, when the person signs out.
ALTER TABLE app ADD COLUMN logout_uri TEXT;

-- How an application proves who it is: the salted hash of a secret, or a public key (SPKI) for signed assertions.
CREATE TABLE app_credential (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES app (client_id),
    kind TEXT NOT NULL CHECK (kind IN ('secret', 'key')),
    value BLOB NOT NULL,
    salt BLOB NOT NULL,
    -- Thumbprints (SHA-1, SHA-256) of a key's certificate, base64url; empty for secrets.
    names TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX app_credential_client ON app_credential (client_id);

-- The device that a sign-in came from, and how it came about: both stay with whatever is made of it.
ALTER TABLE session ADD COLUMN device TEXT;
CREATE INDEX session_device ON session (device) WHERE device IS NOT NULL;

-- What one sign-in gave to one client: its code, and its refresh tokens, however often rotated. Revoked as a whole.
--
-- No code or token is kept, nor a hash of one: they carry the row's id and a MAC (`grant/seal.rs`), and the row says which
-- of them is due. Takes the place of three tables; what they held ends with them, and people sign in again.
DROP TABLE refresh_token;
DROP TABLE authorization_code;
DROP TABLE grant_family;
CREATE TABLE lineage (
    -- Time-ordered, so that new rows are neighbours.
    id TEXT PRIMARY KEY,
    -- The lineage of the sign-in that this one branched off: its own id where it did not.
    root TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    -- Whether other clients of the family may branch off.
    foci INTEGER NOT NULL,
    platform TEXT NOT NULL CHECK (platform IN ('spa', 'native', 'web')),
    flow TEXT NOT NULL CHECK (flow IN ('sign_in', 'device_code')),
    device TEXT,
    amr TEXT NOT NULL,
    auth_time INTEGER NOT NULL,
    -- The code's: what it is bound to. Without one, `code_expires` is 0.
    redirect_uri TEXT,
    challenge TEXT,
    nonce TEXT,
    windows INTEGER NOT NULL DEFAULT 0,
    sid TEXT,
    code_expires INTEGER NOT NULL DEFAULT 0,
    redeemed INTEGER NOT NULL DEFAULT 0,
    -- What was asked for last: for requests that do not say.
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    -- The refresh token of this number is due; the one before it was used then.
    generation INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL DEFAULT 0,
    expires INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX lineage_root ON lineage (root);
CREATE INDEX lineage_user ON lineage (user_id);
CREATE INDEX lineage_device ON lineage (device) WHERE device IS NOT NULL;
CREATE INDEX lineage_expires ON lineage (expires);
