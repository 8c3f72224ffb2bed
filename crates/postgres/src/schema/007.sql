-- An end that a template has of its own.
ALTER TABLE faceward.templates ADD COLUMN expires_at timestamptz;
