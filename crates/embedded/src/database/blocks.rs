//! The list of the blocks of the snapshots, and the keys of their files.
//!
//! A block is listed before it is written, and said to be written after its file is on disk. Whatever changes one of its rows in
//! between, or later, takes it from the list: triggers of the database do, in the transaction of the change, so it needs no care
//! above. A file that is not listed is noise without a key.

use std::sync::Arc;

use faceward_core::AppId;
use faceward_sealing::{BlockContext, BlockKey, Sealer};
use rusqlite::{Row, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::app_id;

/// Rows of an app by the number under which they were enrolled, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// How many rows there are.
    pub(crate) n_rows: usize,
}

/// A block that is listed as written.
pub(crate) struct Listed {
    pub(crate) number: i64,
    pub(crate) app: AppId,
    pub(crate) stretch: Stretch,
    pub(crate) recipe: Vec<u8>,
    /// Its key; `None` if no data key opens it.
    pub(crate) key: Option<BlockKey>,
}

impl Database {
    /// The blocks that are written, in the order of their rows.
    pub(crate) fn blocks(&self) -> Result<Vec<Listed>, EmbeddedError> {
        let sql = "SELECT number, app, first_key, last_key, n_rows, recipe, sealed FROM snapshot_blocks
                   WHERE written = 1 ORDER BY app, first_key";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut blocks = Vec::new();
        while let Some(row) = rows.next()? {
            let (number, app, recipe) =
                (row.get("number")?, app_id(row, "app")?, row.get::<_, Vec<u8>>("recipe")?);
            let context = BlockContext { app: &app, number, recipe: &recipe };
            let key = self.sealer.open_block_key(&row.get::<_, Vec<u8>>("sealed")?, context);
            blocks.push(Listed { number, app, stretch: stretch(row)?, recipe, key });
        }
        Ok(blocks)
    }

    /// Which rows of `app` are in blocks, in their order, whether those are written or not.
    pub(crate) fn stretches(&self, app: &AppId) -> Result<Vec<Stretch>, EmbeddedError> {
        let sql = "SELECT first_key, last_key, n_rows FROM snapshot_blocks WHERE app = ?1 ORDER BY first_key";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![app.0.as_bytes()])?;
        let mut stretches = Vec::new();
        while let Some(row) = rows.next()? {
            stretches.push(stretch(row)?);
        }
        Ok(stretches)
    }

    /// How many rows are in blocks that are written.
    pub(crate) fn n_in_blocks(&self) -> Result<i64, EmbeddedError> {
        let sql = "SELECT coalesce(sum(n_rows), 0) FROM snapshot_blocks WHERE written = 1";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// The numbers of all blocks, written or not.
    pub(crate) fn block_numbers(&self) -> Result<Vec<i64>, EmbeddedError> {
        // The index alone is read.
        let sql = "SELECT number FROM snapshot_blocks INDEXED BY snapshot_blocks_of_app WHERE app >= x''";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut numbers = Vec::new();
        while let Some(row) = rows.next()? {
            numbers.push(row.get("number")?);
        }
        Ok(numbers)
    }

    /// The first `most` rows of `app` between two keys, which are not among them; `None`: there is none.
    pub(crate) fn rows_between(
        &self,
        app: &AppId,
        (after, before): (i64, i64),
        most: usize,
    ) -> Result<Option<Stretch>, EmbeddedError> {
        let sql = "SELECT min(key) AS first_key, max(key) AS last_key, count(*) AS n_rows FROM (
                       SELECT key FROM templates INDEXED BY templates_in_order
                       WHERE app = ?1 AND key > ?2 AND key < ?3 ORDER BY key LIMIT ?4
                   ) HAVING count(*) > 0";
        let mut statement = self.connection.prepare_cached(sql)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![app.0.as_bytes(), after, before, most])?;
        rows.next()?.map(stretch).transpose()
    }

    /// Lists a new block of these rows, in place of all blocks that have some of them; it is not written yet.
    pub(crate) fn begin_block(
        &self,
        app: &AppId,
        stretch: Stretch,
        recipe: &[u8],
    ) -> Result<(i64, BlockKey), EmbeddedError> {
        let Stretch { first, last, n_rows } = stretch;
        let transaction = self.transaction()?;
        let drop = "DELETE FROM snapshot_blocks WHERE app = ?1 AND first_key <= ?3 AND last_key >= ?2";
        transaction.execute(drop, params![app.0.as_bytes(), first, last])?;
        // The number first: the key is bound to it.
        let insert = "INSERT INTO snapshot_blocks (app, first_key, last_key, n_rows, recipe, sealed)
                      VALUES (?1, ?2, ?3, ?4, ?5, x'')";
        let n_rows = i64::try_from(n_rows).map_err(|_| EmbeddedError::Corrupt("the rows of a block"))?;
        transaction.execute(insert, params![app.0.as_bytes(), first, last, n_rows, recipe])?;
        let number = transaction.last_insert_rowid();
        let (key, sealed) = self.sealer.new_block_key(BlockContext { app, number, recipe })?;
        let fill = "UPDATE snapshot_blocks SET sealed = ?2 WHERE number = ?1";
        transaction.execute(fill, params![number, sealed])?;
        transaction.commit()?;
        Ok((number, key))
    }

    /// Says that the file of a block is on disk; false if a change has taken the block from the list.
    pub(crate) fn finish_block(&self, number: i64) -> Result<bool, EmbeddedError> {
        let sql = "UPDATE snapshot_blocks SET written = 1 WHERE number = ?1";
        Ok(self.connection.execute(sql, params![number])? > 0)
    }

    /// Takes a block from the list.
    pub(crate) fn drop_block(&self, number: i64) -> Result<(), EmbeddedError> {
        self.connection.execute("DELETE FROM snapshot_blocks WHERE number = ?1", params![number])?;
        Ok(())
    }

    /// Takes from the list what a process that has ended did not finish.
    pub(super) fn drop_unfinished_blocks(&self) -> Result<(), EmbeddedError> {
        self.connection.execute("DELETE FROM snapshot_blocks WHERE written = 0", [])?;
        Ok(())
    }

    /// Takes all blocks from the list.
    pub(crate) fn drop_all_blocks(&self) -> Result<(), EmbeddedError> {
        self.connection.execute("DELETE FROM snapshot_blocks", [])?;
        Ok(())
    }

    /// Whether everything of an app is sealed by its newest data key, as far as is known.
    pub(crate) fn is_under_one_key(&self, app: &AppId) -> Result<bool, EmbeddedError> {
        let sql = "SELECT count(*) FROM data_keys WHERE app = ?1";
        let n_keys: i64 = self.connection.query_row(sql, params![app.0.as_bytes()], |row| row.get(0))?;
        Ok(n_keys == 1)
    }

    /// What opens rows while the database is used by others.
    pub(crate) fn sealer(&self) -> Arc<Sealer> {
        Arc::clone(&self.sealer)
    }
}

fn stretch(row: &Row<'_>) -> Result<Stretch, EmbeddedError> {
    let n_rows = usize::try_from(row.get::<_, i64>("n_rows")?);
    Ok(Stretch {
        first: row.get("first_key")?,
        last: row.get("last_key")?,
        n_rows: n_rows.map_err(|_| EmbeddedError::Corrupt("the rows of a block"))?,
    })
}
