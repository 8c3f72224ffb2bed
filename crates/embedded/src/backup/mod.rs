//! Copies of a data folder, made while it is used, and folders made from copies.
//!
//! A copy is a folder with both databases, each in one file, and a list of them with their digests, written last: a folder
//! without the list is no whole copy. The key is not in it: whoever finds the copy can read no vector and no name.

mod check;
mod files;
mod list;
mod make;
mod restore;

pub(crate) use check::check_copy;
pub(crate) use make::make;
pub use restore::{Restored, RestoredKey, restore};
