//! The audit log: records that are added and final, and leave when their time is over.

use std::borrow::Cow;
use std::collections::BTreeMap;

use faceward_core::{AppId, GalleryId, ModelId, OperatorName, SubjectId, TemplateId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{DeletionRecord, Pending, Reachable, Traces};

/// A word: one of ours where it is written, any that an older version wrote where it is read.
pub type Word = Cow<'static, str>;

/// Where audit records go. What is done to the other stores is not recorded by itself: whoever does it knows for whom.
pub trait AuditSink: Reachable {
    /// Adds `events` in their order, all or none.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn append<'a>(&'a self, events: &'a [AuditEvent]) -> Pending<'a, ()>;

    /// Deletes up to `limit` of the records made before `before`, oldest first. Appending is not kept waiting for longer
    /// than this takes: whoever purges a lot does it in several calls.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn purge(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged>;

    /// Up to `limit` records that pass `filter` after the number `after`, oldest first.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn page<'a>(&'a self, filter: &'a AuditFilter, after: i64, limit: usize)
    -> Pending<'a, Vec<AuditRecord>>;

    /// Up to `limit` records that pass `filter` before the number `before`, newest first; `None`: the newest of all.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn newest<'a>(
        &'a self,
        filter: &'a AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>>;
}

/// What a purge did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Records that were deleted.
    pub n_records: usize,
    /// Whether older ones are left: ask again.
    pub more: bool,
    /// What is left of them on disk.
    pub traces: Traces,
}

/// Something that was done, tried or refused. Never a photo, a vector or a key.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// When; kept to the microsecond.
    pub at: Timestamp,
    /// Id of the request: in its answer and in the log lines about it.
    pub transaction: Uuid,
    /// The client's own id of it, if it sent one.
    pub trx_id: Option<String>,
    /// Where it came in: the API that was called, or `local` for the command line.
    pub surface: Word,
    /// Who: the app, if one is known; for what an operator does, the app that it is done to.
    pub app: Option<AppId>,
    /// Who: the operator, if one did it.
    pub operator: Option<OperatorName>,
    /// What: the use case, `snake_case`.
    pub action: Word,
    /// The gallery that it is about.
    pub gallery: Option<GalleryId>,
    /// The subject that it is about, or that was found.
    pub subject: Option<SubjectId>,
    /// The template that it is about, or that was found.
    pub template: Option<TemplateId>,
    /// How it ended: `answered`, `begun` (a change is about to be made), `hung_up`, or the name of an error.
    pub outcome: Word,
    /// What was answered: `same`, `not_same`, `fine` and the like.
    pub verdict: Option<Word>,
    /// The scores behind the verdict, by name. Those that are no finite number are left out.
    pub scores: BTreeMap<Word, f64>,
    /// Why the verdict is not a better one, in closed lists of words.
    pub reasons: Vec<Word>,
    /// The models that the scores come from.
    pub models: Vec<ModelId>,
    /// What was deleted, if something was.
    pub deletion: Option<DeletionRecord>,
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Its number. Numbers rise without gaps, from the oldest record that retention has left.
    pub sequence: i64,
    /// What happened.
    pub event: AuditEvent,
}

/// Which records are wanted. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this app.
    pub app: Option<AppId>,
    /// Done by this operator.
    pub operator: Option<OperatorName>,
    /// About this gallery.
    pub gallery: Option<GalleryId>,
    /// About this subject.
    pub subject: Option<SubjectId>,
    /// About this template.
    pub template: Option<TemplateId>,
    /// Of this action.
    pub action: Option<String>,
    /// Of this request.
    pub transaction: Option<Uuid>,
    /// Made then or later.
    pub since: Option<Timestamp>,
    /// Made before then.
    pub until: Option<Timestamp>,
}
