//! The one table of the audit log.

use crate::migrations::Schema;

/// "FWAU". `AUTOINCREMENT`: a number is never given twice, so that a record taken out by hand leaves a gap.
pub(super) const SCHEMA: Schema = Schema {
    application_id: 0x4657_4155,
    steps: &[
        "
CREATE TABLE records (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,               -- microseconds since 1970
    tx          BLOB NOT NULL CHECK (length(tx) = 16),
    trx_id      TEXT,
    surface     TEXT NOT NULL,
    app         BLOB CHECK (length(app) = 16),
    action      TEXT NOT NULL,
    gallery     TEXT,
    subject     TEXT,
    template    TEXT,
    outcome     TEXT NOT NULL,
    verdict     TEXT,
    scores      TEXT NOT NULL,                  -- a JSON object of numbers
    reasons     TEXT NOT NULL,                  -- a JSON list of words
    models      TEXT NOT NULL                   -- a JSON list of ids
) STRICT;
CREATE INDEX records_by_time ON records (at);
CREATE TRIGGER records_are_final BEFORE UPDATE ON records
BEGIN
    SELECT RAISE(ABORT, 'audit records are final');
END;
",
        "ALTER TABLE records ADD COLUMN operator TEXT;",
        "ALTER TABLE records ADD COLUMN deletion TEXT;                     -- JSON: what was deleted",
    ],
};
