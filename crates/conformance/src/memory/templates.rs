//! Galleries, subjects and templates.

use std::collections::BTreeMap;
use std::ops::Bound;

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_store::{
    Candidate, DEFAULT_GALLERY, Deletion, GalleryRecord, Living, NewTemplate, OnConflict, Page, Pending,
    References, Rows, SealedRow, StoreError, StoredTemplate, SubjectRecord, TemplatePlace, TemplateRecord,
    TemplateStore, Version,
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{App, Memory, State};

impl TemplateStore for Memory {
    fn version(&self) -> Pending<'_, Version> {
        Box::pin(async move { Ok(self.state()?.templates) })
    }

    fn create_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            if held.galleries.contains_key(gallery) {
                return Err(StoreError::GalleryExists(gallery.clone()));
            }
            let created_at = Timestamp::now();
            held.galleries.insert(gallery.clone(), created_at);
            Ok(GalleryRecord { gallery: gallery.clone(), created_at })
        })
    }

    fn gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        Box::pin(async move { self.state()?.app(app)?.gallery(gallery) })
    }

    fn list_galleries<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, GalleryId>,
    ) -> Pending<'a, Vec<GalleryRecord>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let galleries = &state.app(app)?.galleries;
            let later = galleries.keys().filter(|gallery| page.after.is_none_or(|after| *gallery > after));
            let record = |gallery: &GalleryId| GalleryRecord {
                gallery: gallery.clone(),
                created_at: galleries[gallery],
            };
            Ok(later.take(page.limit()).map(record).collect())
        })
    }

    fn delete_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let mut state = self.state()?;
            state.app(app)?.gallery(gallery)?;
            state.app(app)?.galleries.remove(gallery);
            state.deleted(app, |record| record.gallery == *gallery)
        })
    }

    fn delete_all_galleries<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let mut state = self.state()?;
            state.app(app)?.galleries.clear();
            state.deleted(app, |_| true)
        })
    }

    fn list_subjects<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        page: Page<'a, SubjectId>,
    ) -> Pending<'a, Vec<SubjectRecord>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            held.gallery(gallery)?;
            let mut counts: BTreeMap<&SubjectId, usize> = BTreeMap::new();
            for (record, _) in held.templates.values().filter(|(record, _)| record.gallery == *gallery) {
                *counts.entry(&record.subject).or_default() += 1;
            }
            let later =
                counts.into_iter().filter(|(subject, _)| page.after.is_none_or(|after| *subject > after));
            let record = |(subject, templates): (&SubjectId, usize)| SubjectRecord {
                subject: subject.clone(),
                name: held.names.get(&(gallery.clone(), subject.clone())).cloned(),
                templates,
            };
            Ok(later.take(page.limit()).map(record).collect())
        })
    }

    fn references<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
        model: &'a ModelId,
    ) -> Pending<'a, References> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            held.gallery(gallery)?;
            let own = held.templates.values();
            let living = held.living();
            let own = own.filter(|(record, _)| record.gallery == *gallery && record.subject == *subject);
            let own = own.filter(|(record, _)| living.counts_record(record));
            let embeddings: Vec<_> = own.map(|(_, embedding)| embedding.clone()).collect();
            Ok(References {
                name: held.names.get(&(gallery.clone(), subject.clone())).cloned(),
                n_templates: embeddings.len(),
                embeddings: embeddings.into_iter().filter(|embedding| embedding.model() == model).collect(),
            })
        })
    }

    fn delete_subject<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
    ) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let mut state = self.state()?;
            state.app(app)?.gallery(gallery)?;
            state.deleted(app, |record| record.gallery == *gallery && record.subject == *subject)
        })
    }

    fn add<'a>(
        &'a self,
        app: &'a AppId,
        new: &'a NewTemplate,
        on_conflict: OnConflict,
    ) -> Pending<'a, (TemplateRecord, Deletion)> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            let NewTemplate { gallery, subject, name, template, embedding, created_at, expires_at } = new;
            held.check_length(embedding)?;
            if gallery.as_str() != DEFAULT_GALLERY {
                held.gallery(gallery)?;
            }
            let living = held.living();
            let counts = |(there, _): &(TemplateRecord, Embedding)| living.counts_record(there);
            if on_conflict == OnConflict::Refuse && held.templates.get(template).is_some_and(counts) {
                return Err(StoreError::TemplateExists(template.clone()));
            }
            let created_at = created_at.unwrap_or_else(Timestamp::now);
            held.galleries.entry(gallery.clone()).or_insert(created_at);
            let record = TemplateRecord {
                gallery: gallery.clone(),
                subject: subject.clone(),
                template: template.clone(),
                model: embedding.model().clone(),
                created_at,
                expires_at: *expires_at,
            };
            let replaced = held.templates.insert(template.clone(), (record.clone(), embedding.clone()));
            if let Some(name) = name {
                held.names.insert((gallery.clone(), subject.clone()), name.clone());
            }
            held.forget_names();
            state.templates = state.templates.next();
            // What replaces nothing has nothing to leave.
            let Some((old, embedding)) = replaced else { return Ok((record, Deletion::nothing())) };
            let mut rows = Rows::default();
            add_row(&mut rows, app, &old, &embedding);
            Ok((record, rows.deleted(state.traces())))
        })
    }

    fn template<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<TemplateRecord>> {
        Box::pin(async move {
            Ok(self.state()?.app(app)?.templates.get(template).map(|(record, _)| record.clone()))
        })
    }

    fn reference<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<(TemplateRecord, Embedding)>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            let living = held.living();
            let found = held.templates.get(template);
            Ok(found.filter(|(record, _)| living.counts_record(record)).cloned())
        })
    }

    fn list_templates<'a>(
        &'a self,
        app: &'a AppId,
        gallery: Option<&'a GalleryId>,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<TemplateRecord>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let records = state.app(app)?.templates.values().map(|(record, _)| record);
            let wanted = records
                .filter(|record| gallery.is_none_or(|gallery| record.gallery == *gallery))
                .filter(|record| page.after.is_none_or(|after| record.template > *after));
            Ok(wanted.take(page.limit()).cloned().collect())
        })
    }

    fn count_templates<'a>(&'a self, app: &'a AppId) -> Pending<'a, usize> {
        Box::pin(async move { Ok(self.state()?.app(app)?.templates.len()) })
    }

    fn delete_template<'a>(&'a self, app: &'a AppId, template: &'a TemplateId) -> Pending<'a, Deletion> {
        Box::pin(async move { self.state()?.deleted(app, |record| record.template == *template) })
    }

    fn delete_listed<'a>(&'a self, app: &'a AppId, listed: &'a TemplateRecord) -> Pending<'a, Deletion> {
        Box::pin(async move { self.state()?.deleted(app, |record| record == listed) })
    }

    fn take_purge_turn(&self, server: Uuid, now: Timestamp, until: Timestamp) -> Pending<'_, bool> {
        Box::pin(async move { Ok(self.state()?.purge_turn.take(server, now, until)) })
    }

    fn search<'a>(
        &'a self,
        app: &'a AppId,
        galleries: Option<&'a [GalleryId]>,
        probe: &'a Embedding,
        limit: usize,
    ) -> Pending<'a, Vec<Candidate>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            held.check_length(probe)?;
            let living = held.living();
            let mut compared: Vec<(Candidate, &SubjectId)> = Vec::new();
            for (record, embedding) in held.templates.values() {
                let wanted = galleries.is_none_or(|galleries| galleries.contains(&record.gallery))
                    && living.counts_record(record);
                // Those of another model are not comparable.
                if wanted && let Ok(cosine) = probe.cosine(embedding) {
                    let TemplateRecord { gallery, subject, template, .. } = record.clone();
                    let name = held.names.get(&(gallery.clone(), subject.clone())).cloned();
                    compared.push((Candidate { template, gallery, subject, name, cosine }, &record.subject));
                }
            }
            compared.sort_by(|(a, _), (b, _)| {
                let ids = |c: &Candidate| (c.gallery.clone(), c.subject.clone(), c.template.clone());
                b.cosine.0.total_cmp(&a.cosine.0).then_with(|| ids(a).cmp(&ids(b)))
            });
            let mut found: Vec<Candidate> = Vec::new();
            for (candidate, subject) in compared {
                let known = found.iter().any(|c| c.gallery == candidate.gallery && c.subject == *subject);
                if !known && found.len() < limit {
                    found.push(candidate);
                }
            }
            Ok(found)
        })
    }

    fn whole_templates<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<StoredTemplate>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = state.app(app)?;
            let later = held
                .templates
                .range((page.after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
            let row = |(_, (record, embedding)): (&TemplateId, &(TemplateRecord, Embedding))| {
                let name = held.names.get(&(record.gallery.clone(), record.subject.clone())).cloned();
                StoredTemplate { app: *app, record: record.clone(), name, embedding: embedding.clone() }
            };
            Ok(later.take(page.limit()).map(row).collect())
        })
    }

    fn export<'a>(&'a self, page: Page<'a, TemplatePlace>) -> Pending<'a, Vec<StoredTemplate>> {
        Box::pin(async move {
            let state = self.state()?;
            let mut rows = Vec::new();
            for (app, held) in &state.apps {
                for (record, embedding) in held.templates.values() {
                    let (record, embedding) = (record.clone(), embedding.clone());
                    let name = held.names.get(&(record.gallery.clone(), record.subject.clone())).cloned();
                    rows.push(StoredTemplate { app: *app, record, name, embedding });
                }
            }
            rows.retain(|row| {
                page.after.is_none_or(|(app, template)| (&row.app, &row.record.template) > (app, template))
            });
            rows.truncate(page.limit());
            Ok(rows)
        })
    }
}

