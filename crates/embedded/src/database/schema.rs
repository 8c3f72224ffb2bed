//! The tables of apps, galleries, templates, tokens, operators, webhooks and sessions.

use crate::migrations::Schema;

/// "FWGL". The composite foreign key keeps a template inside the app of its gallery, whatever the code above does.
pub(super) const SCHEMA: Schema = Schema { application_id: 0x4657_474c, steps: STEPS };

const STEPS: &[&str] = &[
    "
CREATE TABLE meta (
    name        TEXT PRIMARY KEY,
    value       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE apps (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    name        TEXT NOT NULL,
    created_at  INTEGER NOT NULL            -- microseconds since 1970, as everywhere below
) STRICT, WITHOUT ROWID;
CREATE TABLE app_keys (
    app         BLOB NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    PRIMARY KEY (app, sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE galleries (
    app         BLOB NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE templates (
    key         INTEGER PRIMARY KEY,
    app         BLOB NOT NULL,
    gallery     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    id          TEXT NOT NULL,
    model       TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (app, id),
    FOREIGN KEY (app, gallery) REFERENCES galleries (app, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX templates_of_subject ON templates (app, gallery, subject);
",
    "
ALTER TABLE apps ADD COLUMN mirrored INTEGER NOT NULL DEFAULT 0 CHECK (mirrored IN (0, 1));
CREATE TABLE subject_names (
    app         BLOB NOT NULL,
    gallery     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    sealed      BLOB NOT NULL,              -- the name
    PRIMARY KEY (app, gallery, subject),
    FOREIGN KEY (app, gallery) REFERENCES galleries (app, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- A subject exists as long as it has a template; its name goes with the last one, however that was deleted.
CREATE TRIGGER forget_subject_name AFTER DELETE ON templates
WHEN NOT EXISTS (
    SELECT 1 FROM templates WHERE app = OLD.app AND gallery = OLD.gallery AND subject = OLD.subject
)
BEGIN
    DELETE FROM subject_names WHERE app = OLD.app AND gallery = OLD.gallery AND subject = OLD.subject;
END;
CREATE TABLE signing_keys (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    sealed      BLOB NOT NULL,              -- the private key
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE revoked_tokens (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    expires_at  INTEGER NOT NULL            -- when the token would have ended anyway
) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE apps ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));
ALTER TABLE apps ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';     -- a JSON list
ALTER TABLE apps ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute > 0);
ALTER TABLE apps ADD COLUMN requests_per_day INTEGER CHECK (requests_per_day > 0);
CREATE TABLE operators (
    name        TEXT PRIMARY KEY,
    role        TEXT NOT NULL,
    password    TEXT,                       -- an Argon2 hash
    disabled    INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE passes (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    operator    TEXT NOT NULL REFERENCES operators (name) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    label       TEXT NOT NULL,
    sha256      BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_at  INTEGER NOT NULL,
    ends_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passes_of_operator ON passes (operator, id);
",
    "CREATE TABLE in_use (one INTEGER PRIMARY KEY CHECK (one = 1)) STRICT;",
    "
CREATE TABLE webhooks (
    app         BLOB PRIMARY KEY REFERENCES apps (id) ON DELETE CASCADE,
    url         TEXT NOT NULL,
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE webhook_secrets (
    app         BLOB NOT NULL REFERENCES webhooks (app) ON DELETE CASCADE,
    id          BLOB NOT NULL CHECK (length(id) = 16),
    sealed      BLOB NOT NULL,              -- what signs
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE webhook_events (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    app         BLOB NOT NULL REFERENCES webhooks (app) ON DELETE CASCADE,
    id          BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    ordering_key TEXT NOT NULL,
    kind        TEXT NOT NULL,
    sealed      BLOB NOT NULL,              -- the body
    created_at  INTEGER NOT NULL,
    until       INTEGER NOT NULL,           -- a later attempt that fails is the last
    state       TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    due_at      INTEGER NOT NULL,           -- while it is claimed: when the lease ends
    claim       BLOB UNIQUE CHECK (length(claim) = 16),
    tries       INTEGER NOT NULL DEFAULT 0, -- since it was recorded or replayed
    n_attempts  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX webhook_events_due ON webhook_events (app, due_at, number) WHERE state = 'pending';
CREATE INDEX webhook_events_in_order ON webhook_events (app, ordering_key, number) WHERE state = 'pending';
CREATE INDEX webhook_events_of_app ON webhook_events (app, number);
CREATE INDEX webhook_events_by_age ON webhook_events (created_at, number);
CREATE TABLE webhook_attempts (
    event       INTEGER NOT NULL REFERENCES webhook_events (number) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    took        INTEGER NOT NULL,           -- milliseconds
    status      INTEGER,
    outcome     TEXT NOT NULL,
    sealed      BLOB NOT NULL,              -- the answer
    PRIMARY KEY (event, number)
) STRICT, WITHOUT ROWID;
",
    "ALTER TABLE apps ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';          -- JSON: what has no column above",
    "
CREATE TABLE sessions (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    app         BLOB NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    link        BLOB NOT NULL UNIQUE CHECK (length(link) = 32),     -- a hash, as is the next
    browser     BLOB UNIQUE CHECK (length(browser) = 32),
    state       TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    sealed      BLOB NOT NULL               -- the document
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_app ON sessions (app, id);
CREATE INDEX sessions_under_way ON sessions (expires_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_over ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE session_faces (
    session     BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    role        TEXT NOT NULL,
    model       TEXT NOT NULL,
    sealed      BLOB NOT NULL,              -- the vector
    PRIMARY KEY (session, role)
) STRICT, WITHOUT ROWID;
",
    "
-- The keys that seal what is of an app; the newest seals. `AUTOINCREMENT`: no generation is ever given twice.
CREATE TABLE data_keys (
    generation  INTEGER PRIMARY KEY AUTOINCREMENT,
    app         BLOB NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    wrapped     BLOB NOT NULL,              -- sealed by the master key
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX data_keys_of_app ON data_keys (app, generation);
-- Whether something of the app may still be sealed by the master key itself, as it was before there were data keys.
ALTER TABLE apps ADD COLUMN by_master INTEGER NOT NULL DEFAULT 0 CHECK (by_master IN (0, 1));
UPDATE apps SET by_master = 1;
",
    "ALTER TABLE templates ADD COLUMN expires_at INTEGER;                  -- an end of its own",
    "
-- Blocks of the snapshots: many rows of an app in a file, as memory needs them. What is listed here as written is what `templates`
-- says, in whatever state this database is: a change of any row of a block takes the block out, in the same transaction, and with
-- it the only key that opens the file.
CREATE TABLE snapshot_blocks (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    app         BLOB NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    first_key   INTEGER NOT NULL,           -- all rows of the app from this key
    last_key    INTEGER NOT NULL CHECK (last_key >= first_key),     -- to this one
    n_rows      INTEGER NOT NULL,
    recipe      BLOB NOT NULL CHECK (length(recipe) = 32),          -- what the rows were made by
    sealed      BLOB NOT NULL,              -- the key of the file
    written     INTEGER NOT NULL DEFAULT 0 CHECK (written IN (0, 1))
) STRICT;
CREATE INDEX snapshot_blocks_of_app ON snapshot_blocks (app, first_key, last_key);
CREATE INDEX templates_in_order ON templates (app);
-- Blocks of an app do not overlap, so one look finds the only one in which a row can lie.
CREATE TRIGGER snapshot_blocks_do_not_overlap BEFORE INSERT ON snapshot_blocks
WHEN NEW.first_key <= (
    SELECT last_key FROM snapshot_blocks WHERE app = NEW.app AND first_key <= NEW.last_key
    ORDER BY first_key DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'blocks that overlap');
END;
CREATE TRIGGER snapshot_block_of_inserted AFTER INSERT ON templates
BEGIN
    DELETE FROM snapshot_blocks WHERE last_key >= NEW.key AND number = (
        SELECT number FROM snapshot_blocks WHERE app = NEW.app AND first_key <= NEW.key
        ORDER BY first_key DESC LIMIT 1
    );
END;
CREATE TRIGGER snapshot_block_of_updated AFTER UPDATE ON templates
BEGIN
    DELETE FROM snapshot_blocks WHERE last_key >= OLD.key AND number = (
        SELECT number FROM snapshot_blocks WHERE app = OLD.app AND first_key <= OLD.key
        ORDER BY first_key DESC LIMIT 1
    );
    DELETE FROM snapshot_blocks WHERE last_key >= NEW.key AND number = (
        SELECT number FROM snapshot_blocks WHERE app = NEW.app AND first_key <= NEW.key
        ORDER BY first_key DESC LIMIT 1
    );
END;
CREATE TRIGGER snapshot_block_of_deleted AFTER DELETE ON templates
BEGIN
    DELETE FROM snapshot_blocks WHERE last_key >= OLD.key AND number = (
        SELECT number FROM snapshot_blocks WHERE app = OLD.app AND first_key <= OLD.key
        ORDER BY first_key DESC LIMIT 1
    );
END;
",
];

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_database_of_the_first_version_is_taken_over() {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(STEPS[0]).expect("the first version");
        connection.pragma_update(None, "user_version", 1).expect("set");
        connection.execute_batch("INSERT INTO apps VALUES (zeroblob(16), 'a', 0);").expect("an app");
        SCHEMA.migrate(&mut connection).expect("migrated");
        let mirrored: bool =
            connection.query_row("SELECT mirrored FROM apps", [], |row| row.get(0)).expect("still there");
        assert!(!mirrored);
    }

    #[test]
    fn templates_of_the_version_before_have_no_end_of_their_own() {
        let mut connection = Connection::open_in_memory().expect("a database");
        for step in &STEPS[..8] {
            connection.execute_batch(step).expect("a version");
        }
        connection.pragma_update(None, "user_version", 8).expect("set");
        connection
            .execute_batch(
                "INSERT INTO apps (id, name, created_at) VALUES (zeroblob(16), 'a', 0);
                 INSERT INTO galleries VALUES (zeroblob(16), 'g', 0);
                 INSERT INTO templates (app, gallery, subject, id, model, sealed, created_at)
                 VALUES (zeroblob(16), 'g', 's', 't', 'm', zeroblob(1), 7);",
            )
            .expect("rows");
        SCHEMA.migrate(&mut connection).expect("migrated");
        let times = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?));
        let row = connection.query_row("SELECT created_at, expires_at FROM templates", [], times);
        assert_eq!(row.expect("still there"), (7, None));
    }

    #[test]
    fn a_template_cannot_point_into_the_gallery_of_another_app() {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.pragma_update(None, "foreign_keys", "ON").expect("set");
        SCHEMA.migrate(&mut connection).expect("migrated");
        connection
            .execute_batch(
                "INSERT INTO apps (id, name, created_at) VALUES (zeroblob(16), 'a', 0), (randomblob(16), 'b', 0);
                 INSERT INTO galleries SELECT id, 'g', 0 FROM apps WHERE name = 'a';",
            )
            .expect("rows");
        let insert = "INSERT INTO templates (app, gallery, subject, id, model, sealed, created_at)
                      SELECT id, 'g', 's', 't', 'm', zeroblob(1), 0 FROM apps WHERE name = ?1";
        assert!(connection.execute(insert, ["b"]).is_err());
        assert_eq!(connection.execute(insert, ["a"]).expect("its own gallery"), 1);
    }

    /// A database with app 1, its gallery `g` and the templates of the keys 1 to 9 in it, and two blocks of them: 1 to 3, 5 to 8.
    fn with_blocks() -> Connection {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.pragma_update(None, "foreign_keys", "ON").expect("set");
        SCHEMA.migrate(&mut connection).expect("migrated");
        connection
            .execute_batch(
                "INSERT INTO apps (id, name, created_at) VALUES (zeroblob(16), 'a', 0), (randomblob(16), 'b', 0);
                 INSERT INTO galleries SELECT id, 'g', 0 FROM apps;
                 WITH RECURSIVE n (k) AS (SELECT 1 UNION SELECT k + 1 FROM n WHERE k < 9)
                 INSERT INTO templates (key, app, gallery, subject, id, model, sealed, created_at)
                 SELECT k, zeroblob(16), 'g', 's', 't' || k, 'm', x'00', 0 FROM n;",
            )
            .expect("rows");
        for (first, last) in [(1, 3), (5, 8)] {
            assert_eq!(list(&connection, first, last).expect("no overlap"), 1);
        }
        connection
    }

    fn list(connection: &Connection, first: i64, last: i64) -> rusqlite::Result<usize> {
        connection.execute(
            "INSERT INTO snapshot_blocks (app, first_key, last_key, n_rows, recipe, sealed, written)
             VALUES (zeroblob(16), ?1, ?2, 1, zeroblob(32), x'', 1)",
            [first, last],
        )
    }

    #[test]
    fn a_change_of_a_row_takes_its_block_from_the_list_and_no_other() {
        for (change, left) in [
            ("DELETE FROM templates WHERE key IN (4, 9)", &[1, 5][..]),
            ("DELETE FROM templates WHERE key = 1", &[5]),
            ("DELETE FROM templates WHERE key = 8", &[1]),
            ("DELETE FROM templates WHERE subject = 's'", &[]),
            ("DELETE FROM galleries", &[]),
            ("DELETE FROM apps WHERE name = 'a'", &[]),
            ("DELETE FROM apps WHERE name = 'b'", &[1, 5]),
            ("UPDATE templates SET sealed = x'01' WHERE key = 3", &[5]),
            ("UPDATE templates SET key = 7 - 4 + 30 WHERE key = 5", &[1]),
            ("UPDATE templates SET subject = 'x' WHERE key = 9", &[1, 5]),
            ("UPDATE templates SET app = (SELECT id FROM apps WHERE name = 'b') WHERE key = 6", &[1]),
            ("DELETE FROM templates WHERE key = 2; DELETE FROM templates WHERE key = 6", &[]),
            (
                "INSERT INTO templates (key, app, gallery, subject, id, model, sealed, created_at)
                 VALUES (10, zeroblob(16), 'g', 's', 'new', 'm', x'00', 0)",
                &[1, 5],
            ),
            (
                "INSERT OR REPLACE INTO templates (key, app, gallery, subject, id, model, sealed, created_at)
                 VALUES (7, zeroblob(16), 'g', 's', 'new', 'm', x'00', 0)",
                &[1],
            ),
        ] {
            let connection = with_blocks();
            connection.execute_batch(change).expect("valid SQL");
            let mut listed =
                connection.prepare("SELECT first_key FROM snapshot_blocks ORDER BY 1").expect("valid");
            let listed: Vec<i64> = listed
                .query_map([], |row| row.get(0))
                .expect("rows")
                .map(|row| row.expect("a row"))
                .collect();
            assert_eq!(listed, left, "{change}");
        }
    }

    #[test]
    fn blocks_of_an_app_never_overlap() {
        let connection = with_blocks();
        for (first, last) in [(3, 4), (4, 5), (8, 20), (6, 7), (0, 99), (-5, 1)] {
            assert!(list(&connection, first, last).is_err(), "{first} to {last}");
        }
        assert_eq!(list(&connection, 4, 4).expect("between them"), 1);
        assert_eq!(list(&connection, 9, 20).expect("after them"), 1);
    }
}
