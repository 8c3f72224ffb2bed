//! Takes a database to the newest version. One runner for every database of the folder.

use rusqlite::{Connection, TransactionBehavior};

use crate::EmbeddedError;

/// The tables of a database, as a list of steps.
pub(crate) struct Schema {
    /// In the header of the file: tools can tell whose database it is.
    pub(crate) application_id: i32,
    /// Entry `n` takes a database from version `n` to `n + 1`. Never edit an entry.
    pub(crate) steps: &'static [&'static str],
}

impl Schema {
    /// Brings the database to the newest version, a step a transaction.
    pub(crate) fn migrate(&self, connection: &mut Connection) -> Result<(), EmbeddedError> {
        let found = self.check(connection)?;
        for (version, step) in (1_u32..).zip(self.steps).skip(found as usize) {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "application_id", self.application_id)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// The version that this program makes.
    pub(crate) const fn newest(&self) -> u32 {
        self.steps.len() as u32
    }

    /// The version of the database, if this program knows it.
    pub(crate) fn check(&self, connection: &Connection) -> Result<u32, EmbeddedError> {
        let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let known = self.newest();
        if found > known { Err(EmbeddedError::SchemaTooNew { found, known }) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Schema =
        Schema { application_id: 7, steps: &["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"] };

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().expect("a database");
        SCHEMA.migrate(&mut connection).expect("migrated");
        SCHEMA.migrate(&mut connection).expect("nothing to do");
        let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).expect("set");
        assert_eq!((id, SCHEMA.check(&connection).expect("known")), (7, 2));
        connection.pragma_update(None, "user_version", 99).expect("set");
        let error = SCHEMA.migrate(&mut connection).expect_err("from the future");
        assert!(matches!(error, EmbeddedError::SchemaTooNew { found: 99, known: 2 }), "{error}");
    }
}
