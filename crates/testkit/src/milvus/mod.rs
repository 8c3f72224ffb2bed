//! A real Milvus, for the tests of whatever keeps vectors in one.
//!
//! Milvus listens on every interface of the machine, whatever it is told: here it runs in a network of its own, which only
//! [`MilvusServer::address`] leads into, from this machine alone. One server for all tests of a process; it ends with the
//! process. Tests that stop a server start one of their own. Where none can be had the test fails: nothing is skipped.

mod door;
mod install;
mod server;

pub use server::MilvusServer;

use std::sync::OnceLock;

/// The server that all tests of this process share. Nobody stops it.
///
/// # Panics
/// It cannot be fetched or does not start.
#[must_use]
pub fn milvus_server() -> &'static MilvusServer {
    static SERVER: OnceLock<MilvusServer> = OnceLock::new();
    SERVER.get_or_init(MilvusServer::start)
}
