//! The four stores of an installation together.

use std::sync::Arc;

use futures_util::future::try_join4;

use crate::{AuditSink, ChallengeStore, Directory, StoreError, TemplateStore};

/// Everything that a service keeps. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// Apps, keys, tokens.
    pub directory: Arc<dyn Directory>,
    /// Galleries, subjects, templates.
    pub templates: Arc<dyn TemplateStore>,
    /// Open challenges, and frames that were seen.
    pub challenges: Arc<dyn ChallengeStore>,
    /// The audit log.
    pub audit: Arc<dyn AuditSink>,
}

impl Stores {
    /// One implementation for all of it.
    #[must_use]
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Directory + TemplateStore + ChallengeStore + AuditSink + 'static,
    {
        Self {
            directory: Arc::<S>::clone(&store),
            templates: Arc::<S>::clone(&store),
            challenges: Arc::<S>::clone(&store),
            audit: store,
        }
    }

    /// Whether all four can be reached now.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`].
    pub async fn reach(&self) -> Result<(), StoreError> {
        let Self { directory, templates, challenges, audit } = self;
        try_join4(directory.reach(), templates.reach(), challenges.reach(), audit.reach()).await?;
        Ok(())
    }
}
