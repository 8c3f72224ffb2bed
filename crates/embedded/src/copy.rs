//! A copy of a database while it is used, in one file.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::EmbeddedError;

/// Copies what `source` reads into the new file `into`, at one moment, and gives the copy.
pub(crate) fn copy_of(source: &Connection, into: &Path) -> Result<Connection, EmbeddedError> {
    faceward_sealing::owner_only().create_new(true).open(into)?;
    let mut copy = Connection::open(into)?;
    // It is synced as a whole at the end.
    copy.pragma_update(None, "synchronous", "OFF")?;
    let all_pages = -1;
    let step = Backup::new(source, &mut copy)?.step(all_pages)?;
    if step != StepResult::Done {
        return Err(EmbeddedError::Corrupt("a copy that was interrupted"));
    }
    // One file, without a log beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(copy)
}
