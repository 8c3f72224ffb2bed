//! What operators look at: the audit log, open challenges, how many templates there are.

use faceward_core::AppId;
use faceward_store::{AuditFilter, AuditRecord};
use jiff::Timestamp;

use crate::error::ServiceError;
use crate::service::Service;

impl Service {
    /// Up to `limit` audit records that pass `filter` before the number `before`, newest first; `None`: the newest. Leaves a
    /// record itself.
    ///
    /// # Errors
    /// The store fails.
    pub async fn newest_audit_records(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, ServiceError> {
        let trail = self.trail("read_audit", filter.app.as_ref());
        let found = self.stores().audit.newest(filter, before, limit).await;
        trail.end(found.map_err(ServiceError::from)).await
    }

    /// Up to `limit` audit records that pass `filter` after the number `after`, oldest first. The first page of an export, that
    /// after 0, leaves a record itself.
    ///
    /// # Errors
    /// The store fails.
    pub async fn exported_audit_records(
        &self,
        filter: &AuditFilter,
        after: i64,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, ServiceError> {
        let found = self.stores().audit.page(filter, after, limit).await.map_err(ServiceError::from);
        if after > 0 {
            return found;
        }
        self.trail("export_audit", filter.app.as_ref()).end(found).await
    }

    /// How many challenges of `app` wait for their answer.
    ///
    /// # Errors
    /// The store fails.
    pub async fn open_challenges(&self, app: &AppId) -> Result<usize, ServiceError> {
        Ok(self.stores().challenges.count_open(app, Timestamp::now()).await?)
    }

    /// How many templates `app` has.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn count_templates(&self, app: &AppId) -> Result<usize, ServiceError> {
        Ok(self.stores().templates.count_templates(app).await?)
    }
}
