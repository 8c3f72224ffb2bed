//! Templates: list, show, delete. Their vectors never leave the gallery.

use faceward_core::{AppId, TemplateId};
use faceward_gallery::TemplateRecord;

use crate::error::ServiceError;
use crate::requests::ListTemplatesRequest;
use crate::service::Service;

use super::Meter;

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;

impl Service {
    /// A page of the templates of `app`, ordered by id.
    ///
    /// # Errors
    /// The limit is out of range.
    pub async fn list_templates(
        &self,
        app: &AppId,
        request: ListTemplatesRequest,
    ) -> Result<Vec<TemplateRecord>, ServiceError> {
        let meter = Meter::start("list_templates");
        let ListTemplatesRequest { gallery: of, after, limit } = request;
        let limit = limit.unwrap_or(DEFAULT_PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            let expected = "a whole number from 1 to 1000";
            return meter.end(Err(ServiceError::InvalidParameter { name: "limit", expected }));
        }
        let app = *app;
        meter.end(self.gallery(move |gallery| gallery.list(&app, of.as_ref(), after.as_ref(), limit)).await)
    }

    /// The template `template` of `app`.
    ///
    /// # Errors
    /// [`ServiceError::TemplateNotFound`].
    pub async fn get_template(
        &self,
        app: &AppId,
        template: &TemplateId,
    ) -> Result<TemplateRecord, ServiceError> {
        let meter = Meter::start("get_template");
        let (app, template) = (*app, template.clone());
        let found = self.gallery(move |gallery| gallery.get(&app, &template)).await;
        meter.end(found.and_then(|record| record.ok_or(ServiceError::TemplateNotFound)))
    }

    /// Deletes the template `template` of `app`, for good when this returns.
    ///
    /// # Errors
    /// [`ServiceError::TemplateNotFound`].
    pub async fn delete_template(&self, app: &AppId, template: &TemplateId) -> Result<(), ServiceError> {
        let meter = Meter::start("delete_template");
        let (app, template) = (*app, template.clone());
        let deleted = self.gallery(move |gallery| gallery.delete(&app, &template)).await;
        meter.end(
            deleted.and_then(|deleted| if deleted { Ok(()) } else { Err(ServiceError::TemplateNotFound) }),
        )
    }
}
