//! Templates that leave this installation or come from another one: what is taken in, and the records of it.

use std::sync::Arc;
use std::time::Duration;

use faceward_core::{AppId, Embedding, GalleryId};
use faceward_models::calibration::projection::projection;
use faceward_store::{
    AppSettings, AuditEvent, AuditSink, DeletionRecord, Living, NewTemplate, OnConflict, StoreError,
    StoredTemplate, Stores, TemplateRecord, TemplateStore, Traces,
};
use jiff::Timestamp;

use crate::audit::blank;
use crate::erased::replaced;
use crate::error::{InternalError, ServiceError};

/// Templates whose records are written together.
const AT_ONCE: usize = 256;

/// How long is waited until it is looked again for a change of somebody else.
const GLANCE: Duration = Duration::from_millis(20);

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Out of the templates of this installation a file is made.
    Out,
    /// Templates of a file are put in.
    In,
}

/// What is done with a template of whose id another one is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// It is refused, and the run goes on.
    Refuse,
    /// It takes the place of the other.
    Replace,
    /// The other stays, and nobody minds.
    Skip,
}

/// What became of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is in.
    Added,
    /// It is in, in the place of another.
    Replaced,
    /// It was in.
    ThereAlready,
    /// Another one of its id is there, and stays.
    Skipped,
    /// It is not in.
    Refused(Refusal),
}

/// Why a template is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Another one of its id is there.
    Conflict,
    /// Its time is over, by its own end or by that of the app.
    Over,
    /// The vectors of its model are of another length here.
    Length,
}

impl Refusal {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conflict => "template_exists",
            Self::Over => "expired",
            Self::Length => "other_length",
        }
    }
}

/// A move of templates of one app, which the audit log has from its beginning on.
pub struct Transfer {
    templates: Arc<dyn TemplateStore>,
    audit: Arc<dyn AuditSink>,
    app: AppId,
    settings: AppSettings,
    run: AuditEvent,
    /// Records of templates that are in, not yet in the log.
    records: Vec<AuditEvent>,
    n_templates: usize,
}

impl Transfer {
    /// Begins it. The log has it before anything is moved.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store or the log fails.
    pub async fn begin(stores: &Stores, direction: Direction, app: AppId) -> Result<Self, ServiceError> {
        let settings = stores.directory.app(&app).await?.settings;
        let run = match direction {
            Direction::Out => blank("export_templates", Some(app)),
            Direction::In => blank("import_templates", Some(app)),
        };
        let transfer = Self {
            templates: Arc::clone(&stores.templates),
            audit: Arc::clone(&stores.audit),
            app,
            settings,
            run,
            records: Vec::new(),
            n_templates: 0,
        };
        transfer.record(&[transfer.told("begun")]).await?;
        Ok(transfer)
    }

    /// One template more has left.
    pub fn count(&mut self) {
        self.n_templates += 1;
    }

