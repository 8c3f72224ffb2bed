//! How to reach the database: the address, encryption, a pool of connections.

mod address;
mod encryption;
mod pool;

pub use address::Address;
pub(crate) use pool::{Client, Pool};
