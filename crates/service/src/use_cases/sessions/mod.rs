//! Verification sessions: made and looked at by an app, played by a person who came by the link, ended by either or by time.

mod access;
mod challenge;
mod create;
mod guide;
mod manage;
mod play;
mod selfie;
mod sweep;

pub use access::Opened;
pub use create::NewSession;
pub use guide::Hint;
