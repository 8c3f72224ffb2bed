-- Everything lies in a schema of its own. Text is compared byte by byte, as everywhere else in this program.

-- Facts about the database: the proof of the key that seals what is in it.
CREATE TABLE faceward.facts (
    name        text PRIMARY KEY,
    value       bytea NOT NULL
);

CREATE TABLE faceward.apps (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    mirrored    boolean NOT NULL,
    disabled    boolean NOT NULL,
    origins     text[] NOT NULL,
    requests_per_minute bigint CHECK (requests_per_minute > 0),
    requests_per_day    bigint CHECK (requests_per_day > 0),
    created_at  timestamptz NOT NULL
);
CREATE TABLE faceward.app_keys (
    app         uuid NOT NULL REFERENCES faceward.apps (id) ON DELETE CASCADE,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    PRIMARY KEY (app, sha256)
);
CREATE TABLE faceward.galleries (
    app         uuid NOT NULL REFERENCES faceward.apps (id) ON DELETE CASCADE,
    id          text COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (app, id)
);
-- The composite foreign key keeps a template inside the app of its gallery, whatever the program does.
CREATE TABLE faceward.templates (
    app         uuid NOT NULL,
    id          text COLLATE "C" NOT NULL,
    gallery     text COLLATE "C" NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    model       text COLLATE "C" NOT NULL,
    n_values    integer NOT NULL,               -- of its vector
    sealed      bytea NOT NULL,                 -- its vector
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (app, id),
    FOREIGN KEY (app, gallery) REFERENCES faceward.galleries (app, id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
CREATE INDEX templates_of_subject ON faceward.templates (app, gallery, subject);
CREATE INDEX templates_of_model ON faceward.templates (app, model);
-- Sealed vectors do not compress.
ALTER TABLE faceward.templates ALTER COLUMN sealed SET STORAGE EXTERNAL;
-- A subject exists as long as it has a template; its name goes with the last one.
CREATE TABLE faceward.subject_names (
    app         uuid NOT NULL,
    gallery     text COLLATE "C" NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    sealed      bytea NOT NULL,                 -- the name
    PRIMARY KEY (app, gallery, subject),
    FOREIGN KEY (app, gallery) REFERENCES faceward.galleries (app, id) ON DELETE CASCADE
);

CREATE TABLE faceward.signing_keys (
    id          uuid PRIMARY KEY,
    sealed      bytea NOT NULL,                 -- the private key
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz
);
CREATE TABLE faceward.revoked_tokens (
    id          uuid PRIMARY KEY,
    expires_at  timestamptz NOT NULL            -- when the token would have ended anyway
);

CREATE TABLE faceward.operators (
    name        text COLLATE "C" PRIMARY KEY,
    role        text NOT NULL,
    password    text,                           -- an Argon2 hash
    disabled    boolean NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE TABLE faceward.passes (
    id          uuid PRIMARY KEY,
    operator    text COLLATE "C" NOT NULL REFERENCES faceward.operators (name) ON DELETE CASCADE,
    kind        text NOT NULL,
    label       text NOT NULL,
    sha256      bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    created_at  timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL
);
CREATE INDEX passes_of_operator ON faceward.passes (operator, id);

-- What was changed, in the order in which it was committed. Its row lock is what makes the order: see the code.
CREATE TABLE faceward.log_head (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    last        bigint NOT NULL                 -- number of the newest entry; 0: none
) WITH (fillfactor = 10);
INSERT INTO faceward.log_head (last) VALUES (0);
CREATE TABLE faceward.log (
    sequence    bigint PRIMARY KEY,
    mark        uuid NOT NULL DEFAULT gen_random_uuid(),  -- tells two histories apart
    what        text NOT NULL,
    app         uuid,
    gallery     text COLLATE "C",
    subject     text COLLATE "C",
    template    text COLLATE "C",
    token       uuid
);

-- Open challenges and frames that were seen. A crash of the server empties both: a challenge is then refused.
CREATE UNLOGGED TABLE faceward.challenges (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),  -- of its name
    app         uuid NOT NULL,
    movements   text[] NOT NULL,
    gallery     text COLLATE "C",
    subject     text COLLATE "C",
    mirrored    boolean NOT NULL,
    expires_at  timestamptz NOT NULL,
    answered    boolean NOT NULL DEFAULT false
);
CREATE INDEX challenges_of_app ON faceward.challenges (app, expires_at);
CREATE UNLOGGED TABLE faceward.frames (
    app         uuid NOT NULL,
    digest      bytea NOT NULL,
    number      bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (app, digest)
);
CREATE INDEX frames_by_age ON faceward.frames (app, number);

-- The audit log. Numbers rise without gaps: they come out of the one row of the head, under its lock.
CREATE TABLE faceward.audit_head (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    last        bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO faceward.audit_head (last) VALUES (0);
CREATE TABLE faceward.audit (
    sequence    bigint PRIMARY KEY,
    at          timestamptz NOT NULL,
    tx          uuid NOT NULL,
    trx_id      text,
    surface     text NOT NULL,
    app         uuid,
    action      text NOT NULL,
    gallery     text,
    subject     text,
    template    text,
    outcome     text NOT NULL,
    verdict     text,
    scores      jsonb NOT NULL,                 -- an object of numbers
    reasons     jsonb NOT NULL,                 -- a list of words
    models      jsonb NOT NULL,                 -- a list of ids
    operator    text
);
CREATE INDEX audit_by_time ON faceward.audit (at, sequence);
CREATE FUNCTION faceward.audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit records are final';
END
$$;
CREATE TRIGGER audit_is_final BEFORE UPDATE ON faceward.audit
FOR EACH STATEMENT EXECUTE FUNCTION faceward.audit_is_final();
