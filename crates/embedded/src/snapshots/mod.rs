//! Snapshots: the templates of an app in blocks of files, as memory needs them, so that a folder opens in the time that it takes
//! to read them. A cache: everything in them is in the database as well, and is read from there where a block is missing,
//! damaged, or made by something else.
//!
//! - The database says which blocks count, and holds the only key of each; a change of any of its rows takes both away, in one
//!   transaction (`database::blocks`). So no block can say anything that the database does not.
//! - [`content`] is what a file holds under its seal, [`recipe`] what it was made by.
//! - [`load`] reads the blocks and everything that is in none, [`plan`] says which rows to write next, [`write`] writes them,
//!   [`keeper`] does so now and then.

mod content;
mod keeper;
mod load;
mod pace;
mod plan;
mod recipe;
mod write;

pub(crate) use keeper::Keeper;
pub(crate) use load::{Source, templates};
pub use pace::Pace;
pub(crate) use recipe::Recipe;
pub(crate) use write::{Pass, Snapshots};
