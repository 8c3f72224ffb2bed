//! What the service asks of a store: its traits, the records that go through them, and their errors. No store is in here.
//!
//! One method is one question of a use case, so that a database answers it with one query. What holds for every store:
//! - *Durable before acknowledged*: a change that returned `Ok` survives the death of the process. Challenges and frames
//!   may be forgotten at a restart: a challenge is then refused, never answered twice.
//! - *All or nothing*: a method makes all of its change or, with an error, none of it.
//! - *Apart*: nothing of one app is ever seen, changed or counted through another.
//! - *Bounded*: what lists comes in pages ([`Page`]) in ascending order of id. A page says nothing about rows that are
//!   added or deleted while others are read; a row that is there all the time comes exactly once.
//! - *Noticed*: what another process changed is seen as soon as the store's own documentation promises; a [`Version`] tells
//!   a caller that keeps something made from an answer when to ask again.
//! - *Any runtime*: callers await from several tokio runtimes, one after the other and at once. An implementation that
//!   keeps connections drives them by itself.
//!
//! The crate `faceward-conformance` holds every implementation to this.

mod app_settings;
mod audit;
mod backup;
mod challenges;
mod change;
mod data_keys;
mod deletion;
mod directory;
mod error;
mod living;
mod master_key;
mod operators;
mod outside;
mod page;
mod reachable;
mod records;
mod searching;
mod sessions;
mod stores;
mod templates;
mod turn;
mod webhooks;

pub use app_settings::{AppSettings, AppThresholds, Consent, Demands, UnreadableSettings, Withheld};
pub use audit::{AuditEvent, AuditFilter, AuditRecord, AuditSink, Purged, Word};
pub use backup::{Backup, BackupRecord};
pub use challenges::{
    ChallengeKey, ChallengeRecord, ChallengeStore, Digest, NewChallenge, REMEMBERED_FRAMES,
};
pub use change::{Traces, Version};
pub use data_keys::{DataKeyRecord, DataKeys, Resealed};
pub use deletion::{DIGEST_METHOD, Deletion, DeletionRecord, Extent, InvalidDeletionRecord, Rows, SealedRow};
pub use directory::{Directory, DirectoryVersion, OtherKeys, Standing};
pub use error::{ChallengeRefusal, Pending, StoreError};
pub use living::Living;
pub use master_key::{MasterKey, MasterKeyChange};
pub use operators::{OperatorRecord, Operators, PassKind, PassRecord, Passes, Role};
pub use outside::{Hit, Nearest, OutsideIndex, OutsideRow, TurnedVector};
pub use page::{LARGEST_PAGE, Page};
pub use reachable::Reachable;
pub use records::{
    AppRecord, Candidate, DEFAULT_GALLERY, GalleryRecord, KeyHash, NewTemplate, OnConflict, SigningKey,
    StoredKey, StoredTemplate, SubjectRecord, TemplateRecord,
};
pub use searching::{SearchIndex, SearchPlace, Searching};
pub use sessions::{
    OverduePlace, OverdueSessions, SessionChange, SessionFaces, SessionRecord, SessionState, Sessions,
};
pub use stores::Stores;
pub use templates::{References, TemplatePlace, TemplateStore, every_template};
pub use turn::Turn;
pub use webhooks::{
    Attempt, Backlog, Claim, Delivery, Endpoint, EventDetail, EventRecord, EventState, KEPT_ATTEMPTS,
    LastAttempt, MAX_SECRETS, NewEvent, NextStep, SecretRecord, WebhookRecord, WebhookSecret, Webhooks,
};
