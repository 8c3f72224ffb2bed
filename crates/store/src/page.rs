//! Pages: the only way to list.

/// Most rows of one page.
pub const LARGEST_PAGE: usize = 1000;

/// Which part of a list: up to `limit` rows whose id comes after another.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<'a, K> {
    /// Ids up to this one are left out, whether it is still there or not; `None`: from the beginning.
    pub after: Option<&'a K>,
    limit: usize,
}

/// Whatever its ids are: it borrows one.
impl<K> Clone for Page<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Page<'_, K> {}

impl<'a, K> Page<'a, K> {
    /// Up to `limit` rows, and at most [`LARGEST_PAGE`], after `after`.
    #[must_use]
    pub fn new(after: Option<&'a K>, limit: usize) -> Self {
        Self { after, limit: limit.min(LARGEST_PAGE) }
    }

    /// The largest page after `after`.
    #[must_use]
    pub const fn largest(after: Option<&'a K>) -> Self {
        Self { after, limit: LARGEST_PAGE }
    }

    /// Most rows: 0 to [`LARGEST_PAGE`].
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }
}
