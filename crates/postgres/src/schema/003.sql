-- What an app can be set to and has no column of its own.
ALTER TABLE faceward.apps ADD COLUMN rules text NOT NULL DEFAULT '{}';
