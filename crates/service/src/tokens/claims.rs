//! What a token says. Anybody can read it: it names an app and a number, nothing of a subject.

use std::time::Duration;

use faceward_core::AppId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{InternalError, ServiceError};

/// Who issued it.
pub(super) const ISSUER: &str = "faceward";

/// The registered claims of RFC 7519 that are used, and one of our own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    /// Always [`ISSUER`].
    pub(super) iss: String,
    /// The app.
    pub(super) sub: Uuid,
    /// Id of this token.
    pub(super) jti: Uuid,
    /// When it was issued, in seconds since 1970.
    pub(super) iat: i64,
    /// From when on it is no longer accepted, in seconds since 1970.
    pub(super) exp: i64,
    /// Fingerprint of the app's key that it was issued for.
    pub(super) key: String,
}

impl Claims {
    /// Those of a new token.
    pub(super) fn new(app: AppId, key: String, now: Timestamp, lifetime: Duration) -> Self {
        let end = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        let (iat, exp) = (now.as_second(), end.as_second());
        Self { iss: ISSUER.to_owned(), sub: app.0, jti: Uuid::new_v4(), iat, exp, key }
    }

    /// When it ends.
    pub(super) fn ends(&self) -> Result<Timestamp, ServiceError> {
        Timestamp::from_second(self.exp)
            .map_err(|error| InternalError::Token(format!("a token of ours ends never: {error}")).into())
    }
}
