//! Searching in the database: vectors lie in it once sealed and once turned by the secret rotation of their app, written in one
//! transaction.
//!
//! - `turned` writes turned vectors, and makes those that are missing.
//! - `nearest` asks for what is near to a face, in one moment of the database.

mod nearest;
mod turned;

use std::sync::Arc;

use crate::sql::compared::Compared;

pub(crate) use nearest::{Sought, search};
pub(crate) use turned::{app_to_turn, fill, n_to_turn, pin, put, turn_older};

/// Vectors that are made ready at once, each of some ten microseconds, while changes of the app wait.
pub(crate) const FILLED_AT_ONCE: usize = 256;
/// How often a search makes so many ready before it gives up: more are for whoever does nothing else.
pub(crate) const FILLED_BY_A_SEARCH: usize = 4;

/// How vectors are compared, and where their type is in the database.
pub(crate) struct Inside {
    /// The schema of pgvector, as it is written in SQL.
    schema: String,
    pub(crate) compared: Arc<Compared>,
    /// How many values vectors have that the database searches by its index; `None`: it looks at all of them.
    pub(crate) by_graph: Option<usize>,
}

impl Inside {
    /// With pgvector in `schema`, which is written as in SQL.
    pub(crate) fn new(schema: &str, compared: Arc<Compared>, by_graph: Option<usize>) -> Self {
        Self { schema: schema.to_owned(), compared, by_graph }
    }
}
