//! Galleries and subjects: create, list, delete.

use faceward_core::{AppId, GalleryId, SubjectId};
use faceward_store::{DEFAULT_GALLERY, DeletionRecord, Extent, GalleryRecord, Page, SubjectRecord};

use crate::audit::Trail;
use crate::erased::erased;
#[cfg(doc)]
use crate::error::InternalError;
use crate::error::ServiceError;
use crate::service::Service;
use crate::subject::SubjectRef;

/// Most galleries of an app, or subjects of a gallery, that one answer lists: the first ones by id.
pub const MOST_LISTED: usize = 100_000;

impl Service {
    /// Creates an empty gallery of `app`.
    ///
    /// # Errors
    /// [`ServiceError::GalleryExists`].
    pub async fn create_gallery(
        &self,
        app: &AppId,
        gallery: &GalleryId,
    ) -> Result<GalleryRecord, ServiceError> {
        let mut trail = self.trail("create_gallery", Some(app));
        trail.about(Some(gallery), None, None);
        let (service, app, gallery) = (self.clone(), *app, gallery.clone());
        self.change(
            trail,
            async move { Ok(service.stores().templates.create_gallery(&app, &gallery).await?) },
        )
        .await
    }

    /// Makes sure of the gallery of those who name none.
    ///
    /// # Errors
    /// The store fails.
    pub async fn ensure_default_gallery(&self, app: &AppId) -> Result<GalleryId, ServiceError> {
        let id = GalleryId::parse(DEFAULT_GALLERY)?;
        match self.create_gallery(app, &id).await {
            Ok(_) | Err(ServiceError::GalleryExists(_)) => Ok(id),
            Err(error) => Err(error),
        }
    }

    /// The galleries of `app`, in ascending order of id, and at most [`MOST_LISTED`] of them.
    ///
    /// # Errors
    /// The app was deleted meanwhile.
    pub async fn list_galleries(&self, app: &AppId) -> Result<Vec<GalleryRecord>, ServiceError> {
        let trail = self.trail("list_galleries", Some(app));
        trail.end(self.do_list_galleries(app).await).await
    }

    /// A page of the galleries of `app`, by id.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn page_of_galleries(
        &self,
        app: &AppId,
        page: Page<'_, GalleryId>,
    ) -> Result<Vec<GalleryRecord>, ServiceError> {
        let trail = self.trail("list_galleries", Some(app));
        let listed = self.stores().templates.list_galleries(app, page).await;
        trail.end(listed.map_err(ServiceError::from)).await
    }

    /// A page of the subjects of a gallery, by id.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`], [`ServiceError::GalleryNotFound`]; the store fails.
    pub async fn page_of_subjects(
        &self,
        app: &AppId,
        gallery: &GalleryId,
        page: Page<'_, SubjectId>,
    ) -> Result<Vec<SubjectRecord>, ServiceError> {
        let mut trail = self.trail("list_subjects", Some(app));
        trail.about(Some(gallery), None, None);
        let listed = self.stores().templates.list_subjects(app, gallery, page).await;
        trail.end(listed.map_err(ServiceError::from)).await
    }

    async fn do_list_galleries(&self, app: &AppId) -> Result<Vec<GalleryRecord>, ServiceError> {
        let mut listed: Vec<GalleryRecord> = Vec::new();
        while listed.len() < MOST_LISTED {
            let after = listed.last().map(|record| record.gallery.clone());
            let page = Page::new(after.as_ref(), MOST_LISTED - listed.len());
            let records = self.stores().templates.list_galleries(app, page).await?;
            let last = records.len() < page.limit();
            listed.extend(records);
            if last {
                break;
            }
        }
        Ok(listed)
    }

    /// Deletes a gallery of `app` with its subjects, for good when this returns.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`]; [`InternalError::TracesLeft`].
    pub async fn delete_gallery(
        &self,
        app: &AppId,
        gallery: &GalleryId,
    ) -> Result<DeletionRecord, ServiceError> {
        let mut trail = self.trail("delete_gallery", Some(app));
        trail.about(Some(gallery), None, None);
        let (service, app, gallery) = (self.clone(), *app, gallery.clone());
        let delete = async move {
            let deletion = service.stores().templates.delete_gallery(&app, &gallery).await?;
            erased(app, Extent::Gallery(gallery), deletion)
        };
        self.change_and_note(trail, delete, Trail::deleted).await
    }

    /// Deletes every gallery of `app` with its subjects, for good when this returns. The app and its keys stay.
    ///
    /// # Errors
    /// [`InternalError::TracesLeft`]: all of them are deleted all the same; the store fails.
    pub async fn delete_all_galleries(&self, app: &AppId) -> Result<DeletionRecord, ServiceError> {
        let trail = self.trail("delete_all_galleries", Some(app));
        let (service, app) = (self.clone(), *app);
        let delete = async move {
            let deletion = service.stores().templates.delete_all_galleries(&app).await?;
            erased(app, Extent::Galleries, deletion)
        };
        self.change_and_note(trail, delete, Trail::deleted).await
    }

    /// The subjects of a gallery, in ascending order of id, and at most [`MOST_LISTED`] of them.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`].
    pub async fn list_subjects(
        &self,
        app: &AppId,
        gallery: &GalleryId,
    ) -> Result<Vec<SubjectRecord>, ServiceError> {
        let mut trail = self.trail("list_subjects", Some(app));
        trail.about(Some(gallery), None, None);
        trail.end(self.do_list_subjects(app, gallery).await).await
    }

    async fn do_list_subjects(
        &self,
        app: &AppId,
        gallery: &GalleryId,
    ) -> Result<Vec<SubjectRecord>, ServiceError> {
        let mut listed: Vec<SubjectRecord> = Vec::new();
        while listed.len() < MOST_LISTED {
            let after = listed.last().map(|record| record.subject.clone());
            let page = Page::new(after.as_ref(), MOST_LISTED - listed.len());
            let records = self.stores().templates.list_subjects(app, gallery, page).await?;
            let last = records.len() < page.limit();
            listed.extend(records);
            if last {
                break;
            }
        }
        Ok(listed)
    }

    /// Deletes a subject with all of its templates, for good when this returns.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`], [`ServiceError::SubjectNotFound`]; [`InternalError::TracesLeft`].
    pub async fn delete_subject(
        &self,
        app: &AppId,
        subject: &SubjectRef,
    ) -> Result<DeletionRecord, ServiceError> {
        let SubjectRef { gallery, subject } = subject.clone();
        let mut trail = self.trail("delete_subject", Some(app));
        trail.about(Some(&gallery), Some(&subject), None);
        let (service, app) = (self.clone(), *app);
        let delete = async move {
            let deletion = service.stores().templates.delete_subject(&app, &gallery, &subject).await?;
            if deletion.n_templates == 0 {
                return Err(ServiceError::SubjectNotFound(subject));
            }
            erased(app, Extent::Subject(gallery, subject), deletion)
        };
        self.change_and_note(trail, delete, Trail::deleted).await
    }
}
