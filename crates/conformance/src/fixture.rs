//! How the suite gets at a store.

use faceward_store::Stores;

/// A place with data of its own, empty at first, and the store over it.
#[expect(async_fn_in_trait, reason = "a test awaits it on its own thread")]
pub trait Fixture: Send + Sync + Sized {
    /// A new, empty place.
    async fn fresh() -> Self;

    /// The store over it.
    fn stores(&self) -> Stores;

    /// Ends the store and starts it again over the same place, as a restart does.
    async fn reopen(&mut self);
}
