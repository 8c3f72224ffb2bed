//! The audit log, in the database.

use faceward_store::{AuditEvent, AuditFilter, AuditRecord, AuditSink, Pending, Purged};
use jiff::Timestamp;

use crate::Postgres;
use crate::sql::audit::{self, End};

impl AuditSink for Postgres {
    fn append<'a>(&'a self, events: &'a [AuditEvent]) -> Pending<'a, ()> {
        let events = events.to_vec();
        self.ask(|asked| async move { Ok(audit::append(&mut asked.client().await?, &events).await?) })
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged> {
        self.ask(
            move |asked| async move { Ok(audit::purge(&mut asked.client().await?, before, limit).await?) },
        )
    }

    fn page<'a>(
        &'a self,
        filter: &'a AuditFilter,
        after: i64,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>> {
        let filter = filter.clone();
        self.ask(move |asked| async move {
            Ok(audit::page(&asked.client().await?, &filter, End::OldestAfter(after), limit).await?)
        })
    }

    fn newest<'a>(
        &'a self,
        filter: &'a AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>> {
        let filter = filter.clone();
        let end = End::NewestBefore(before.unwrap_or(i64::MAX));
        self.ask(
            move |asked| async move { Ok(audit::page(&asked.client().await?, &filter, end, limit).await?) },
        )
    }
}
