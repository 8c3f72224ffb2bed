-- The keys that seal what is of an app, each wrapped by the master key; the newest of an app seals. Numbers are never given
-- twice: a server may know the key of a number for a while after it is gone.
CREATE SEQUENCE faceward.key_generations AS integer;
CREATE TABLE faceward.data_keys (
    generation  integer PRIMARY KEY CHECK (generation > 0),
    app         uuid NOT NULL REFERENCES faceward.apps (id) ON DELETE CASCADE,
    wrapped     bytea NOT NULL,                 -- sealed by the master key
    created_at  timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
CREATE INDEX data_keys_of_app ON faceward.data_keys (app, generation);
-- Whether something of the app may still be sealed by the master key itself, as it was before there were data keys.
ALTER TABLE faceward.apps ADD COLUMN by_master boolean NOT NULL DEFAULT true;
ALTER TABLE faceward.apps ALTER COLUMN by_master SET DEFAULT false;
