//! Galleries, subjects and templates of the data folder.

use std::slice::from_ref;

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_index::{Search, Waiter};
use faceward_store::{
    Candidate, Deletion, Extent, GalleryRecord, NewTemplate, OnConflict, Page, Pending, References,
    StoreError, StoredTemplate, SubjectRecord, TemplatePlace, TemplateRecord, TemplateStore, Version,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::database::{TemplateRow, as_stored};
use crate::embedded::Embedded;
use crate::folder::Folder;

impl TemplateStore for Embedded {
    fn version(&self) -> Pending<'_, Version> {
        Box::pin(async move { self.now(|folder| Ok(folder.templates_version())) })
    }

    fn create_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        Box::pin(async move {
            let (app, gallery) = (*app, gallery.clone());
            self.off_thread(move |folder| folder.create_gallery(&app, gallery)).await
        })
    }

    fn gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        Box::pin(async move {
            let (app, gallery) = (*app, gallery.clone());
            self.off_thread(move |folder| folder.index.tenant(&app)?.read().gallery(&gallery)).await
        })
    }

    fn list_galleries<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, GalleryId>,
    ) -> Pending<'a, Vec<GalleryRecord>> {
        Box::pin(async move {
            let (app, after, limit) = (*app, page.after.cloned(), page.limit());
            self.off_thread(move |folder| {
                Ok(folder.index.tenant(&app)?.read().list_galleries(after.as_ref(), limit))
            })
            .await
        })
    }

    fn delete_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let (app, gallery) = (*app, gallery.clone());
            self.off_thread(move |folder| folder.delete_gallery(&app, &gallery)).await
        })
    }

    fn delete_all_galleries<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let app = *app;
            self.off_thread(move |folder| folder.delete_all_galleries(&app)).await
        })
    }

    fn list_subjects<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        page: Page<'a, SubjectId>,
    ) -> Pending<'a, Vec<SubjectRecord>> {
        Box::pin(async move {
            let (app, gallery, after, limit) = (*app, gallery.clone(), page.after.cloned(), page.limit());
            self.off_thread(move |folder| {
                folder.index.tenant(&app)?.read().list_subjects(&gallery, after.as_ref(), limit)
            })
            .await
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
            let (app, gallery, subject, model) = (*app, gallery.clone(), subject.clone(), model.clone());
            self.off_thread(move |folder| {
                let living = folder.members.read().living(&app)?;
                folder.index.tenant(&app)?.read().references(&gallery, &subject, &model, &living)
            })
            .await
        })
    }

    fn delete_subject<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
    ) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let (app, gallery, subject) = (*app, gallery.clone(), subject.clone());
            self.off_thread(move |folder| folder.delete_subject(&app, &gallery, &subject)).await
        })
    }

    fn add<'a>(
        &'a self,
        app: &'a AppId,
        new: &'a NewTemplate,
        on_conflict: OnConflict,
    ) -> Pending<'a, (TemplateRecord, Deletion)> {
        Box::pin(async move {
            let (app, new) = (*app, new.clone());
            self.off_thread(move |folder| folder.add(&app, &new, on_conflict)).await
        })
    }

    fn template<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<TemplateRecord>> {
        Box::pin(async move {
            let (app, template) = (*app, template.clone());
            self.off_thread(move |folder| Ok(folder.index.tenant(&app)?.read().template(&template))).await
        })
    }

    fn reference<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<(TemplateRecord, Embedding)>> {
        Box::pin(async move {
            let (app, template) = (*app, template.clone());
            self.off_thread(move |folder| {
                let living = folder.members.read().living(&app)?;
                Ok(folder.index.tenant(&app)?.read().reference(&template, &living))
            })
            .await
        })
    }

    fn list_templates<'a>(
        &'a self,
        app: &'a AppId,
        gallery: Option<&'a GalleryId>,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<TemplateRecord>> {
        Box::pin(async move {
            let (app, gallery, after, limit) = (*app, gallery.cloned(), page.after.cloned(), page.limit());
            self.off_thread(move |folder| {
                Ok(folder.index.tenant(&app)?.read().list(gallery.as_ref(), after.as_ref(), limit))
            })
            .await
        })
    }

    fn count_templates<'a>(&'a self, app: &'a AppId) -> Pending<'a, usize> {
        Box::pin(async move {
            let app = *app;
            self.off_thread(move |folder| Ok(folder.index.tenant(&app)?.read().n_templates())).await
        })
    }

    fn delete_template<'a>(&'a self, app: &'a AppId, template: &'a TemplateId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let (app, template) = (*app, template.clone());
            self.off_thread(move |folder| folder.delete_template(&app, &template, |_| true)).await
        })
    }

    fn delete_listed<'a>(&'a self, app: &'a AppId, listed: &'a TemplateRecord) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let (app, listed) = (*app, listed.clone());
            let delete = move |folder: &Folder| {
                folder.delete_template(&app, &listed.template, |there| *there == listed)
            };
            self.off_thread(delete).await
        })
    }

    fn take_purge_turn(&self, server: Uuid, now: Timestamp, until: Timestamp) -> Pending<'_, bool> {
        Box::pin(async move { self.now(|folder| Ok(folder.purge_turn.lock().take(server, now, until))) })
    }

    fn search<'a>(
        &'a self,
        app: &'a AppId,
        galleries: Option<&'a [GalleryId]>,
        probe: &'a Embedding,
        limit: usize,
    ) -> Pending<'a, Vec<Candidate>> {
        Box::pin(async move {
            let (app, galleries, probe) = (*app, galleries.map(<[GalleryId]>::to_vec), probe.clone());
            // Dropped with the future: the search ends when the caller leaves.
            let waiter = Waiter::default();
            let asked = waiter.asked();
            self.off_thread(move |folder| {
                let (galleries, probes) = (galleries.as_deref(), from_ref(&probe));
                let living = folder.members.read().living(&app)?;
                let search = Search { galleries, probes, limit, living, asked: &asked };
                let found = folder.index.search(&app, search)?;
                Ok(found.into_iter().next().unwrap_or_default())
            })
            .await
        })
    }

    fn whole_templates<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<StoredTemplate>> {
        Box::pin(async move {
            let (app, after, limit) = (*app, page.after.cloned(), page.limit());
            self.off_thread(move |folder| {
                folder.members.read().app(&app)?;
                Ok(folder.database.lock().whole_templates(&app, after.as_ref(), limit)?)
            })
            .await
        })
    }

    fn export<'a>(&'a self, page: Page<'a, TemplatePlace>) -> Pending<'a, Vec<StoredTemplate>> {
        Box::pin(async move {
            let (after, limit) = (page.after.cloned(), page.limit());
            self.off_thread(move |folder| Ok(folder.index.export(after.as_ref(), limit))).await
        })
    }
}