    /// Makes the gallery unless it is there.
    ///
    /// # Errors
    /// The store fails.
    pub async fn take_gallery(&self, gallery: &GalleryId) -> Result<(), ServiceError> {
        match self.templates.create_gallery(&self.app, gallery).await {
            Ok(_) | Err(StoreError::GalleryExists(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether `row` is taken by this app at all: its time is not over.
    #[must_use]
    pub fn is_living(&self, record: &TemplateRecord) -> bool {
        Living::at(Timestamp::now(), &self.settings).counts_record(record)
    }

    /// Takes a template in, whatever app it is of there. It keeps its times. Durable when this returns; its own record follows.
    ///
    /// Whoever else enrols beside it: nothing is replaced unless `conflict` says so.
    ///
    /// # Errors
    /// The store or the log fails.
    pub async fn take(&mut self, row: StoredTemplate, conflict: Conflict) -> Result<Taken, ServiceError> {
        if !self.is_living(&row.record) {
            return Ok(Taken::Refused(Refusal::Over));
        }
        if projection().contradicts(row.embedding.model(), row.embedding.vector().len()) {
            return Ok(Taken::Refused(Refusal::Length));
        }
        self.take_gallery(&row.record.gallery).await?;
        loop {
            let there = self.templates.reference(&self.app, &row.record.template).await?;
            if let Some(there) = &there {
                if is_the_same(there, &row) {
                    return Ok(Taken::ThereAlready);
                }
                match conflict {
                    Conflict::Refuse => return Ok(Taken::Refused(Refusal::Conflict)),
                    Conflict::Skip => return Ok(Taken::Skipped),
                    Conflict::Replace => {}
                }
            }
            let (on_conflict, taken) = match there {
                Some(_) => (OnConflict::Replace, Taken::Replaced),
                None => (OnConflict::Refuse, Taken::Added),
            };
            let new = new_template(row.clone());
            match self.templates.add(&self.app, &new, on_conflict).await {
                Ok((_, old)) => {
                    let old = replaced(self.app, &new.template, old);
                    self.note(new, old).await?;
                    return Ok(taken);
                }
                // Somebody else has enrolled it since: what is there is looked at, as soon as this process sees it.
                Err(StoreError::TemplateExists(_)) => tokio::time::sleep(GLANCE).await,
                Err(StoreError::Length { .. }) => return Ok(Taken::Refused(Refusal::Length)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn note(&mut self, new: NewTemplate, old: Option<DeletionRecord>) -> Result<(), ServiceError> {
        self.n_templates += 1;
        let traces_left = old.as_ref().is_some_and(|old| old.deletion.traces == Traces::Left);
        let mut event = AuditEvent {
            at: Timestamp::now(),
            action: "import_template".into(),
            outcome: "answered".into(),
            verdict: Some("enrolled".into()),
            models: vec![new.embedding.model().clone()],
            deletion: old,
            ..self.run.clone()
        };
        (event.gallery, event.subject, event.template) =
            (Some(new.gallery), Some(new.subject), Some(new.template));
        if traces_left {
            event.reasons.push("traces_left".into());
        }
        self.records.push(event);
        if self.records.len() >= AT_ONCE { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<(), ServiceError> {
        let records = std::mem::take(&mut self.records);
        if records.is_empty() { Ok(()) } else { self.record(&records).await }
    }

    /// Ends it: whether all of it is done, or only what came before something failed.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn end(mut self, is_whole: bool) -> Result<(), ServiceError> {
        self.write().await?;
        let mut end = self.told(if is_whole { "answered" } else { "internal" });
        end.scores.insert("templates".into(), self.n_templates as f64);
        self.record(&[end]).await
    }

    fn told(&self, outcome: &'static str) -> AuditEvent {
        AuditEvent { at: Timestamp::now(), outcome: outcome.into(), ..self.run.clone() }
    }

    async fn record(&self, events: &[AuditEvent]) -> Result<(), ServiceError> {
        Ok(self.audit.append(events).await.map_err(|error| InternalError::audit(&error))?)
    }
}

/// `row` as it is enrolled.
fn new_template(row: StoredTemplate) -> NewTemplate {
    let StoredTemplate { app: _, record, name, embedding } = row;
    let TemplateRecord { gallery, subject, template, model: _, created_at, expires_at } = record;
    NewTemplate { gallery, subject, name, template, embedding, created_at: Some(created_at), expires_at }
}

/// Whether what is there, as it is compared, is `row`: taken in by an earlier run.
fn is_the_same((there, held): &(TemplateRecord, Embedding), row: &StoredTemplate) -> bool {
    let compared = projection().compared(&row.embedding);
    let expected = TemplateRecord { model: compared.model().clone(), ..row.record.clone() };
    *there == expected && *held == *compared
}

#[cfg(test)]
mod tests {
    use faceward_conformance::Memory;
    use faceward_conformance::samples::{
        app, create_apps, embedding, gallery_id, listed, subject_id, template_id,
    };
    use faceward_store::AuditFilter;
    use jiff::SignedDuration;

    use super::*;

    fn row(template: &str, vector: &[f32]) -> StoredTemplate {
        let embedding = embedding(vector);
        let record = TemplateRecord {
            gallery: gallery_id("staff"),
            subject: subject_id("anna"),
            template: template_id(template),
            model: embedding.model().clone(),
            created_at: "2026-01-02T03:04:05.678901Z".parse().expect("a time"),
            expires_at: None,
        };
        StoredTemplate { app: app(7), record, name: None, embedding }
    }

    #[tokio::test]
    async fn the_same_rows_twice_give_the_same_store_and_others_are_as_conflicts_say() {
        let stores = Stores::from(Memory::default());
        create_apps(&stores, 1).await;
        let mut transfer = Transfer::begin(&stores, Direction::In, app(1)).await.expect("begun");
        let (one, other) = (row("t", &[1.0, 0.0]), row("t", &[0.0, 1.0]));
        let over = StoredTemplate {
            record: TemplateRecord {
                expires_at: Some(Timestamp::now() - SignedDuration::from_secs(1)),
                ..row("u", &[1.0, 0.0]).record
            },
            ..row("u", &[1.0, 0.0])
        };
        let steps = [
            (&one, Conflict::Refuse, Taken::Added),
            (&one, Conflict::Refuse, Taken::ThereAlready),
            (&one, Conflict::Replace, Taken::ThereAlready),
            (&other, Conflict::Refuse, Taken::Refused(Refusal::Conflict)),
            (&other, Conflict::Skip, Taken::Skipped),
            (&other, Conflict::Replace, Taken::Replaced),
            (&over, Conflict::Replace, Taken::Refused(Refusal::Over)),
            (&row("v", &[1.0, 0.0, 0.0]), Conflict::Refuse, Taken::Refused(Refusal::Length)),
        ];
        for (number, (row, conflict, expected)) in steps.into_iter().enumerate() {
            let taken = transfer.take(row.clone(), conflict).await.expect("no failure");
            assert_eq!(taken, expected, "step {number}");
        }
        transfer.end(true).await.expect("recorded");
        assert_eq!(listed(&stores).await, ["anna t"]);
        let (record, held) =
            stores.templates.reference(&app(1), &template_id("t")).await.expect("known").expect("there");
        assert_eq!((record.created_at, held), (other.record.created_at, other.embedding));
        let log = stores.audit.page(&AuditFilter::default(), 0, 10).await.expect("readable");
        let told: Vec<_> = log.iter().map(|r| (&*r.event.action, &*r.event.outcome)).collect();
        let expected = [
            ("import_templates", "begun"),
            ("import_template", "answered"),
            ("import_template", "answered"),
            ("import_templates", "answered"),
        ];
        assert_eq!(told, expected);
        assert_eq!(log[3].event.scores["templates"].to_bits(), 2.0_f64.to_bits());
    }
}
