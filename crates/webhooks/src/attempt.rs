//! How an attempt ended.

use std::time::Duration;

/// How an attempt ended. Its name is in the store, in metrics and in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The receiver has it: 2xx.
    Delivered,
    /// The receiver answered with another status.
    Status,
    /// The receiver sends elsewhere, where nobody follows.
    Redirected,
    /// There was no answer in time.
    TimedOut,
    /// The host has no address of the public internet.
    AddressRefused,
    /// The name of the host is not known.
    NotResolved,
    /// Nobody listens there.
    NotConnected,
    /// The certificate is not trusted, or there is no TLS.
    NotEncrypted,
    /// The connection broke before an answer came.
    Broken,
    /// The address is none.
    NoAddress,
}

impl Ended {
    /// Its stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Status => "status",
            Self::Redirected => "redirected",
            Self::TimedOut => "timed_out",
            Self::AddressRefused => "address_refused",
            Self::NotResolved => "not_resolved",
            Self::NotConnected => "not_connected",
            Self::NotEncrypted => "not_encrypted",
            Self::Broken => "broken",
            Self::NoAddress => "no_address",
        }
    }
}

/// What came of a call.
pub(crate) struct Answer {
    pub(crate) ended: Ended,
    /// The HTTP status, if one came.
    pub(crate) status: Option<u16>,
    /// The beginning of the body.
    pub(crate) text: String,
    /// How long the receiver wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl Answer {
    /// None came.
    pub(crate) const fn without(ended: Ended) -> Self {
        Self { ended, status: None, text: String::new(), retry_after: None }
    }
}
