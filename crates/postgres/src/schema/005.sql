-- Verification sessions. What they say about a person is sealed; their faces go when they end.
CREATE TABLE faceward.sessions (
    id          uuid PRIMARY KEY,
    app         uuid NOT NULL REFERENCES faceward.apps (id) ON DELETE CASCADE,
    link        bytea NOT NULL UNIQUE CHECK (octet_length(link) = 32),      -- a hash, as is the next
    browser     bytea UNIQUE CHECK (octet_length(browser) = 32),
    state       text NOT NULL,
    revision    bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    sealed      bytea NOT NULL                  -- the document
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
CREATE INDEX sessions_of_app ON faceward.sessions (app, id);
CREATE INDEX sessions_under_way ON faceward.sessions (expires_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_over ON faceward.sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE faceward.session_faces (
    session     uuid NOT NULL REFERENCES faceward.sessions (id) ON DELETE CASCADE,
    role        text NOT NULL,
    model       text COLLATE "C" NOT NULL,
    sealed      bytea NOT NULL,                 -- the vector
    PRIMARY KEY (session, role)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
