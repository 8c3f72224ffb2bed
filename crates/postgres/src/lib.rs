//! The PostgreSQL store: any number of servers on one database, each with the exact index in its memory.
//!
//! Implements all traits of `faceward-store`. What is acknowledged is committed; vectors, names and signing keys lie sealed
//! in the database, which does not have the key. Every answer about apps, galleries, subjects and templates is from memory,
//! which follows a log of changes in the database: a notification is only the bell, the log is the truth, and it is looked at
//! four times a second without a bell as well. Where the database itself searches ([`SearchIn::Sql`]), every answer about
//! galleries, subjects and templates is from the database. What is in memory is at most [`FRESH`] old, or there is no answer
//! ([`faceward_store::StoreError::Unreachable`]). Challenges and the audit log are asked of the database.
//!
//! The connections are driven by threads of the store's own, whatever runtime a caller awaits in.

mod asked;
mod connect;
mod error;
mod follower;
mod memory;
mod outside;
mod postgres;
mod schema;
mod searching;
mod settings;
mod sql;
mod traits;

pub use connect::Address;
pub use error::PostgresError;
pub use follower::FRESH;
pub use postgres::{Postgres, Seen, held_rows, look, migrate};
pub use schema::ROLES;
pub use schema::SeenVectors;
pub use settings::{Consistency, Extent, PostgresSettings, SearchIn};
