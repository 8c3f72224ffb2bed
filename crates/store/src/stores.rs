//! The five stores of an installation together.

use std::sync::Arc;

use futures_util::future::try_join5;

use crate::{AuditSink, Backup, ChallengeStore, Directory, Operators, StoreError, TemplateStore};

/// Everything that a service keeps. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// Apps, keys, tokens.
    pub directory: Arc<dyn Directory>,
    /// Galleries, subjects, templates.
    pub templates: Arc<dyn TemplateStore>,
    /// Open challenges, and frames that were seen.
    pub challenges: Arc<dyn ChallengeStore>,
    /// Who runs the installation.
    pub operators: Arc<dyn Operators>,
    /// The audit log.
    pub audit: Arc<dyn AuditSink>,
    /// What copies all of it, where that is for the program to do.
    pub backup: Option<Arc<dyn Backup>>,
}

impl Stores {
    /// One implementation for all of it.
    #[must_use]
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Directory + TemplateStore + ChallengeStore + Operators + AuditSink + 'static,
    {
        Self {
            directory: Arc::<S>::clone(&store),
            templates: Arc::<S>::clone(&store),
            challenges: Arc::<S>::clone(&store),
            operators: Arc::<S>::clone(&store),
            audit: store,
            backup: None,
        }
    }

    /// Whether all five can be reached now.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`].
    pub async fn reach(&self) -> Result<(), StoreError> {
        let Self { directory, templates, challenges, operators, audit, backup: _ } = self;
        let (directory, templates) = (directory.reach(), templates.reach());
        try_join5(directory, templates, challenges.reach(), operators.reach(), audit.reach()).await?;
        Ok(())
    }
}
