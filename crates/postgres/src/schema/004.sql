-- Duties that one server at a time has: which, who, until when.
CREATE TABLE faceward.turns (
    duty        text COLLATE "C" PRIMARY KEY,
    server      uuid NOT NULL,
    until       timestamptz NOT NULL
);
