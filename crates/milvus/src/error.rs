//! What can go wrong with Milvus.

use crate::wire::Status;

/// Failure of Milvus. No text holds a vector or a password.
#[derive(Debug, thiserror::Error)]
pub enum MilvusError {
    /// The address is none that this program understands.
    #[error("the address of Milvus: {0}")]
    Address(String),
    /// Certificates that the server's own is checked with cannot be read, or TLS cannot be set up.
    #[error("TLS to Milvus: {0}")]
    Tls(String),
    /// It cannot be reached, is not ready, or ends the conversation.
    #[error("Milvus cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer did not come in time.
    #[error("Milvus did not answer in time")]
    TimedOut,
    /// There is no collection of this name, although there was or should be one.
    #[error("Milvus has no collection `{0}`")]
    NoCollection(String),
    /// It does not do what it was asked, and would not do it later either.
    #[error("Milvus refuses ({code}): {reason}")]
    Refused {
        /// Its number for the reason.
        code: i32,
        /// In its own words.
        reason: String,
    },
    /// A collection of our name was made by something else.
    #[error("the collection `{0}` of Milvus is not one that this program makes")]
    Foreign(String),
    /// An answer that cannot be.
    #[error("Milvus gave an impossible answer: {0}")]
    Impossible(&'static str),
    /// A row that is still found after it was deleted.
    #[error("Milvus still finds rows that were deleted")]
    StillThere,
}

impl MilvusError {
    /// Whether time may mend it.
    #[must_use]
    pub const fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TimedOut | Self::NoCollection(_) => true,
            Self::Address(_)
            | Self::Tls(_)
            | Self::Refused { .. }
            | Self::Foreign(_)
            | Self::Impossible(_)
            | Self::StillThere => false,
        }
    }

    /// What `status` says about the collection `name`, if it says that something is wrong.
    pub(crate) fn of(status: Option<Status>, name: &str) -> Result<(), Self> {
        let status = status.ok_or(Self::Impossible("an answer without a status"))?;
        let code = if status.code == 0 { status.error_code } else { status.code };
        match code {
            0 => Ok(()),
            NO_COLLECTION => Err(Self::NoCollection(name.to_owned())),
            code if refused(code) && !status.retriable => Err(Self::Refused { code, reason: status.reason }),
            // A node that starts, a collection that is being loaded, a queue that is full.
            _passing => Err(Self::Unreachable(status.reason.into())),
        }
    }
}

/// Milvus has no collection of that name.
const NO_COLLECTION: i32 = 100;

/// Numbers of Milvus for what is wrong with a request: fields and schemas, parameters, users and what they may do.
fn refused(code: i32) -> bool {
    matches!(code, 700..800 | 1100..1200 | 1400..1500)
}

impl From<tonic::Status> for MilvusError {
    fn from(status: tonic::Status) -> Self {
        match status.code() {
            tonic::Code::DeadlineExceeded => Self::TimedOut,
            tonic::Code::Unauthenticated | tonic::Code::PermissionDenied | tonic::Code::Unimplemented => {
                Self::Refused { code: status.code() as i32, reason: status.message().to_owned() }
            }
            tonic::Code::Ok
            | tonic::Code::Cancelled
            | tonic::Code::Unknown
            | tonic::Code::InvalidArgument
            | tonic::Code::NotFound
            | tonic::Code::AlreadyExists
            | tonic::Code::ResourceExhausted
            | tonic::Code::FailedPrecondition
            | tonic::Code::Aborted
            | tonic::Code::OutOfRange
            | tonic::Code::Internal
            | tonic::Code::Unavailable
            | tonic::Code::DataLoss => Self::Unreachable(status.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i32, error_code: i32, retriable: bool) -> Result<(), MilvusError> {
        let status = Status { error_code, reason: "because".to_owned(), code, retriable };
        MilvusError::of(Some(status), "faces")
    }

    #[test]
    fn what_time_mends_is_told_from_what_it_does_not() {
        assert!(of(0, 0, false).is_ok());
        assert!(MilvusError::of(None, "faces").is_err_and(|error| !error.passes()));
        for (code, error_code, retriable, passes) in [
            (100, 4, false, true),
            (106, 1, false, true),
            (0, 1, false, true),
            (1100, 1, false, false),
            (1100, 1, true, true),
            (1401, 1, false, false),
        ] {
            let error = of(code, error_code, retriable).expect_err("an error");
            assert_eq!(error.passes(), passes, "{code} {error}");
        }
    }
}
