//! The audit log.

use faceward_store::{AuditEvent, AuditFilter, AuditRecord, AuditSink, Pending, Purged, Traces};
use jiff::Timestamp;

use super::Memory;

impl AuditSink for Memory {
    fn append<'a>(&'a self, events: &'a [AuditEvent]) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            for event in events {
                state.n_audited += 1;
                let mut event = event.clone();
                event.scores.retain(|_, score| score.is_finite());
                let sequence = state.n_audited;
                state.audit.push(AuditRecord { sequence, event });
            }
            Ok(())
        })
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Pending<'_, Purged> {
        Box::pin(async move {
            let mut state = self.state()?;
            let old = state.audit.iter().filter(|record| record.event.at < before);
            let mut old: Vec<_> = old.map(|record| (record.event.at, record.sequence)).collect();
            old.sort_unstable();
            let more = old.len() > limit;
            old.truncate(limit);
            state.audit.retain(|record| !old.contains(&(record.event.at, record.sequence)));
            Ok(Purged { n_records: old.len(), more, traces: Traces::Wiped })
        })
    }

    fn page<'a>(
        &'a self,
        filter: &'a AuditFilter,
        after: i64,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>> {
        Box::pin(async move {
            let state = self.state()?;
            let wanted = state.audit.iter().filter(|record| record.sequence > after);
            Ok(wanted.filter(|record| passes(filter, &record.event)).take(limit).cloned().collect())
        })
    }

    fn newest<'a>(
        &'a self,
        filter: &'a AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Pending<'a, Vec<AuditRecord>> {
        Box::pin(async move {
            let state = self.state()?;
            let wanted = state.audit.iter().rev().filter(|record| before.is_none_or(|n| record.sequence < n));
            Ok(wanted.filter(|record| passes(filter, &record.event)).take(limit).cloned().collect())
        })
    }
}

fn passes(filter: &AuditFilter, event: &AuditEvent) -> bool {
    let AuditFilter { app, operator, gallery, subject, template, action, transaction, since, until } = filter;
    (app.is_none() || *app == event.app)
        && (operator.is_none() || *operator == event.operator)
        && (gallery.is_none() || *gallery == event.gallery)
        && (subject.is_none() || *subject == event.subject)
        && (template.is_none() || *template == event.template)
        && action.as_ref().is_none_or(|action| *action == event.action)
        && transaction.is_none_or(|transaction| transaction == event.transaction)
        && since.is_none_or(|since| event.at >= since)
        && until.is_none_or(|until| event.at < until)
}
