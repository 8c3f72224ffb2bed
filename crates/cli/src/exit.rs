//! Exit codes, stable for scripts, and the failure that carries one.

use std::fmt;
use std::process::ExitCode;

use faceward_core::InvalidId;
use faceward_service::{ServiceError, StartError};

use crate::config::ConfigError;

/// Shown below the help of every command.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done, or a match; 1 no match, or a problem was found; \
2 wrong usage or configuration; 3 a photo was refused; 4 models or runtime are missing; \
5 refused by the stored data (unknown app, existing template, folder in use); 6 failure of ours";

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; for questions: yes.
    Yes = 0,
    /// The answer is no.
    No = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// A photo cannot be used.
    PhotoRefused = 3,
    /// Models or the runtime are missing and could not be fetched.
    ModelsMissing = 4,
    /// Apps, templates or the data folder do not allow it.
    DataRefused = 5,
    /// Our own fault.
    Failed = 6,
}

impl Exit {
    /// Yes if `answer`.
    pub(crate) const fn answer(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was told.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    /// `error`, which ends the process with `exit`.
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }

    /// The code of the use case that failed, here or behind a server, as in docs/errors.md.
    pub(crate) fn code(&self) -> Option<&str> {
        let here = self.error.downcast_ref::<ServiceError>().map(ServiceError::name);
        let id = self.error.downcast_ref::<InvalidId>().map(|_| "invalid_id");
        let there = || self.error.downcast_ref::<Refused>().map(|refused| refused.code.as_str());
        here.or(id).or_else(there)
    }

    /// Why, with its causes.
    pub(crate) fn reason(&self) -> String {
        let causes: Vec<String> = self.error.chain().map(ToString::to_string).collect();
        causes.join(": ")
    }

    /// Wrong usage that clap cannot see.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, error: anyhow::anyhow!("{message}") }
    }
}

/// What a server refused.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({code})")]
pub(crate) struct Refused {
    /// As in docs/errors.md.
    pub(crate) code: String,
    /// For people.
    pub(crate) message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "faceward: {}", self.reason())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { exit: Exit::Failed, error }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::Settings(_) | StartError::GateWithoutModel { .. } => Exit::Usage,
            StartError::NoEmbedding
            | StartError::NotCalibrated(_)
            | StartError::Scheduler(_)
            | StartError::Audit(_) => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let exit = match &error {
            ServiceError::Photo { .. }
            | ServiceError::Rejected(_)
            | ServiceError::NotCompared { .. }
            | ServiceError::CheckUndecided { .. } => Exit::PhotoRefused,
            ServiceError::CheckUnavailable(_) => Exit::ModelsMissing,
            ServiceError::InvalidId(_) | ServiceError::InvalidParameter { .. } => Exit::Usage,
            ServiceError::ChallengeReordered | ServiceError::ChallengeIncomplete => Exit::Usage,
            ServiceError::Unauthenticated
            | ServiceError::ChallengeUnknown
            | ServiceError::ChallengeForeign
            | ServiceError::ChallengeReplayed
            | ServiceError::ChallengeExpired
            | ServiceError::TooManyChallenges
            | ServiceError::SessionNotFound
            | ServiceError::SessionTaken
            | ServiceError::SessionOver
            | ServiceError::SessionElsewhere
            | ServiceError::TooManyPhotos
            | ServiceError::TooManySessions
            | ServiceError::TemplateExists
            | ServiceError::TemplateNotFound
            | ServiceError::GalleryNotFound(_)
            | ServiceError::GalleryExists(_)
            | ServiceError::SubjectNotFound(_)
            | ServiceError::SubjectOutdated(_)
            | ServiceError::ForeignToken
            | ServiceError::TemplateOutdated { .. }
            | ServiceError::AppExists(_)
            | ServiceError::AppNotFound(_)
            | ServiceError::OperatorNotFound
            | ServiceError::WebhookNotFound
            | ServiceError::EventNotFound
            | ServiceError::OperatorExists
            | ServiceError::PassNotFound
            | ServiceError::LastOwner
            | ServiceError::RateLimited { .. }
            | ServiceError::QuotaExceeded { .. }
            | ServiceError::TooManyAttempts { .. } => Exit::DataRefused,
            ServiceError::Overloaded { .. }
            | ServiceError::TimedOut
            | ServiceError::ShuttingDown
            | ServiceError::StoreUnreachable(_)
            | ServiceError::SettingsRefused(_)
            | ServiceError::Internal(_) => Exit::Failed,
        };
        Self::new(exit, error)
    }
}
