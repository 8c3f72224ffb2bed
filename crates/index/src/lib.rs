//! What a store keeps, in memory: who may ask, whose faces are known, and the exact search over them.
//!
//! Feeds on whatever is durable: a store writes a change down first and applies it here after; every answer comes from
//! here. A change is seen by every search that begins after it. Knows no disk, no network and no async runtime.
//!
//! - [`Index`] holds the apps. [`Index::tenant`] lends one: read it to answer, write to it to apply a change.
//! - [`filled`] makes a tenant of everything that a store reads when it opens.
//! - [`Tenant`] holds the galleries, subjects and templates of one app.
//! - [`Members`] holds apps, keys and revoked tokens.

mod apps;
mod asking;
mod block;
mod chunk;
mod codes;
mod filling;
mod gallery;
mod members;
mod portions;
#[cfg(test)]
mod projection_tests;
mod ranking;
mod scan;
#[cfg(test)]
mod search_tests;
mod segment;
mod sorted;
mod tenant;
mod workers;

pub use apps::Index;
pub use asking::{Abandoned, Asked, Search, Waiter};
pub use chunk::{End, Row, bytes_looked_at};
pub use filling::filled;
pub use members::{AppEntry, Members};
pub use portions::{Portion, Portions};
pub use segment::{Gathered, Segment, Unfit};
pub use tenant::Tenant;
