//! Templates whose time is over are deleted, each with a record, by one process at a time.

use std::time::Duration;

use faceward_core::AppId;
use faceward_store::{Extent, LARGEST_PAGE, Page, TemplateRecord};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::audit::Trail;
use crate::erased::erased;
use crate::error::ServiceError;
use crate::service::Service;

/// From the end of one purge to the next.
const BETWEEN_PURGES: Duration = Duration::from_secs(3600);
/// The same where a purge failed.
const BEFORE_ANOTHER_TRY: Duration = Duration::from_secs(60);
/// Templates that are deleted before the turn is asked for again.
const AT_ONCE: usize = 50;
/// Of those, templates that are deleted side by side: where a deletion waits for another store, they wait together.
const TOGETHER: usize = 10;
/// How long a turn lasts: longer than so many deletions take, and short enough that a server which died is soon replaced.
const TURN: SignedDuration = SignedDuration::from_mins(10);

impl Service {
    /// Deletes the templates whose time is over, now and once an hour, for as long as this is awaited.
    pub async fn keep_retention(&self) {
        let server = Uuid::new_v4();
        loop {
            let pause = match self.purge_templates(server, Timestamp::now()).await {
                Ok(0) => BETWEEN_PURGES,
                Ok(n_purged) => {
                    tracing::info!(n_purged, "deleted templates whose time was over");
                    BETWEEN_PURGES
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "templates whose time is over could not all be deleted");
                    BEFORE_ANOTHER_TRY
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Deletes the templates whose time is over at `now`, and gives how many; none where another process than `server` is
    /// about to.
    ///
    /// # Errors
    /// The store or the audit log fails; a trace is left on disk. What was deleted before is.
    pub async fn purge_templates(&self, server: Uuid, now: Timestamp) -> Result<usize, ServiceError> {
        let mut n_purged = 0;
        for app in self.apps().list().await? {
            let mut after = None;
            loop {
                let page = Page::new(after.as_ref(), LARGEST_PAGE);
                let listed = self.stores().templates.list_templates(&app.id, None, page).await?;
                let Some(last) = listed.last() else { break };
                after = Some(last.template.clone());
                let is_over =
                    |record: &&TemplateRecord| app.settings.end_of(record).is_some_and(|end| end <= now);
                let expired: Vec<_> = listed.iter().filter(is_over).collect();
                for some in expired.chunks(AT_ONCE) {
                    let until = Timestamp::now().saturating_add(TURN).unwrap_or(Timestamp::MAX);
                    let templates = &self.stores().templates;
                    if !templates.take_purge_turn(server, Timestamp::now(), until).await? {
                        return Ok(n_purged);
                    }
                    for together in some.chunks(TOGETHER) {
                        let purging = together.iter().map(|record| self.purge_template(&app.id, record));
                        // Each runs to its end, whatever becomes of the others.
                        for purged in join_all(purging).await {
                            n_purged += purged?;
                        }
                    }
                }
            }
        }
        Ok(n_purged)
    }

    /// Deletes one, unless it has gone or was replaced since it was listed.
    async fn purge_template(&self, app: &AppId, listed: &TemplateRecord) -> Result<usize, ServiceError> {
        let found = self.stores().templates.template(app, &listed.template).await?;
        if found.is_none_or(|found| found != *listed) {
            return Ok(0);
        }
        let mut trail = self.trail("purge_template", Some(app));
        trail.about_template(listed);
        let (service, app, listed) = (self.clone(), *app, listed.clone());
        let purge = async move {
            // Whoever has enrolled in its place since then stays.
            let deletion = service.stores().templates.delete_listed(&app, &listed).await?;
            erased(app, Extent::Template(listed.template), deletion)
        };
        Ok(self.change_and_note(trail, purge, Trail::deleted).await?.deletion.n_templates)
    }
}
