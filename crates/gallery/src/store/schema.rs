//! The tables, as a list of migrations: entry `n` takes a database from version `n` to `n + 1`. Never edit an entry.

use rusqlite::{Connection, TransactionBehavior};

use crate::GalleryError;

/// "FWGL" in the header of the file: tools can tell whose database it is.
const APPLICATION_ID: i32 = 0x4657_474c;

/// The composite foreign key keeps a template inside the app of its gallery, whatever the code above does.
const MIGRATIONS: &[&str] = &[
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
];

/// Brings the database to the newest version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), GalleryError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(GalleryError::SchemaTooNew { found, known });
    }
    for (version, migration) in (1_u32..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrate(&mut connection).expect("migrated");
        migrate(&mut connection).expect("nothing to do");
        connection.pragma_update(None, "user_version", 99).expect("set");
        let error = migrate(&mut connection).expect_err("from the future");
        assert!(matches!(error, GalleryError::SchemaTooNew { found: 99, known: 2 }), "{error}");
    }

    #[test]
    fn a_database_of_the_first_version_is_taken_over() {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(MIGRATIONS[0]).expect("the first version");
        connection.pragma_update(None, "user_version", 1).expect("set");
        connection.execute_batch("INSERT INTO apps VALUES (zeroblob(16), 'a', 0);").expect("an app");
        migrate(&mut connection).expect("migrated");
        let mirrored: bool =
            connection.query_row("SELECT mirrored FROM apps", [], |row| row.get(0)).expect("still there");
        assert!(!mirrored);
    }

    #[test]
    fn a_template_cannot_point_into_the_gallery_of_another_app() {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.pragma_update(None, "foreign_keys", "ON").expect("set");
        migrate(&mut connection).expect("migrated");
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
}
