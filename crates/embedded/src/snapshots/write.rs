//! Writing blocks, while the folder is used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use faceward_core::{AppId, Projection};
use faceward_index::Gathered;
use parking_lot::Mutex;

use super::content;
use super::pace::Pace;
use super::plan;
use super::recipe::Recipe;
use crate::EmbeddedError;
use crate::database::{Database, Stretch, open_rows};

/// Rows that are read at a time; changes wait meanwhile.
const READ: usize = 256;

/// What it takes to write blocks.
#[derive(Clone)]
pub(crate) struct Snapshots {
    pub(crate) database: Arc<Mutex<Database>>,
    pub(crate) projection: Option<Arc<Projection>>,
    pub(crate) recipe: Recipe,
}

/// A pass through all apps.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    /// Fewer new rows are not worth a block.
    pub(crate) least: usize,
    /// Rests so long after a block that took so long; false: ends.
    pub(crate) rest: &'a dyn Fn(Duration) -> bool,
}

impl Snapshots {
    /// Writes whatever is worth a block, and gives how many blocks that were.
    pub(crate) fn write_all(&self, pace: &Pace, pass: Pass<'_>) -> Result<usize, EmbeddedError> {
        let apps = self.database.lock().app_ids()?;
        let (mut n_written, mut started) = (0, Instant::now());
        for app in apps {
            while self.write_next(&app, pace, pass.least)? {
                n_written += 1;
                if !(pass.rest)(started.elapsed()) {
                    return Ok(n_written);
                }
                started = Instant::now();
            }
        }
        Ok(n_written)
    }

    /// How many templates are in blocks.
    pub(crate) fn n_templates(&self) -> Result<i64, EmbeddedError> {
        self.database.lock().n_in_blocks()
    }

    /// Writes one block of `app`; false if nothing is worth it, or a change came in between.
    fn write_next(&self, app: &AppId, pace: &Pace, least: usize) -> Result<bool, EmbeddedError> {
        let (stretch, number, key) = {
            let database = self.database.lock();
            // Whatever is sealed anew soon would be written in vain.
            if !database.is_under_one_key(app)? {
                return Ok(false);
            }
            let between = |after, before| database.rows_between(app, (after, before), pace.rows);
            let next = plan::next(&database.stretches(app)?, least, pace, between)?;
            let Some(stretch) = next else { return Ok(false) };
            let (number, key) = database.begin_block(app, stretch, self.recipe.as_bytes())?;
            database.expect_file(number);
            database.remove_unlisted_files()?;
            (stretch, number, key)
        };
        // Whatever ends this early leaves a block that is not written, and so counts for nothing.
        let files = self.database.lock().block_files().clone();
        let written = self.content(app, stretch).and_then(|content| {
            let Some(mut content) = content else { return Ok(false) };
            key.seal(&mut content)?;
            files.write(number, &content)?;
            self.database.lock().finish_block(number)
        });
        if !matches!(written, Ok(true)) {
            let database = self.database.lock();
            database.drop_block(number)?;
            database.remove_unlisted_files()?;
        }
        written
    }

    /// The rows as bytes; `None` if they have changed since.
    fn content(&self, app: &AppId, stretch: Stretch) -> Result<Option<Vec<u8>>, EmbeddedError> {
        let sealer = self.database.lock().sealer();
        let mut gathered = Gathered::default();
        let (mut after, mut n_rows) = (stretch.first.saturating_sub(1), 0);
        let before = stretch.last.saturating_add(1);
        loop {
            let read = self.database.lock().sealed_rows(app, (after, before), READ)?;
            let Some((last, rows)) = read else { break };
            n_rows += rows.len();
            for (record, vector) in open_rows(rows, &sealer, self.projection.as_deref())? {
                gathered.push(record, &vector)?;
            }
            after = last;
        }
        if n_rows != stretch.n_rows {
            return Ok(None);
        }
        let encoded = content::encoded(&gathered.into_segments());
        encoded.ok_or(EmbeddedError::Corrupt("the length of an id")).map(Some)
    }
}
