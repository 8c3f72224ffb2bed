//! Index files: CSV with a header, found in a folder or inside the archive that holds the photos.
//!
//! `path,identity` for protocols that make their own pairs, `path_a,path_b,same[,fold]` for lists of pairs, `path` and
//! labels for the others: each protocol reads its own columns off a `table`. Further columns are ignored.

mod identities;
mod pairs;
mod table;

pub use identities::IdentityIndex;
pub use pairs::{PairList, PhotoPair};
pub(crate) use table::{Table, evenly};
