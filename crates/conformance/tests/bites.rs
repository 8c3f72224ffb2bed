//! The suite bites: stores that are broken on purpose fall, each in the check that is about its fault.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use faceward_conformance::{Fixture, Memory, suite};
use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_store::{
    Candidate, Deletion, GalleryRecord, NewTemplate, OnConflict, Page, Pending, Reachable, References,
    StoredTemplate, Stores, SubjectRecord, TemplatePlace, TemplateRecord, TemplateStore, Version,
};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use uuid::Uuid;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// A search misses one in eight.
    SearchMisses,
    /// A cosine is off by its last bit.
    LastBit,
    /// Galleries that are named do not count.
    AllGalleries,
    /// A deletion is acknowledged and not made.
    KeepsDeleted,
    /// A replacement leaves the old one.
    KeepsReplaced,
    /// A page begins one row too late.
    PageSkips,
    /// A change does not show in the version.
    SameVersion,
}

/// The store in memory with a fault. What it forgets at a restart is up to its fixture.
struct Broken {
    memory: Memory,
    fault: Fault,
}

impl Broken {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

impl Reachable for Broken {
    fn reach(&self) -> Pending<'_, ()> {
        self.memory.reach()
    }
}

impl TemplateStore for Broken {
    fn version(&self) -> Pending<'_, Version> {
        Box::pin(async {
            let version = TemplateStore::version(&self.memory).await?;
            Ok(if self.has(Fault::SameVersion) { Version(0) } else { version })
        })
    }

    fn create_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        self.memory.create_gallery(app, gallery)
    }

    fn gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord> {
        self.memory.gallery(app, gallery)
    }

    fn list_galleries<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, GalleryId>,
    ) -> Pending<'a, Vec<GalleryRecord>> {
        self.memory.list_galleries(app, page)
    }

    fn delete_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, Deletion> {
        self.memory.delete_gallery(app, gallery)
    }

    fn delete_all_galleries<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        self.memory.delete_all_galleries(app)
    }

    fn list_subjects<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        page: Page<'a, SubjectId>,
    ) -> Pending<'a, Vec<SubjectRecord>> {
        self.memory.list_subjects(app, gallery, page)
    }

    fn references<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
        model: &'a ModelId,
    ) -> Pending<'a, References> {
        self.memory.references(app, gallery, subject, model)
    }

    fn delete_subject<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
    ) -> Pending<'a, Deletion> {
        self.memory.delete_subject(app, gallery, subject)
    }

    fn add<'a>(
        &'a self,
        app: &'a AppId,
        new: &'a NewTemplate,
        on_conflict: OnConflict,
    ) -> Pending<'a, (TemplateRecord, Deletion)> {
        Box::pin(async move {
            let old = self.memory.template(app, &new.template).await?;
            match old {
                Some(old) if on_conflict == OnConflict::Replace && self.has(Fault::KeepsReplaced) => {
                    Ok((old, Deletion::nothing()))
                }
                Some(_) | None => self.memory.add(app, new, on_conflict).await,
            }
        })
    }

    fn template<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<TemplateRecord>> {
        self.memory.template(app, template)
    }

    fn reference<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<(TemplateRecord, Embedding)>> {
        self.memory.reference(app, template)
    }

    fn list_templates<'a>(
        &'a self,
        app: &'a AppId,
        gallery: Option<&'a GalleryId>,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<TemplateRecord>> {
        Box::pin(async move {
            let mut rows = self.memory.list_templates(app, gallery, page).await?;
            if self.has(Fault::PageSkips) && page.after.is_some() && !rows.is_empty() {
                rows.remove(0);
            }
            Ok(rows)
        })
    }

    fn count_templates<'a>(&'a self, app: &'a AppId) -> Pending<'a, usize> {
        self.memory.count_templates(app)
    }

    fn delete_template<'a>(&'a self, app: &'a AppId, template: &'a TemplateId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            if self.has(Fault::KeepsDeleted) {
                return Ok(Deletion { n_templates: 1, ..Deletion::nothing() });
            }
            self.memory.delete_template(app, template).await
        })
    }

    fn delete_listed<'a>(&'a self, app: &'a AppId, listed: &'a TemplateRecord) -> Pending<'a, Deletion> {
        self.memory.delete_listed(app, listed)
    }

    fn take_purge_turn(&self, server: Uuid, now: Timestamp, until: Timestamp) -> Pending<'_, bool> {
        self.memory.take_purge_turn(server, now, until)
    }

    fn search<'a>(
        &'a self,
        app: &'a AppId,
        galleries: Option<&'a [GalleryId]>,
        probe: &'a Embedding,
        limit: usize,
    ) -> Pending<'a, Vec<Candidate>> {
        Box::pin(async move {
            let galleries = galleries.filter(|_| !self.has(Fault::AllGalleries));
            let mut found = self.memory.search(app, galleries, probe, limit).await?;
            if self.has(Fault::SearchMisses) {
                found.retain(|candidate| !candidate.template.as_str().ends_with('5'));
            }
            if self.has(Fault::LastBit) {
                for candidate in &mut found {
                    candidate.cosine.0 = candidate.cosine.0.next_down();
                }
            }
            Ok(found)
        })
    }

    fn export<'a>(&'a self, page: Page<'a, TemplatePlace>) -> Pending<'a, Vec<StoredTemplate>> {
        self.memory.export(page)
    }

    fn whole_templates<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<StoredTemplate>> {
        self.memory.whole_templates(app, page)
    }
}

