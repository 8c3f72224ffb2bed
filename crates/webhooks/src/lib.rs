//! Tells apps what they are to be told: events out of the store, signed, over HTTP, until the receiver has them.
//!
//! At least once, in the order of each session, by one server at a time. A receiver is only called at an address of the public
//! internet, looked at after the name was resolved and connected to as it was looked at; redirects are not followed, and no
//! proxy of the environment is used. Signatures are those of Standard Webhooks.

mod attempt;
mod caller;
mod deliverer;
mod lookup;
mod schedule;
mod signature;

pub use deliverer::Deliverer;
pub use signature::sign;

/// The receivers in the documentation are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/webhooks.md")]
struct Documentation;
