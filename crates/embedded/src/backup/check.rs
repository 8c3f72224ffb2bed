//! Whether a folder is a copy, and whole.

use std::path::Path;

use super::list::List;
use super::make::FILES;
use crate::EmbeddedError;

/// Whether `dir` is a copy; each of its files was compared with its digest then.
pub(crate) fn check_copy(dir: &Path) -> Result<bool, EmbeddedError> {
    if !List::is_in(dir)? {
        return Ok(false);
    }
    List::read(dir, &FILES)?;
    Ok(true)
}
