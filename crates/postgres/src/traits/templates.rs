//! Galleries, subjects and templates: changed in the database, answered from memory, or from the database where that searches.

use std::slice::from_ref;

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_index::{Search, Waiter};
use faceward_store::{
    Candidate, Deletion, GalleryRecord, NewTemplate, OnConflict, Page, Pending, References, StoredTemplate,
    SubjectRecord, TemplatePlace, TemplateRecord, TemplateStore, Version,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::sql::inside::Sought;
use crate::sql::{galleries, templates};

impl TemplateStore for Postgres {
    fn version(&self) -> Pending<'_, Version> {
        Box::pin(async move { Ok(self.fresh().await?.templates_version()) })
    }

    fn create_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        let (app, gallery) = (*app, gallery.clone());
        self.ask(move |asked| async move {
            let (record, sequence) = galleries::create(&mut asked.client().await?, &app, &gallery).await?;
            asked.seen(sequence).await;
            Ok(record)
        })
    }

    fn gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        let (app, gallery) = (*app, gallery.clone());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move { reader.gallery(&app, &gallery).await });
        }
        self.ask_memory(move |index| index.tenant(&app)?.read().gallery(&gallery))
    }

    fn list_galleries<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, GalleryId>,
    ) -> Pending<'a, Vec<GalleryRecord>> {
        let (app, after, limit) = (*app, page.after.cloned(), page.limit());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move {
                reader.list_galleries(&app, after.as_ref(), limit).await
            });
        }
        self.ask_memory(move |index| Ok(index.tenant(&app)?.read().list_galleries(after.as_ref(), limit)))
    }

    fn delete_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, Deletion> {
        let (app, gallery) = (*app, gallery.clone());
        self.ask(move |asked| async move {
            asked.may_delete()?;
            let (rows, sequence) = galleries::delete(&mut asked.client().await?, &app, &gallery).await?;
            asked.seen(sequence).await;
            Ok(asked.deletion(rows).await)
        })
    }

    fn delete_all_galleries<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        let app = *app;
        self.ask(move |asked| async move {
            asked.may_delete()?;
            let (rows, sequence) = galleries::delete_all(&mut asked.client().await?, &app).await?;
            asked.seen(sequence).await;
            Ok(asked.deletion(rows).await)
        })
    }

    fn list_subjects<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        page: Page<'a, SubjectId>,
    ) -> Pending<'a, Vec<SubjectRecord>> {
        let (app, gallery, after, limit) = (*app, gallery.clone(), page.after.cloned(), page.limit());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move {
                reader.list_subjects(&app, &gallery, after.as_ref(), limit).await
            });
        }
        self.ask_memory(move |index| {
            index.tenant(&app)?.read().list_subjects(&gallery, after.as_ref(), limit)
        })
    }

    fn references<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
        model: &'a ModelId,
    ) -> Pending<'a, References> {
        let (app, gallery, subject, model) = (*app, gallery.clone(), subject.clone(), model.clone());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move {
                reader.references(&app, (&gallery, &subject), &model).await
            });
        }
        self.ask_living(app, move |index, living| {
            index.tenant(&app)?.read().references(&gallery, &subject, &model, &living)
        })
    }

    fn delete_subject<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
    ) -> Pending<'a, Deletion> {
        let (app, gallery, subject) = (*app, gallery.clone(), subject.clone());
        self.ask(move |asked| async move {
            asked.may_delete()?;
            let deleted =
                templates::delete_subject(&mut asked.client().await?, &app, &gallery, &subject).await?;
            let Some((rows, sequence)) = deleted else { return Ok(Deletion::nothing()) };
            asked.seen(sequence).await;
            Ok(asked.deletion(rows).await)
        })
    }

    fn add<'a>(
        &'a self,
        app: &'a AppId,
        new: &'a NewTemplate,
        on_conflict: OnConflict,
    ) -> Pending<'a, (TemplateRecord, Deletion)> {
        let (app, new) = (*app, new.clone());
        self.ask(move |asked| async move {
            asked.may_add(&app).await?;
            let writer = asked.writer();
            let terms = (on_conflict, asked.living(&app)?);
            let added = templates::add(&mut asked.client().await?, writer, &app, &new, terms).await?;
            asked.seen(added.last).await;
            let record = asked.memory.compared(added.record, new.embedding.vector().len());
            Ok((record, asked.added(added.replaced).await))
        })
    }

    fn template<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<TemplateRecord>> {
        let (app, template) = (*app, template.clone());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move { reader.template(&app, &template).await });
        }
        self.ask_memory(move |index| Ok(index.tenant(&app)?.read().template(&template)))
    }

    fn reference<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<(TemplateRecord, Embedding)>> {
        let (app, template) = (*app, template.clone());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move { reader.reference(&app, &template).await });
        }
        self.ask_living(app, move |index, living| {
            Ok(index.tenant(&app)?.read().reference(&template, &living))
        })
    }

    fn list_templates<'a>(
        &'a self,
        app: &'a AppId,
        gallery: Option<&'a GalleryId>,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<TemplateRecord>> {
        let (app, gallery, after, limit) = (*app, gallery.cloned(), page.after.cloned(), page.limit());
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move {
                reader.list_templates(&app, gallery.as_ref(), after.as_ref(), limit).await
            });
        }
        self.ask_memory(move |index| {
            Ok(index.tenant(&app)?.read().list(gallery.as_ref(), after.as_ref(), limit))
        })
    }

    fn count_templates<'a>(&'a self, app: &'a AppId) -> Pending<'a, usize> {
        let app = *app;
        if self.keeps_no_faces() {
            return self.ask_database(move |reader| async move { reader.count_templates(&app).await });
        }
        self.ask_memory(move |index| Ok(index.tenant(&app)?.read().n_templates()))
    }

    fn delete_template<'a>(&'a self, app: &'a AppId, template: &'a TemplateId) -> Pending<'a, Deletion> {
        let (app, template) = (*app, template.clone());
        self.ask(move |asked| async move { asked.delete_template(&app, &template, None).await })
    }

    fn delete_listed<'a>(&'a self, app: &'a AppId, listed: &'a TemplateRecord) -> Pending<'a, Deletion> {
        let (app, template, enrolled_at) = (*app, listed.template.clone(), Some(listed.created_at));
        self.ask(move |asked| async move { asked.delete_template(&app, &template, enrolled_at).await })
    }

    fn take_purge_turn(&self, server: Uuid, now: Timestamp, until: Timestamp) -> Pending<'_, bool> {
        self.ask(move |asked| async move {
            Ok(templates::take_purge_turn(&mut asked.client().await?, server, now, until).await?)
        })
    }

    fn search<'a>(
        &'a self,
        app: &'a AppId,
        galleries: Option<&'a [GalleryId]>,
        probe: &'a Embedding,
        limit: usize,
    ) -> Pending<'a, Vec<Candidate>> {
        let (app, galleries, probe) = (*app, galleries.map(<[GalleryId]>::to_vec), probe.clone());
        // Dropped with the future: the search ends when the caller leaves.
        let waiter = Waiter::default();
        let asked = waiter.asked();
        let search = if self.keeps_no_faces() {
            self.ask(move |in_there| async move {
                let living = in_there.living(&app)?;
                let sought = Sought { app, galleries, probe, limit, living, asked };
                in_there.search_inside(&sought).await
            })
        } else {
            self.ask_living(app, move |index, living| {
                let (galleries, probes) = (galleries.as_deref(), from_ref(&probe));
                let search = Search { galleries, probes, limit, living, asked: &asked };
                Ok(index.search(&app, search)?.pop().unwrap_or_default())
            })
        };
        Box::pin(async move {
            let found = search.await;
            drop(waiter);
            found
        })
    }

    fn whole_templates<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<StoredTemplate>> {
        let (app, after, limit) = (*app, page.after.cloned(), page.limit());
        self.ask_database(
            move |reader| async move { reader.whole_templates(&app, after.as_ref(), limit).await },
        )
    }

    fn export<'a>(&'a self, page: Page<'a, TemplatePlace>) -> Pending<'a, Vec<StoredTemplate>> {
        let (after, limit) = (page.after.cloned(), page.limit());
        if self.keeps_no_faces() {
            return self
                .ask_database(move |reader| async move { reader.export(after.as_ref(), limit).await });
        }
        self.ask_memory(move |index| Ok(index.export(after.as_ref(), limit)))
    }
}
