//! The use cases of Faceward: inspect, verify, enroll, identify, analyze; and what they share.
//!
//! A [`Service`] schedules photos onto compute threads, judges what the engine finds, keeps apps apart. Async; knows
//! no HTTP status and no wire format. Domain types in, domain types out; embeddings and keys stay inside.

mod analyses;
pub mod apps;
mod audit;
pub mod backups;
mod challenges;
mod changes;
pub mod data_keys;
mod erased;
mod error;
mod limits;
pub mod master_keys;
mod meter;
pub mod metrics;
mod movement;
pub mod operators;
mod photo;
mod policy;
mod readiness;
mod reloading;
mod report;
mod requests;
mod retention;
mod ruled;
mod scheduler;
mod secret;
mod service;
mod sessions;
mod settings;
mod subject;
mod terms;
mod thresholds;
pub mod tokens;
pub mod transfers;
mod use_cases;
pub mod webhooks;

pub use audit::{AuditSettings, Origin, is_trx_id, note_trx_id};
pub use challenges::{ChallengeId, ChallengeSettings};
pub use error::{Check, InternalError, PhotoFault, PhotoField, Rejection, ServiceError};
pub use limits::{Allowance, Left};
pub use movement::{Movement, MovementPart, Stance};
pub use photo::{Declared, Photo};
pub use policy::{Likeness, Motion, NotCalibrated, SequenceReason, SequenceVerdict, Still};
pub use report::{
    ActiveLiveness, Advice, AnalysisReport, Comparison, Enrollment, FaceReport, FrameFault, FrameVerdict,
    Identification, Judged, Match, Refusal, SubjectVerification, TemplateVerification, Verification,
};
pub use requests::{
    ActiveLivenessRequest, AnalyzeRequest, AnswerRequest, ChallengeRequest, Checks, EnrollRequest,
    FaceOptions, Frame, IdentifyRequest, InspectRequest, ListTemplatesRequest, VerifyAgainstRequest,
    VerifyRequest, VerifySubjectRequest,
};
pub use scheduler::{Permit, SchedulerError, Urgency, panic_message};
pub use secret::Secret;
pub use service::{Service, StartError};
pub use sessions::{
    Attempt as SessionAttempt, ComparedWith, EnrollPlan, Session, SessionPlan, SessionSettings, SessionStep,
    StepName,
};
pub use settings::{
    ActiveLivenessRules, ComputeSettings, Demography, FaceRules, Gates, Settings, SettingsError,
};
pub use subject::SubjectRef;
pub use thresholds::movement_rules;
pub use use_cases::answer_challenge::{ChallengeAnswer, FrameReport};
pub use use_cases::create_challenge::OpenChallenge;
pub use use_cases::enroll::is_kept_by_force;
pub use use_cases::galleries::MOST_LISTED;
pub use use_cases::info::{Info, ModelInfo, Unavailable, UnavailableReason};
pub use use_cases::sessions::{Hint, NewSession, Opened};

/// The tables that say what was measured of two checks.
pub mod measured {
    pub use faceward_models::calibration::deepfake::deepfake;
    pub use faceward_models::calibration::liveness::liveness;
}

// What reports and settings are made of, so that the layers above need not know the ones below.
pub use faceward_engine::image::PhotoFormat;
pub use faceward_engine::{
    Attributes, FaceAnalysis, Forgery, Genuineness, Liveness, Output, Outputs, PhotoInfo, Race, StepTiming,
};
pub use faceward_engine::{LITTLE_CONTEXT, NEAR_EDGE, quality};
pub use faceward_models::calibration::evidence::{Evidence, Rate};
pub use faceward_models::calibration::similarity::{Knot, OperatingPoint, SimilarityCalibration};
pub use faceward_models::calibration::thresholds::{MovementThresholds, Rule, Thresholds};
pub use faceward_models::{ModelDecl, Task};
pub use faceward_store::{
    AppRecord, AppSettings, AppThresholds, Attempt, AuditEvent, AuditFilter, AuditRecord, Backlog, Claim,
    Consent, DIGEST_METHOD, Deletion, DeletionRecord, Delivery, Demands, EventDetail, EventRecord,
    EventState, Extent, GalleryRecord, NewEvent, NextStep, OperatorRecord, Page, PassKind, PassRecord, Role,
    SecretRecord, SessionState, SigningKey, Stores, SubjectRecord, TemplateRecord, Traces, WebhookRecord,
    Withheld,
};
