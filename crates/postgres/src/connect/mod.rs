//! How to reach the database: the address, encryption, a pool of connections.

mod address;
mod client;
mod encryption;
mod pool;

pub use address::Address;
pub(crate) use client::{Begun, Client, Values, within};
pub(crate) use pool::{Listening, Pool};
