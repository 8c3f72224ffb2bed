//! Galleries and subjects: create, list, delete.

use faceward_core::{AppId, GalleryId, SubjectName};
use faceward_gallery::{Gallery, GalleryError, GalleryRecord, SubjectRecord};

use crate::error::ServiceError;
use crate::service::Service;
use crate::subject::SubjectRef;

use super::enroll::DEFAULT_GALLERY;

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
        let (service, app, id) = (self.clone(), *app, gallery.clone());
        self.change(
            trail,
            async move { service.gallery(move |gallery| gallery.create_gallery(&app, &id)).await },
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

    /// The galleries of `app`, in ascending order of id.
    ///
    /// # Errors
    /// The app was deleted meanwhile.
    pub async fn list_galleries(&self, app: &AppId) -> Result<Vec<GalleryRecord>, ServiceError> {
        let trail = self.trail("list_galleries", Some(app));
        let app = *app;
        trail.end(self.gallery(move |gallery| gallery.list_galleries(&app)).await).await
    }

    /// Deletes a gallery of `app` with its subjects, for good when this returns.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`].
    pub async fn delete_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<(), ServiceError> {
        let mut trail = self.trail("delete_gallery", Some(app));
        trail.about(Some(gallery), None, None);
        let (service, app, gallery) = (self.clone(), *app, gallery.clone());
        self.change(trail, async move {
            let id = gallery.clone();
            let deleted = service.gallery(move |gallery| gallery.delete_gallery(&app, &id)).await?;
            if deleted { Ok(()) } else { Err(ServiceError::GalleryNotFound(gallery)) }
        })
        .await
    }

    /// Deletes every gallery of `app` with its subjects, for good when this returns. The app and its keys stay.
    ///
    /// # Errors
    /// The store fails.
    pub async fn delete_all_galleries(&self, app: &AppId) -> Result<(), ServiceError> {
        let trail = self.trail("delete_all_galleries", Some(app));
        let (service, app) = (self.clone(), *app);
        let delete = move |gallery: &Gallery| {
            for record in gallery.list_galleries(&app)? {
                gallery.delete_gallery(&app, &record.gallery)?;
            }
            Ok(())
        };
        self.change(trail, async move { service.gallery(delete).await }).await
    }

    /// Makes sure that `app` has a gallery of this id.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`].
    pub async fn require_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<(), ServiceError> {
        let (app, id) = (*app, gallery.clone());
        self.gallery(move |gallery| known_gallery(gallery.has_gallery(&app, &id)?, &id)).await
    }

    /// The subjects of a gallery, in ascending order of id.
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
        let (app, id) = (*app, gallery.clone());
        let listed = self.gallery(move |gallery| {
            known_gallery(gallery.has_gallery(&app, &id)?, &id)?;
            gallery.list_subjects(&app, &id, None, usize::MAX)
        });
        trail.end(listed.await).await
    }

    /// Deletes a subject with all of its templates, for good when this returns; gives how many those were.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`], [`ServiceError::SubjectNotFound`].
    pub async fn delete_subject(&self, app: &AppId, subject: &SubjectRef) -> Result<usize, ServiceError> {
        let mut trail = self.trail("delete_subject", Some(app));
        trail.about(Some(&subject.gallery), Some(&subject.subject), None);
        let (service, app, SubjectRef { gallery: id, subject }) = (self.clone(), *app, subject.clone());
        self.change(trail, async move {
            let wanted = subject.clone();
            let delete = move |gallery: &Gallery| {
                known_gallery(gallery.has_gallery(&app, &id)?, &id)?;
                gallery.delete_subject(&app, &id, &wanted)
            };
            match service.gallery(delete).await? {
                0 => Err(ServiceError::SubjectNotFound(subject)),
                n_deleted => Ok(n_deleted),
            }
        })
        .await
    }

    /// What people call a subject, if anybody said.
    ///
    /// # Errors
    /// The app was deleted meanwhile.
    pub async fn subject_name(
        &self,
        app: &AppId,
        subject: &SubjectRef,
    ) -> Result<Option<SubjectName>, ServiceError> {
        let (app, SubjectRef { gallery: id, subject }) = (*app, subject.clone());
        self.gallery(move |gallery| gallery.subject_name(&app, &id, &subject)).await
    }
}

fn known_gallery(known: bool, gallery: &GalleryId) -> Result<(), GalleryError> {
    if known { Ok(()) } else { Err(GalleryError::GalleryUnknown(gallery.clone())) }
}