/// The changes: on disk first, in memory after, and what was deleted out of the database's log.
impl Folder {
    fn create_gallery(&self, app: &AppId, gallery: GalleryId) -> Result<GalleryRecord, StoreError> {
        let database = self.database.lock();
        let tenant = self.index.tenant(app)?;
        if tenant.read().gallery(&gallery).is_ok() {
            return Err(StoreError::GalleryExists(gallery));
        }
        let created_at = as_stored(Timestamp::now())?;
        database.create_gallery(app, &gallery, created_at)?;
        tenant.write().create_gallery(gallery.clone(), created_at);
        self.templates_changed();
        database.wipe_left();
        Ok(GalleryRecord { gallery, created_at })
    }

    fn delete_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<Deletion, StoreError> {
        let database = self.database.lock();
        let tenant = self.index.tenant(app)?;
        tenant.read().gallery(gallery)?;
        let rows = database.delete(app, &Extent::Gallery(gallery.clone()))?;
        tenant.write().remove_gallery(gallery);
        self.templates_changed();
        Ok(rows.deleted(database.wipe()))
    }

    fn delete_all_galleries(&self, app: &AppId) -> Result<Deletion, StoreError> {
        let database = self.database.lock();
        let tenant = self.index.tenant(app)?;
        let rows = database.delete(app, &Extent::Galleries)?;
        tenant.write().remove_all_galleries();
        self.templates_changed();
        Ok(rows.deleted(database.wipe()))
    }

    fn delete_subject(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        subject: &SubjectId,
    ) -> Result<Deletion, StoreError> {
        let database = self.database.lock();
        let tenant = self.index.tenant(app)?;
        let templates = tenant.read().templates_of(gallery, subject)?;
        if templates.is_empty() {
            return Ok(Deletion::nothing());
        }
        let rows = database.delete(app, &Extent::Subject(gallery.clone(), subject.clone()))?;
        let mut writer = tenant.write();
        for template in &templates {
            writer.remove(template);
        }
        drop(writer);
        self.templates_changed();
        Ok(rows.deleted(database.wipe()))
    }

    fn add(
        &self,
        app: &AppId,
        new: &NewTemplate,
        on_conflict: OnConflict,
    ) -> Result<(TemplateRecord, Deletion), StoreError> {
        let database = self.database.lock();
        let tenant = self.index.tenant(app)?;
        let NewTemplate { gallery, subject, name, template, embedding, created_at, expires_at } = new;
        let living = self.members.read().living(app)?;
        let (there, new_gallery, name) = {
            let tenant = tenant.read();
            tenant.check_length(embedding.model(), embedding.vector().len())?;
            let name = name.as_ref().or_else(|| tenant.name(gallery, subject)).cloned();
            (tenant.template(template), !tenant.has_gallery(gallery)?, name)
        };
        let exists = there.is_some();
        if on_conflict == OnConflict::Refuse && there.is_some_and(|there| living.counts_record(&there)) {
            return Err(StoreError::TemplateExists(template.clone()));
        }
        let record = TemplateRecord {
            gallery: gallery.clone(),
            subject: subject.clone(),
            template: template.clone(),
            model: embedding.model().clone(),
            created_at: as_stored(created_at.unwrap_or_else(Timestamp::now))?,
            expires_at: expires_at.map(as_stored).transpose()?,
        };
        let row =
            TemplateRow { record: &record, name: name.as_ref(), vector: embedding.vector(), new_gallery };
        let replaced = database.put_template(app, row)?;
        let mut writer = tenant.write();
        writer.insert(record.clone(), embedding.vector());
        // As it is compared: what lies on disk may be longer, and of another model.
        let record = writer.template(template).unwrap_or(record);
        if let Some(name) = name {
            writer.set_name(gallery, subject, name);
        }
        drop(writer);
        self.templates_changed();
        if exists {
            return Ok((record, replaced.deleted(database.wipe())));
        }
        database.wipe_left();
        Ok((record, Deletion::nothing()))
    }

    /// Deletes the template if its record `is_meant`.
    fn delete_template(
        &self,
        app: &AppId,
        template: &TemplateId,
        is_meant: impl FnOnce(&TemplateRecord) -> bool,
    ) -> Result<Deletion, StoreError> {
        let database = self.database.lock();
        let tenant = self.index.tenant(app)?;
        if !tenant.read().template(template).is_some_and(|there| is_meant(&there)) {
            return Ok(Deletion::nothing());
        }
        let rows = database.delete(app, &Extent::Template(template.clone()))?;
        tenant.write().remove(template);
        self.templates_changed();
        Ok(rows.deleted(database.wipe()))
    }
}
