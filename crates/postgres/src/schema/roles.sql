-- The role that servers use, with nothing that they do not need: they cannot change tables, change audit records, or read
-- anything else of the cluster. Run it as the role that owns the tables, once they are made and after each update,
-- and give the role a password of its own:  \password faceward_server
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'faceward_server') THEN
        CREATE ROLE faceward_server LOGIN;
    END IF;
END
$$;
GRANT USAGE ON SCHEMA faceward TO faceward_server;
GRANT SELECT ON ALL TABLES IN SCHEMA faceward TO faceward_server;
GRANT INSERT, UPDATE, DELETE ON
    faceward.apps, faceward.app_keys, faceward.galleries, faceward.templates, faceward.subject_names,
    faceward.signing_keys, faceward.revoked_tokens, faceward.challenges, faceward.frames, faceward.operators,
    faceward.passes, faceward.webhooks, faceward.webhook_secrets, faceward.webhook_events,
    faceward.webhook_attempts, faceward.turns, faceward.sessions, faceward.session_faces, faceward.data_keys
TO faceward_server;
GRANT USAGE ON SEQUENCE faceward.key_generations TO faceward_server;
GRANT INSERT ON faceward.facts TO faceward_server;
GRANT INSERT, DELETE ON faceward.log, faceward.audit TO faceward_server;
GRANT UPDATE (last) ON faceward.log_head, faceward.audit_head TO faceward_server;
-- Where the database searches.
DO $$
BEGIN
    IF to_regclass('faceward.turned') IS NOT NULL THEN
        GRANT INSERT, UPDATE, DELETE ON faceward.turned, faceward.to_turn TO faceward_server;
        GRANT UPDATE ON faceward.turning TO faceward_server;
    END IF;
    -- Where Milvus does.
    IF to_regclass('faceward.placing') IS NOT NULL THEN
        GRANT INSERT, UPDATE, DELETE ON faceward.placed, faceward.placed_in TO faceward_server;
        GRANT UPDATE ON faceward.placing TO faceward_server;
    END IF;
END
$$;
