//! What a request asks of the scheduler: how many photos of which kind, and how much it hurries.

/// Whether somebody waits before a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// Somebody does.
    Interactive,
    /// Nobody does: a batch. It is let in only while there is little to do, and whoever comes soon after goes first.
    Bulk,
}

/// What one request will have computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    /// What is done with each photo: photos of one kind take about the same time.
    pub(crate) kind: &'static str,
    /// How many photos.
    pub(crate) n_photos: usize,
    /// How much it hurries.
    pub(crate) urgency: Urgency,
}
