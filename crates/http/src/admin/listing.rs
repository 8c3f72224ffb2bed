//! Lists come in pages: `limit` rows, and `next` to ask for those after them.

use faceward_service::Page;

use crate::extract::parameters::Parameters;
use crate::failure::Failure;

/// Rows of a page unless the caller says otherwise.
const DEFAULT: usize = 100;
/// Most rows of a page.
const MOST: usize = 500;

/// How many rows the query asks for.
pub(super) fn limit(query: &Parameters) -> Result<usize, Failure> {
    Ok(query.number("limit", &(1..=MOST), "1 to 500")?.unwrap_or(DEFAULT))
}

/// A page of one row more than is shown: it tells whether there is another page.
pub(super) fn page<K>(after: Option<&K>, limit: usize) -> Page<'_, K> {
    Page::new(after, limit + 1)
}

/// The rows that are shown, and the key to ask with for those after them.
pub(super) fn shown<T>(
    mut rows: Vec<T>,
    limit: usize,
    key: impl Fn(&T) -> String,
) -> (Vec<T>, Option<String>) {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(key);
    (rows, next)
}
