//! The stores of an installation together.

use std::sync::Arc;

use futures_util::future::{try_join, try_join3};

use crate::{AuditSink, Backup, ChallengeStore, Directory, Operators, StoreError, TemplateStore, Webhooks};

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
    /// Who is called back, and what they have to be told.
    pub webhooks: Arc<dyn Webhooks>,
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
        S: Directory + TemplateStore + ChallengeStore + Operators + Webhooks + AuditSink + 'static,
    {
        Self {
            directory: Arc::<S>::clone(&store),
            templates: Arc::<S>::clone(&store),
            challenges: Arc::<S>::clone(&store),
            operators: Arc::<S>::clone(&store),
            webhooks: Arc::<S>::clone(&store),
            audit: store,
            backup: None,
        }
    }

    /// Whether all of them can be reached now.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`].
    pub async fn reach(&self) -> Result<(), StoreError> {
        let Self { directory, templates, challenges, operators, webhooks, audit, backup: _ } = self;
        let faces = try_join3(directory.reach(), templates.reach(), challenges.reach());
        let rest = try_join3(operators.reach(), webhooks.reach(), audit.reach());
        try_join(faces, rest).await?;
        Ok(())
    }
}
