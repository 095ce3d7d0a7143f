-- Conditional access: what a sign-in to an application, or a token for a resource, takes beyond a password.
CREATE TABLE access_rule (
    id TEXT PRIMARY KEY,
    -- A client's or a resource's id in lower case, or 'all'.
    app TEXT NOT NULL,
    demand TEXT NOT NULL CHECK (demand IN ('mfa', 'compliant', 'joined', 'block')),
    -- Whom it is for: everybody, a user, or the members of a group.
    kind TEXT NOT NULL CHECK (kind IN ('all', 'user', 'group')),
    target TEXT NOT NULL,
    created BIGINT NOT NULL
);

-- Applications that may be handed access tokens at the authorize endpoint (response_type=token).
CREATE TABLE app_implicit (
    client_id TEXT PRIMARY KEY REFERENCES app (client_id)
);

-- Applications that a session signed in to without a code; of those with one, their lineages know.
CREATE TABLE session_app (
    sid TEXT NOT NULL REFERENCES session (sid) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    PRIMARY KEY (sid, client_id)
);
