//! Helpers for the tests of every crate: the fetched models, photos of real people, a PostgreSQL server, a Milvus, comparisons with a tolerance.
//!
//! Only tests depend on this crate, and it is the only one besides the binary that reads the environment.

mod fail;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod milvus;
#[cfg(unix)]
mod postgres;
mod store;
mod tolerance;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub use milvus::{MilvusServer, milvus_server};
#[cfg(unix)]
pub use postgres::{PostgresProxy, PostgresServer, postgres_database, postgres_server};
pub use store::{PHOTOS, fixture, onnx_runtime_file, photo, store};
pub use tolerance::{assert_all_near, assert_near};
