-- Who is called back, and what they have to be told.

CREATE TABLE faceward.webhooks (
    app         uuid PRIMARY KEY REFERENCES faceward.apps (id) ON DELETE CASCADE,
    url         text NOT NULL,
    enabled     boolean NOT NULL
);
CREATE TABLE faceward.webhook_secrets (
    app         uuid NOT NULL REFERENCES faceward.webhooks (app) ON DELETE CASCADE,
    id          uuid NOT NULL,
    sealed      bytea NOT NULL,                 -- what signs
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    PRIMARY KEY (app, id)
);
CREATE TABLE faceward.webhook_events (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    app         uuid NOT NULL REFERENCES faceward.webhooks (app) ON DELETE CASCADE,
    id          uuid NOT NULL UNIQUE,
    ordering_key text COLLATE "C" NOT NULL,
    kind        text NOT NULL,
    sealed      bytea NOT NULL,                 -- the body
    created_at  timestamptz NOT NULL,
    until       timestamptz NOT NULL,           -- a later attempt that fails is the last
    state       text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    due_at      timestamptz NOT NULL,           -- while it is claimed: when the lease ends
    claim       uuid UNIQUE,
    tries       integer NOT NULL DEFAULT 0,     -- since it was recorded or replayed
    n_attempts  integer NOT NULL DEFAULT 0
);
CREATE INDEX webhook_events_due ON faceward.webhook_events (app, due_at, number) WHERE state = 'pending';
CREATE INDEX webhook_events_in_order ON faceward.webhook_events (app, ordering_key, number)
WHERE state = 'pending';
CREATE INDEX webhook_events_of_app ON faceward.webhook_events (app, number);
CREATE INDEX webhook_events_by_age ON faceward.webhook_events (created_at, number);
-- Sealed bodies do not compress.
ALTER TABLE faceward.webhook_events ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE TABLE faceward.webhook_attempts (
    event       bigint NOT NULL REFERENCES faceward.webhook_events (number) ON DELETE CASCADE,
    number      integer NOT NULL,
    at          timestamptz NOT NULL,
    took        bigint NOT NULL,                -- milliseconds
    status      integer,
    outcome     text NOT NULL,
    sealed      bytea NOT NULL,                 -- the answer
    PRIMARY KEY (event, number)
);
