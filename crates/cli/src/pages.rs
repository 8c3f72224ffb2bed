//! Everything that a store gives a page at a time.

use faceward_store::Page;

/// Calls `take` with every record of the pages that `ask` gives; `place` says after which a page begins.
///
/// # Errors
/// What `ask` or `take` says.
pub(crate) async fn every<R, K, E>(
    ask: impl AsyncFn(Page<'_, K>) -> Result<Vec<R>, E>,
    place: impl Fn(&R) -> K,
    mut take: impl AsyncFnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = None;
    loop {
        let page = ask(Page::largest(after.as_ref())).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(place(last));
        for record in page {
            take(record).await?;
        }
    }
}
