//! The audit log of the data folder.

use faceward_store::{AuditEvent, AuditFilter, AuditRecord, AuditSink, Pending, Purged};
use jiff::Timestamp;

use crate::audit::AuditReader;
use crate::embedded::Embedded;
use crate::error::EmbeddedError;
use crate::folder::Folder;

impl AuditSink for Embedded {
    fn append<'a>(&'a self, events: &'a [AuditEvent]) -> Pending<'a, ()> {
        Box::pin(async move {
            let events = events.to_vec();
            self.off_thread(move |folder| Ok(folder.audit.append(&events)?)).await
        })
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged> {
        Box::pin(async move { self.off_thread(move |folder| Ok(folder.audit.purge(before, limit)?)).await })
    }

    fn page<'a>(
        &'a self,
        filter: &'a AuditFilter,
        after: i64,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>> {
        Box::pin(async move {
            let filter = filter.clone();
            self.off_thread(move |folder| Ok(reader(folder)?.page(&filter, after, limit)?)).await
        })
    }

    fn newest<'a>(
        &'a self,
        filter: &'a AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>> {
        Box::pin(async move {
            let filter = filter.clone();
            self.off_thread(move |folder| Ok(reader(folder)?.newest(&filter, before, limit)?)).await
        })
    }
}

fn reader(folder: &Folder) -> Result<AuditReader, EmbeddedError> {
    AuditReader::open(&folder.dir)?.ok_or(EmbeddedError::Corrupt("the audit log, which is gone"))
}
