//! Vectors, names, signing keys and webhooks at rest: sealed with XChaCha20-Poly1305, bound to the row that they belong to;
//! what is of an app under a data key of its own, which the master key wraps. What has to leave the process unsealed, to be
//! searched elsewhere, is turned by a secret rotation that follows from that key.
//!
//! Protects what leaves the machine without the key file (a backup of the database, a lost disk image, a database that
//! somebody else runs); whoever has the key can read them. Does not hide ids, times or how many templates there
//! are.

mod block;
mod cipher;
mod command;
mod context;
mod data_key;
mod error;
mod key;
mod origin;
mod rotation;
mod rotations;
mod seal;
mod source;
mod unlock;

pub use block::{BlockContext, BlockKey};
pub use context::{Bound, SessionFaceContext, SubjectContext, VectorContext, WebhookPart};
pub use data_key::WrappedKey;
pub use error::SealingError;
pub use key::{MasterKey, create_pending, key_path, owner_only, owner_only_folder, settle_pending};
pub use origin::KeyOrigin;
pub use seal::Sealer;
pub use source::{InvalidKeyPlace, KEY_PLACE_FORM, KeyPlace, KeySource, KeySources};
pub use unlock::{Unlocked, unlock};
