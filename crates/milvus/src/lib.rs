//! A client of Milvus: rows of a number and a unit vector, and which of them are most like a probe.
//!
//! What the numbers stand for is the caller's business. Everything goes over gRPC, with messages written out by hand
//! (`wire`): a few of what Milvus has, the same from version 2.3 on. What is asked of it:
//! - [`Milvus`] is the connection; it connects by itself, and again.
//! - [`Collection`] is a table of vectors of one length, searched exactly or by a graph ([`Index`]), by inner product.
//! - A write gives a [`Moment`]; who reads with it sees the write, whichever node of Milvus answers.

mod address;
mod collection;
mod connection;
mod error;
mod milvus;
mod rows;
mod wire;

pub use address::Address;
pub use collection::{Collection, Index};
pub use error::MilvusError;
pub use milvus::Milvus;
pub use rows::{Hit, LARGEST_ANSWER, Moment, Nearest, Row};
