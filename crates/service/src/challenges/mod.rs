//! Challenges: how they are drawn and named, and how they lie in the store, where each is answered once, by the app that it was
//! made for, before it expires.

mod draw;
mod id;
mod record;
mod settings;

pub(crate) use draw::draw;
pub use id::ChallengeId;
pub(crate) use record::Challenge;
pub use settings::ChallengeSettings;
