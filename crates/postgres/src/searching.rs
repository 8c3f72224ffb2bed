//! Where the database searches and no face is in memory: questions to it, and what it needs made ready.

use std::sync::Weak;
use std::time::Duration;

use faceward_core::{AppId, TemplateId};
use faceward_store::{Candidate, Deletion, Rows, StoreError, Traces};
use jiff::Timestamp;

use crate::PostgresError;
use crate::asked::Asked;
use crate::outside;
use crate::sql::inside::{self, FILLED_AT_ONCE, FILLED_BY_A_SEARCH, Sought};
use crate::sql::templates::{self, Writer};

/// How often it is looked whether vectors are missing.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

impl Asked {
    /// How templates are written.
    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer { sealer: &self.sealer, inside: self.inside.as_deref() }
    }

    /// The subjects most like a probe, where the database searches.
    pub(crate) async fn search_inside(&self, sought: &Sought) -> Result<Vec<Candidate>, StoreError> {
        if let Some(outside) = &self.outside {
            return outside.search(sought).await;
        }
        let inside = self.inside.as_ref().ok_or(PostgresError::NotRead)?;
        let client = &mut self.client().await?;
        for _ in 0..=FILLED_BY_A_SEARCH {
            if let Some(found) = inside::search(client, (&self.sealer, inside), sought).await? {
                return Ok(found);
            }
            inside::fill(client, (&self.sealer, inside), &sought.app, FILLED_AT_ONCE).await?;
        }
        Err(PostgresError::Filling.into())
    }

    /// Makes some of the vectors ready that are missing, and tells how many; `None`: none is missing.
    pub(crate) async fn fill_some(&self) -> Result<Option<usize>, StoreError> {
        let inside = self.inside.as_ref().ok_or(PostgresError::NotRead)?;
        let client = &mut self.client().await?;
        let Some(app) = inside::app_to_turn(client).await? else { return Ok(None) };
        match inside::fill(client, (&self.sealer, inside), &app, FILLED_AT_ONCE).await {
            Ok(n_filled) => Ok(Some(n_filled)),
            // Deleted meanwhile.
            Err(StoreError::AppUnknown(_)) => Ok(Some(0)),
            Err(other) => Err(other),
        }
    }

    /// At once an error where Milvus searches and is away, or too much waits for its way there.
    pub(crate) async fn may_add(&self, app: &AppId) -> Result<(), PostgresError> {
        match &self.outside {
            Some(outside) => outside.admit(app).await,
            None if self.settings.milvus.is_some() => {
                outside::wait_for_others(&self.pool, app, self.settings.timeout).await
            }
            None => Ok(()),
        }
    }

    /// At once an error where Milvus searches and is away.
    pub(crate) fn may_delete(&self) -> Result<(), PostgresError> {
        self.outside.as_ref().map_or(Ok(()), |outside| outside.present())
    }

    /// Deletes a template; with `enrolled_at` only the one that was enrolled then.
    pub(crate) async fn delete_template(
        &self,
        app: &AppId,
        template: &TemplateId,
        enrolled_at: Option<Timestamp>,
    ) -> Result<Deletion, StoreError> {
        self.may_delete()?;
        let deleted = templates::delete(&mut self.client().await?, app, template, enrolled_at).await?;
        let Some((rows, sequence)) = deleted else { return Ok(Deletion::nothing()) };
        self.seen(sequence).await;
        Ok(self.deletion(rows).await)
    }

    /// The deletion of what a new template has `replaced`, if it has.
    pub(crate) async fn added(&self, replaced: Rows) -> Deletion {
        if let Some(outside) = self.outside.as_ref().filter(|_| replaced.is_empty()) {
            outside.ring();
        }
        self.deletion(replaced).await
    }

    /// What was deleted.
    pub(crate) async fn deletion(&self, rows: Rows) -> Deletion {
        if rows.is_empty() {
            return Deletion::nothing();
        }
        rows.deleted(self.gone().await)
    }

    /// What is left of what was deleted. The database keeps old versions of rows for a while, sealed: see docs/postgres.md.
    pub(crate) async fn gone(&self) -> Traces {
        match &self.outside {
            Some(outside) => outside.settled().await,
            // Of a command that knows nothing of faces: a server takes them out of Milvus.
            None if self.settings.milvus.is_some() => Traces::Left,
            None => Traces::Fading,
        }
    }
}

/// Makes vectors ready that servers have not written which search in their memory, for as long as the store is open.
pub(crate) async fn keep_filled(asked: Weak<Asked>) {
    loop {
        tokio::time::sleep(LOOKED_EVERY).await;
        let Some(asked) = asked.upgrade() else { return };
        loop {
            match asked.fill_some().await {
                Ok(None) => break,
                Ok(Some(_)) => {}
                // Time may mend it, and whoever searches is told.
                Err(StoreError::Unreachable(_)) => break,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "vectors cannot be made ready to be searched in the database");
                    break;
                }
            }
        }
    }
}
