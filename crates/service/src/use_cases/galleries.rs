//! Galleries and subjects: create, list, delete.

use faceward_core::{AppId, GalleryId, SubjectName};
use faceward_gallery::{GalleryError, GalleryRecord, SubjectRecord};

use crate::error::ServiceError;
use crate::requests::SubjectRef;
use crate::service::Service;

use super::Meter;
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
        let meter = Meter::start("create_gallery");
        let (app, id) = (*app, gallery.clone());
        meter.end(self.gallery(move |gallery| gallery.create_gallery(&app, &id)).await)
    }

    /// Makes sure of the gallery of those who name none.
    ///
    /// # Errors
    /// The store fails.
    pub async fn ensure_default_gallery(&self, app: &AppId) -> Result<GalleryId, ServiceError> {
        let meter = Meter::start("ensure_default_gallery");
        let id = GalleryId::parse(DEFAULT_GALLERY)?;
        let created = self.create_gallery(app, &id).await;
        meter.end(match created {
            Ok(_) | Err(ServiceError::GalleryExists(_)) => Ok(id),
            Err(error) => Err(error),
        })
    }

    /// The galleries of `app`, in ascending order of id.
    ///
    /// # Errors
    /// The app was deleted meanwhile.
    pub async fn list_galleries(&self, app: &AppId) -> Result<Vec<GalleryRecord>, ServiceError> {
        let meter = Meter::start("list_galleries");
        let app = *app;
        meter.end(self.gallery(move |gallery| gallery.list_galleries(&app)).await)
    }

    /// Deletes a gallery of `app` with its subjects, for good when this returns.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`].
    pub async fn delete_gallery(&self, app: &AppId, gallery: &GalleryId) -> Result<(), ServiceError> {
        let meter = Meter::start("delete_gallery");
        let (app, id) = (*app, gallery.clone());
        let deleted = self.gallery(move |gallery| gallery.delete_gallery(&app, &id)).await;
        meter.end(deleted.and_then(|deleted| {
            if deleted { Ok(()) } else { Err(ServiceError::GalleryNotFound(gallery.clone())) }
        }))
    }

    /// Deletes every gallery of `app` with its subjects, for good when this returns. The app and its keys stay.
    ///
    /// # Errors
    /// The store fails.
    pub async fn delete_all_galleries(&self, app: &AppId) -> Result<(), ServiceError> {
        let meter = Meter::start("delete_all_galleries");
        let app = *app;
        let deleted = self.gallery(move |gallery| {
            for record in gallery.list_galleries(&app)? {
                gallery.delete_gallery(&app, &record.gallery)?;
            }
            Ok(())
        });
        meter.end(deleted.await)
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
        let meter = Meter::start("list_subjects");
        let (app, id) = (*app, gallery.clone());
        let listed = self.gallery(move |gallery| {
            known_gallery(gallery.has_gallery(&app, &id)?, &id)?;
            gallery.list_subjects(&app, &id, None, usize::MAX)
        });
        meter.end(listed.await)
    }

    /// Deletes a subject with all of its templates, for good when this returns; gives how many those were.
    ///
    /// # Errors
    /// [`ServiceError::GalleryNotFound`], [`ServiceError::SubjectNotFound`].
    pub async fn delete_subject(&self, app: &AppId, subject: &SubjectRef) -> Result<usize, ServiceError> {
        let meter = Meter::start("delete_subject");
        let (app, SubjectRef { gallery: id, subject: subject_id }) = (*app, subject.clone());
        let deleted = self.gallery(move |gallery| {
            known_gallery(gallery.has_gallery(&app, &id)?, &id)?;
            gallery.delete_subject(&app, &id, &subject_id)
        });
        meter.end(deleted.await.and_then(|n_deleted| {
            if n_deleted > 0 {
                Ok(n_deleted)
            } else {
                Err(ServiceError::SubjectNotFound(subject.subject.clone()))
            }
        }))
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
