//! What is measured and how it is reported: one file a protocol.

pub mod verification;
