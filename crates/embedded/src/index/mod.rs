//! The vectors of one gallery in memory, and the exact search over them.
//!
//! A block holds the vectors of one model in one gallery, so no search can reach across galleries, apps or models, and none
//! reads rows that it does not need.

mod block;
mod ranking;

pub(crate) use block::Block;
pub(crate) use ranking::BestOfSubjects;
