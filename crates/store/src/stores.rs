//! The stores of an installation together.

use std::sync::Arc;

use futures_util::future::try_join_all;

use crate::{
    AuditSink, Backup, ChallengeStore, DataKeys, Directory, MasterKey, Operators, Searching, Sessions,
    StoreError, TemplateStore, Webhooks,
};

/// Everything that a service keeps. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// Apps, keys, tokens.
    pub directory: Arc<dyn Directory>,
    /// Galleries, subjects, templates.
    pub templates: Arc<dyn TemplateStore>,
    /// Open challenges, and frames that were seen.
    pub challenges: Arc<dyn ChallengeStore>,
    /// Verification sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Who runs the installation.
    pub operators: Arc<dyn Operators>,
    /// Who is called back, and what they have to be told.
    pub webhooks: Arc<dyn Webhooks>,
    /// Keys that seal what is of an app.
    pub data_keys: Arc<dyn DataKeys>,
    /// The audit log.
    pub audit: Arc<dyn AuditSink>,
    /// What copies all of it, where that is for the program to do.
    pub backup: Option<Arc<dyn Backup>>,
    /// What replaces the master key, where that is for the program to do.
    pub master_key: Option<Arc<dyn MasterKey>>,
    /// Who searches, and by what.
    pub searching: Searching,
}

impl Stores {
    /// One implementation for all of it.
    #[must_use]
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Directory
            + TemplateStore
            + ChallengeStore
            + Sessions
            + Operators
            + Webhooks
            + DataKeys
            + AuditSink
            + 'static,
    {
        Self {
            directory: Arc::<S>::clone(&store),
            templates: Arc::<S>::clone(&store),
            challenges: Arc::<S>::clone(&store),
            sessions: Arc::<S>::clone(&store),
            operators: Arc::<S>::clone(&store),
            webhooks: Arc::<S>::clone(&store),
            data_keys: Arc::<S>::clone(&store),
            audit: store,
            backup: None,
            master_key: None,
            searching: Searching::IN_MEMORY,
        }
    }

    /// Whether all of them can be reached now.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`].
    pub async fn reach(&self) -> Result<(), StoreError> {
        let Self {
            directory,
            templates,
            challenges,
            sessions,
            operators,
            webhooks,
            data_keys,
            audit,
            backup: _,
            master_key: _,
            searching: _,
        } = self;
        let faces = [directory.reach(), templates.reach(), challenges.reach(), sessions.reach()];
        let rest = [operators.reach(), webhooks.reach(), data_keys.reach(), audit.reach()];
        try_join_all(faces.into_iter().chain(rest)).await?;
        Ok(())
    }
}