impl State {
    /// Deletes templates of an app, and gives their rows.
    pub(super) fn delete(
        &mut self,
        app: &AppId,
        which: impl Fn(&TemplateRecord) -> bool,
    ) -> Result<Rows, StoreError> {
        let held = self.app(app)?;
        let mut rows = Rows::default();
        held.templates.retain(|_, (record, embedding)| {
            let goes = which(record);
            if goes {
                add_row(&mut rows, app, record, embedding);
            }
            !goes
        });
        held.forget_names();
        self.templates = self.templates.next();
        Ok(rows)
    }

    fn deleted(
        &mut self,
        app: &AppId,
        which: impl Fn(&TemplateRecord) -> bool,
    ) -> Result<Deletion, StoreError> {
        let rows = self.delete(app, which)?;
        Ok(rows.deleted(self.traces()))
    }
}

/// Nothing is sealed here: the vector stands for what would be.
fn add_row(rows: &mut Rows, app: &AppId, record: &TemplateRecord, embedding: &Embedding) {
    let bytes: Vec<u8> = embedding.vector().iter().flat_map(|value| value.to_le_bytes()).collect();
    rows.add(&SealedRow {
        app,
        gallery: record.gallery.as_str(),
        subject: record.subject.as_str(),
        template: record.template.as_str(),
        model: record.model.as_str(),
        created_at: record.created_at.as_microsecond(),
        expires_at: record.expires_at.map(Timestamp::as_microsecond),
        sealed_sha256: Sha256::digest(bytes).into(),
    });
}

impl App {
    fn gallery(&self, gallery: &GalleryId) -> Result<GalleryRecord, StoreError> {
        match self.galleries.get(gallery) {
            Some(created_at) => Ok(GalleryRecord { gallery: gallery.clone(), created_at: *created_at }),
            None => Err(StoreError::GalleryUnknown(gallery.clone())),
        }
    }

    fn living(&self) -> Living {
        Living::at(Timestamp::now(), &self.record.settings)
    }

    fn check_length(&self, embedding: &Embedding) -> Result<(), StoreError> {
        let mut same_model = self.templates.values().filter(|(record, _)| record.model == *embedding.model());
        let (expected, actual) = match same_model.next() {
            Some((_, known)) => (known.vector().len(), embedding.vector().len()),
            None => return Ok(()),
        };
        if expected == actual {
            return Ok(());
        }
        Err(StoreError::Length { model: embedding.model().clone(), expected, actual })
    }

    /// A subject exists as long as it has a template.
    fn forget_names(&mut self) {
        let Self { templates, names, .. } = self;
        names.retain(|(gallery, subject), _| {
            templates.values().any(|(record, _)| record.gallery == *gallery && record.subject == *subject)
        });
    }
}