struct Place(Stores);

impl Fixture for Place {
    async fn fresh() -> Self {
        Self::with(Fault::None)
    }

    fn stores(&self) -> Stores {
        self.0.clone()
    }

    async fn reopen(&mut self) {}
}

impl Place {
    fn with(fault: Fault) -> Self {
        let memory = Memory::default();
        let templates = Arc::new(Broken { memory: memory.clone(), fault });
        Self(Stores { templates, ..memory.into() })
    }
}

/// A store that begins anew at every restart.
struct Forgetful(Stores);

impl Fixture for Forgetful {
    async fn fresh() -> Self {
        Self(Memory::default().into())
    }

    fn stores(&self) -> Stores {
        self.0.clone()
    }

    async fn reopen(&mut self) {
        self.0 = Memory::default().into();
    }
}

/// Whether the check falls.
async fn falls(check: impl Future<Output = ()>) -> bool {
    AssertUnwindSafe(check).catch_unwind().await.is_err()
}

#[tokio::test]
async fn each_fault_is_found_by_the_check_that_is_about_it() {
    use suite::{apps, paging, search, templates};
    for fault in [Fault::None, Fault::SearchMisses] {
        let found = falls(search::a_search_is_what_comparing_one_by_one_gives(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
    for fault in [Fault::None, Fault::LastBit] {
        let found = falls(search::a_search_is_what_comparing_one_by_one_gives(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
    for fault in [Fault::None, Fault::AllGalleries] {
        let found = falls(search::only_named_galleries_and_one_model_are_searched(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
    for fault in [Fault::None, Fault::KeepsDeleted] {
        let found = falls(templates::a_deleted_template_is_gone(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
    for fault in [Fault::None, Fault::KeepsReplaced] {
        let found = falls(templates::a_taken_id_is_refused_or_replaced(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
    for fault in [Fault::None, Fault::PageSkips] {
        let found = falls(paging::rows_that_stay_come_once_while_others_go(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
    for fault in [Fault::None, Fault::SameVersion] {
        let found = falls(apps::versions_rise_with_every_change(&Place::with(fault))).await;
        assert_eq!(found, fault != Fault::None, "{fault:?}");
    }
}

#[test]
fn a_store_that_forgets_at_a_restart_is_no_map() {
    let falls = std::panic::catch_unwind(|| suite::model::it_behaves_like_a_map::<Forgetful>(24)).is_err();
    assert!(falls);
    suite::model::it_behaves_like_a_map::<Place>(4);
}
