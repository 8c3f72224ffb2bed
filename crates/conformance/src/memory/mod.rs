//! A store that forgets everything with the process: plain maps under one lock, and a search that compares one by one.
//! For tests, and as the second opinion that shows what the suite demands.

mod audit;
mod challenges;
mod data_keys;
mod directory;
mod operators;
mod sessions;
mod templates;
mod webhooks;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use faceward_core::{AppId, Embedding, GalleryId, OperatorName, SubjectId, SubjectName, TemplateId};
use faceward_store::{
    AppRecord, AuditRecord, ChallengeKey, DirectoryVersion, OperatorRecord, PassRecord, Pending, Reachable,
    SessionFaces, SessionRecord, SigningKey, StoreError, StoredKey, Stores, TemplateRecord, Traces, Turn,
    Version,
};
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::Fixture;

/// The store. Cheap to clone; all clones are one store.
#[derive(Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    lost: Arc<AtomicBool>,
}

impl Memory {
    /// From now on what is deleted leaves traces, as on a disk that fails while its log is wiped, or no longer does.
    pub fn leave_traces(&self, left: bool) {
        self.state.lock().leaves_traces = left;
    }

    /// From now on every question fails as if the store stood on a machine that cannot be reached, or no longer does.
    pub fn lose(&self, lost: bool) {
        self.lost.store(lost, Ordering::SeqCst);
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        if self.lost.load(Ordering::SeqCst) {
            return Err(StoreError::Unreachable("the test has cut the connection".into()));
        }
        Ok(self.state.lock())
    }
}

impl Reachable for Memory {
    fn reach(&self) -> Pending<'_, ()> {
        Box::pin(async move { self.state().map(drop) })
    }
}

#[derive(Default)]
struct State {
    apps: BTreeMap<AppId, App>,
    signing_keys: Vec<SigningKey>,
    revoked: HashSet<Uuid>,
    directory: DirectoryVersion,
    templates: Version,
    challenges: HashMap<ChallengeKey, challenges::Entry>,
    frames: HashMap<AppId, Vec<faceward_store::Digest>>,
    sessions: BTreeMap<Uuid, (SessionRecord, SessionFaces)>,
    operators: BTreeMap<OperatorName, OperatorRecord>,
    passes: BTreeMap<Uuid, PassRecord>,
    audit: Vec<AuditRecord>,
    n_audited: i64,
    n_events: i64,
    n_data_keys: u32,
    purge_turn: Turn,
    leaves_traces: bool,
}

struct App {
    record: AppRecord,
    keys: Vec<StoredKey>,
    galleries: BTreeMap<GalleryId, Timestamp>,
    templates: BTreeMap<TemplateId, (TemplateRecord, Embedding)>,
    names: BTreeMap<(GalleryId, SubjectId), SubjectName>,
    webhook: Option<webhooks::Webhook>,
    data_key: faceward_store::DataKeyRecord,
    /// Values that a rotation has still to look at.
    n_left: usize,
}

impl State {
    /// What a deletion leaves.
    fn traces(&self) -> Traces {
        if self.leaves_traces { Traces::Left } else { Traces::Wiped }
    }

    fn app(&mut self, app: &AppId) -> Result<&mut App, StoreError> {
        self.apps.get_mut(app).ok_or(StoreError::AppUnknown(*app))
    }
}

impl From<Memory> for Stores {
    fn from(memory: Memory) -> Self {
        Self::of(Arc::new(memory))
    }
}

/// A restart of the store is none of the process: it keeps what it has.
impl Fixture for Memory {
    async fn fresh() -> Self {
        Self::default()
    }

    fn stores(&self) -> Stores {
        self.clone().into()
    }

    async fn reopen(&mut self) {}
}
