//! A real PostgreSQL with pgvector, for the tests of whatever keeps data in one.
//!
//! One server for all tests of a process, a database a test; it ends with the process. Tests that stop a server start one
//! of their own. Where none can be had the test fails: nothing is skipped.

mod install;
mod proxy;
mod server;

pub use proxy::PostgresProxy;
pub use server::PostgresServer;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The address of a new, empty database on the server that all tests of this process share. Its user owns everything.
///
/// # Panics
/// The server cannot be fetched or does not start.
#[must_use]
pub fn postgres_database() -> String {
    static N_DATABASES: AtomicUsize = AtomicUsize::new(0);
    let name = format!("test_{}", N_DATABASES.fetch_add(1, Ordering::Relaxed));
    let server = postgres_server();
    server.create_database(&name);
    server.address(&name)
}

/// The server that all tests of this process share. Nobody stops it.
///
/// # Panics
/// As [`postgres_database`].
#[must_use]
pub fn postgres_server() -> &'static PostgresServer {
    static SERVER: OnceLock<PostgresServer> = OnceLock::new();
    SERVER.get_or_init(PostgresServer::start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_vectors_and_comes_back_with_its_data_after_a_crash() {
        let server = PostgresServer::of_its_own();
        server.create_database("one");
        server.run_sql(
            "one",
            "CREATE EXTENSION vector; CREATE TABLE kept (v vector(2)); INSERT INTO kept VALUES ('[3,4]')",
        );
        server.stop();
        assert!(!server.folder().join("data/postmaster.pid").exists());
        server.resume();
        assert_eq!(server.run_sql("one", "SELECT v <-> '[0,0]' FROM kept"), "5");
    }
}
