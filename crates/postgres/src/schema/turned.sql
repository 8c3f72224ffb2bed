-- Vectors to be searched in the database: one of each template, turned by the secret rotation of its app. Made where
-- `database.search` is "sql", and nowhere else: {vector} is the type of the extension pgvector.
CREATE TABLE faceward.turned (
    app         uuid NOT NULL,
    template    text COLLATE "C" NOT NULL,
    gallery     text COLLATE "C" NOT NULL,
    model       text COLLATE "C" NOT NULL,      -- as it is compared
    generation  integer NOT NULL,               -- of the data key whose rotation has turned it
    vector      {vector} NOT NULL,
    PRIMARY KEY (app, template),
    FOREIGN KEY (app, template) REFERENCES faceward.templates (app, id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
CREATE INDEX turned_of_gallery ON faceward.turned (app, model, gallery);
-- Templates of which no vector is there: a server that searches here makes it. Filled by the database itself, so that servers
-- that search in their memory, and those of earlier versions, write beside.
CREATE TABLE faceward.to_turn (
    app         uuid NOT NULL,
    template    text COLLATE "C" NOT NULL,
    PRIMARY KEY (app, template),
    FOREIGN KEY (app, template) REFERENCES faceward.templates (app, id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
-- By what the vectors are made shorter before they are turned.
CREATE TABLE faceward.turning (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    compared    text COLLATE "C" NOT NULL       -- the model of the short vectors; empty: none is made shorter
);
INSERT INTO faceward.turning (compared) VALUES ('');

-- With the rights of the owner: whoever enrols need not know of these tables.
CREATE FUNCTION faceward.template_is_to_turn() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    DELETE FROM faceward.turned WHERE app = NEW.app AND template = NEW.id;
    INSERT INTO faceward.to_turn (app, template) VALUES (NEW.app, NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER template_is_to_turn
AFTER INSERT OR UPDATE OF gallery, subject, model, n_values, created_at ON faceward.templates
FOR EACH ROW EXECUTE FUNCTION faceward.template_is_to_turn();
-- What a key has turned cannot be found without it.
CREATE FUNCTION faceward.key_turns_no_more() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF EXISTS (SELECT FROM faceward.apps WHERE id = OLD.app) THEN
        INSERT INTO faceward.to_turn (app, template)
        SELECT app, template FROM faceward.turned WHERE app = OLD.app AND generation = OLD.generation
        ON CONFLICT DO NOTHING;
        DELETE FROM faceward.turned WHERE app = OLD.app AND generation = OLD.generation;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER key_turns_no_more AFTER DELETE ON faceward.data_keys
FOR EACH ROW EXECUTE FUNCTION faceward.key_turns_no_more();

INSERT INTO faceward.to_turn (app, template) SELECT app, id FROM faceward.templates;
