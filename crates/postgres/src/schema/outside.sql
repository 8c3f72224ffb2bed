-- Where faces are searched in Milvus: which vectors are there, which are to be, and which are to go. Made where `search` names a
-- Milvus, and nowhere else. What Milvus is told of a vector is its number in this table, and two numbers for where it belongs.
CREATE TABLE faceward.placed (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,    -- never given twice: another vector has another
    app         uuid NOT NULL,
    template    text COLLATE "C" NOT NULL,
    gallery     text COLLATE "C" NOT NULL,
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'there', 'going'))
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX placed_of_template ON faceward.placed (app, template) WHERE state <> 'going';
CREATE INDEX placed_pending ON faceward.placed (id) WHERE state = 'pending';
CREATE INDEX placed_pending_of_app ON faceward.placed (app) WHERE state = 'pending';
CREATE INDEX placed_going ON faceward.placed (id) WHERE state = 'going';
-- The collections in Milvus, by how many values their vectors have.
CREATE TABLE faceward.placed_in (
    width       integer PRIMARY KEY,
    made        boolean NOT NULL DEFAULT false,             -- in Milvus; nothing is there before
    index       text COLLATE "C"                            -- by which it can be searched; null: it was not made
);
CREATE TABLE faceward.placing (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    installation uuid NOT NULL DEFAULT gen_random_uuid(),   -- a part of the names of the collections
    compared    text COLLATE "C" NOT NULL DEFAULT '',       -- the model of the vectors as they are compared; empty: as they were made
    index       text COLLATE "C" NOT NULL DEFAULT 'exact',  -- by which is to be searched
    moment      bigint NOT NULL DEFAULT 0,                  -- the newest write to Milvus, by its clock
    n_rounds    bigint NOT NULL DEFAULT 0,                  -- rises with every change of what is there
    whole       boolean NOT NULL DEFAULT true,              -- what is said to be there is
    doubtful    boolean NOT NULL DEFAULT false,             -- what waits may be there already
    reconciled_at timestamptz
) WITH (fillfactor = 10);
INSERT INTO faceward.placing DEFAULT VALUES;

-- Filled by the database itself, so that whoever writes templates need not know. A vector that is sealed anew is turned anew. With
-- the rights of the owner.
CREATE FUNCTION faceward.template_is_to_be_placed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE faceward.placed SET state = 'going'
        WHERE app = OLD.app AND template = OLD.id AND state <> 'going';
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO faceward.placed (app, template, gallery) VALUES (NEW.app, NEW.id, NEW.gallery);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER template_is_to_be_placed
AFTER INSERT OR DELETE OR UPDATE OF gallery, subject, model, n_values, sealed, created_at ON faceward.templates
FOR EACH ROW EXECUTE FUNCTION faceward.template_is_to_be_placed();
INSERT INTO faceward.placed (app, template, gallery) SELECT app, id, gallery FROM faceward.templates;
