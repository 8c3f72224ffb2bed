//! The checks, by what they are about. Each takes an empty store, and panics where it falls short.

pub mod apps;
pub mod audit;
pub mod challenges;
pub mod data_keys;
pub mod deletions;
pub mod expiry;
pub mod galleries;
pub mod kill;
pub mod model;
pub mod operators;
pub mod paging;
pub mod search;
pub mod sessions;
pub mod templates;
pub mod tokens;
pub mod webhooks;
