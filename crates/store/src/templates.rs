//! Whose faces are known: galleries, their subjects, the subjects' templates, and the search over them.

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use futures_util::Stream;
use futures_util::stream::{iter, try_unfold};
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Candidate, Deletion, GalleryRecord, NewTemplate, OnConflict, Page, Pending, Reachable, StoreError,
    StoredTemplate, SubjectRecord, TemplateRecord, Version,
};

/// Galleries, subjects and templates. Every method about an app that does not exist fails with
/// [`StoreError::AppUnknown`].
pub trait TemplateStore: Reachable {
    /// Rises with every change of what this trait holds, as far as this process knows.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn version(&self) -> Pending<'_, Version>;

    /// Creates an empty gallery.
    ///
    /// # Errors
    /// [`StoreError::GalleryExists`].
    fn create_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord>;

    /// The record of a gallery.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    fn gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, GalleryRecord>;

    /// A page of the galleries of an app.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_galleries<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, GalleryId>,
    ) -> Pending<'a, Vec<GalleryRecord>>;

    /// Deletes a gallery with its subjects.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    fn delete_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, Deletion>;

    /// Deletes every gallery of an app with its subjects, in one step.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn delete_all_galleries<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion>;

    /// A page of the subjects of a gallery.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    fn list_subjects<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        page: Page<'a, SubjectId>,
    ) -> Pending<'a, Vec<SubjectRecord>>;

    /// What a subject is compared by: its embeddings of `model`. A subject that does not exist has no templates at all. One whose time
    /// is over ([`crate::Living`], by the store's clock) is as good as deleted.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    fn references<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
        model: &'a ModelId,
    ) -> Pending<'a, References>;

    /// Deletes every template of a subject; none is no error.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    fn delete_subject<'a>(
        &'a self,
        app: &'a AppId,
        gallery: &'a GalleryId,
        subject: &'a SubjectId,
    ) -> Pending<'a, Deletion>;

    /// Enrols a template, and tells of the deletion of the one that it replaces, if it replaces one. The gallery
    /// [`crate::DEFAULT_GALLERY`] is created on first use, any other must exist. The template is in whatever is left of the other. One whose
    /// time is over ([`crate::Living`], by the store's clock) is no conflict: it is replaced.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`], [`StoreError::Length`]; with [`OnConflict::Refuse`],
    /// [`StoreError::TemplateExists`].
    fn add<'a>(
        &'a self,
        app: &'a AppId,
        new: &'a NewTemplate,
        on_conflict: OnConflict,
    ) -> Pending<'a, (TemplateRecord, Deletion)>;

    /// The record of a template, which is there until it is deleted, whether its time is over or not.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn template<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<TemplateRecord>>;

    /// The record of a template with its vector as it is compared: as it was enrolled, or what the store's projection makes of
    /// it, bit for bit. One whose time is over is not there.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn reference<'a>(
        &'a self,
        app: &'a AppId,
        template: &'a TemplateId,
    ) -> Pending<'a, Option<(TemplateRecord, Embedding)>>;

    /// A page of the templates of one gallery, or of the whole app. An unknown gallery has none.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_templates<'a>(
        &'a self,
        app: &'a AppId,
        gallery: Option<&'a GalleryId>,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<TemplateRecord>>;

    /// How many templates the app has.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn count_templates<'a>(&'a self, app: &'a AppId) -> Pending<'a, usize>;

    /// Deletes a template; none is no error.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn delete_template<'a>(&'a self, app: &'a AppId, template: &'a TemplateId) -> Pending<'a, Deletion>;

    /// Deletes the template of this record, unless it has gone or another took its place, which is no error: the record of a list may be
    /// old.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn delete_listed<'a>(&'a self, app: &'a AppId, listed: &'a TemplateRecord) -> Pending<'a, Deletion>;

    /// Whether the process `server` is the one that deletes what has expired, until `until`: no other is told so before. It
    /// stays the one if it asks again in time.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn take_purge_turn(&self, server: Uuid, now: Timestamp, until: Timestamp) -> Pending<'_, bool>;

    /// The `limit` subjects most like `probe`, each by its best template, best first; equals in ascending order of
    /// gallery, subject and template id. Looks into the galleries named (unknown ones are empty) or into all, and compares
    /// with every template of the probe's model there, or of the one that the probe is projected to, whose time is not over:
    /// nobody is missed. A cosine has the bits that [`Embedding::cosine`] gives.
    ///
    /// # Errors
    /// [`StoreError::Length`].
    fn search<'a>(
        &'a self,
        app: &'a AppId,
        galleries: Option<&'a [GalleryId]>,
        probe: &'a Embedding,
        limit: usize,
    ) -> Pending<'a, Vec<Candidate>>;

    /// A page of the templates of an app with their vectors as they were enrolled, and their models then, whatever is compared. Reads
    /// what is durable, and opens it: for moving templates, not for requests.
    ///
    /// # Errors
    /// A template was altered.
    fn whole_templates<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<StoredTemplate>>;

    /// A page of everything: templates of all apps with their vectors, in ascending order of app and template.
    /// [`every_template`] makes a stream of the pages.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn export<'a>(&'a self, page: Page<'a, TemplatePlace>) -> Pending<'a, Vec<StoredTemplate>>;
}

/// Where a template stands among those of all apps.
pub type TemplatePlace = (AppId, TemplateId);

/// What a subject is compared by.
#[derive(Clone, Debug, PartialEq)]
pub struct References {
    /// What people call the subject, if anybody said.
    pub name: Option<SubjectName>,
    /// How many templates it has whose time is not over, of whatever model.
    pub n_templates: usize,
    /// Its embeddings of the model that was asked for, in ascending order of template id.
    pub embeddings: Vec<Embedding>,
}

/// Every template of every app with its vector, a page at a time. One that is there from the beginning to the end comes
/// exactly once; one that comes or goes meanwhile may be in it or not.
pub fn every_template(
    store: &dyn TemplateStore,
) -> impl Stream<Item = Result<StoredTemplate, StoreError>> + '_ {
    let pages = try_unfold(Some(None), async move |place: Option<Option<TemplatePlace>>| {
        let Some(after) = place else { return Ok(None) };
        let rows = store.export(Page::largest(after.as_ref())).await?;
        let next = rows.last().map(|row| Some((row.app, row.record.template.clone())));
        Ok::<_, StoreError>(next.map(|next| (rows, Some(next))))
    });
    pages.map_ok(|rows| iter(rows).map(Ok)).try_flatten()
}
