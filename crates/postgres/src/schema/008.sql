-- What was deleted, where something was: a deletion record.
ALTER TABLE faceward.audit ADD COLUMN deletion jsonb;
