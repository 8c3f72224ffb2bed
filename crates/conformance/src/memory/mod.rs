//! A store that forgets everything with the process: plain maps under one lock, and a search that compares one by one.
//! For tests, and as the second opinion that shows what the suite demands.

mod audit;
mod challenges;
mod directory;
mod templates;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use faceward_core::{AppId, Embedding, GalleryId, SubjectId, SubjectName, TemplateId};
use faceward_store::{
    AppRecord, AuditRecord, ChallengeKey, DirectoryVersion, SigningKey, StoreError, StoredKey, Stores,
    TemplateRecord, Version,
};
use jiff::Timestamp;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::Fixture;

/// The store. Cheap to clone; all clones are one store.
#[derive(Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
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
    audit: Vec<AuditRecord>,
    n_audited: i64,
}

struct App {
    record: AppRecord,
    keys: Vec<StoredKey>,
    galleries: BTreeMap<GalleryId, Timestamp>,
    templates: BTreeMap<TemplateId, (TemplateRecord, Embedding)>,
    names: BTreeMap<(GalleryId, SubjectId), SubjectName>,
}

impl State {
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
