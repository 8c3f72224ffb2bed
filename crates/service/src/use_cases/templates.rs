//! Templates: list, show, delete. Their vectors never leave the store.

use faceward_core::{AppId, TemplateId};
use faceward_store::{LARGEST_PAGE, Page, TemplateRecord};

use crate::error::ServiceError;
use crate::requests::ListTemplatesRequest;
use crate::service::Service;

use super::galleries::erased;

const DEFAULT_PAGE: usize = 100;

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
        let mut trail = self.trail("list_templates", Some(app));
        trail.about(request.gallery.as_ref(), None, None);
        let ListTemplatesRequest { gallery: of, after, limit } = request;
        let limit = limit.unwrap_or(DEFAULT_PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            let expected = "a whole number from 1 to 1000";
            return trail.end(Err(ServiceError::InvalidParameter { name: "limit", expected })).await;
        }
        let page = Page::new(after.as_ref(), limit);
        let listed = self.stores().templates.list_templates(app, of.as_ref(), page).await;
        trail.end(listed.map_err(ServiceError::from)).await
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
        let mut trail = self.trail("get_template", Some(app));
        trail.about(None, None, Some(template));
        let found = self.known_template(app, template).await;
        if let Ok(record) = &found {
            trail.about_template(record);
        }
        trail.end(found).await
    }

    /// Deletes the template `template` of `app`, for good when this returns.
    ///
    /// # Errors
    /// [`ServiceError::TemplateNotFound`].
    pub async fn delete_template(&self, app: &AppId, template: &TemplateId) -> Result<(), ServiceError> {
        let mut trail = self.trail("delete_template", Some(app));
        trail.about(None, None, Some(template));
        match self.known_template(app, template).await {
            Ok(record) => trail.about_template(&record),
            Err(error) => return trail.end(Err(error)).await,
        }
        let (service, app, template) = (self.clone(), *app, template.clone());
        self.change(trail, async move {
            let deleted = service.stores().templates.delete_template(&app, &template).await?;
            // It may have been deleted by another request in the meantime.
            if erased(deleted)? > 0 { Ok(()) } else { Err(ServiceError::TemplateNotFound) }
        })
        .await
    }

    async fn known_template(
        &self,
        app: &AppId,
        template: &TemplateId,
    ) -> Result<TemplateRecord, ServiceError> {
        let found = self.stores().templates.template(app, template).await?;
        found.ok_or(ServiceError::TemplateNotFound)
    }
}
