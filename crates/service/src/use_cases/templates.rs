//! Templates: list, show, delete. Their vectors never leave the store.

use faceward_core::{AppId, GalleryId, TemplateId};
use faceward_store::{AppSettings, DeletionRecord, Extent, LARGEST_PAGE, Living, Page, TemplateRecord};
use jiff::Timestamp;

use crate::audit::Trail;
use crate::erased::erased;
use crate::error::ServiceError;
use crate::requests::ListTemplatesRequest;
use crate::service::Service;

const DEFAULT_PAGE: usize = 100;

impl Service {
    /// A page of the templates of `app` whose time is not over, ordered by id, each with the end that counts: its own or that of the app.
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
        let listed = self.living_templates(app, of.as_ref(), after, limit).await;
        trail.end(listed).await
    }

    async fn living_templates(
        &self,
        app: &AppId,
        gallery: Option<&GalleryId>,
        mut after: Option<TemplateId>,
        limit: usize,
    ) -> Result<Vec<TemplateRecord>, ServiceError> {
        let clock = Clock::of(self.stores().directory.app(app).await?.settings);
        let mut listed = Vec::new();
        // Those whose time is over leave room on their page until the purge has deleted them.
        loop {
            let page = Page::new(after.as_ref(), limit);
            let records = self.stores().templates.list_templates(app, gallery, page).await?;
            let is_last = records.len() < limit;
            after = records.last().map(|record| record.template.clone());
            listed.extend(records.into_iter().filter_map(|record| clock.told(record)));
            if is_last || listed.len() >= limit {
                break;
            }
        }
        listed.truncate(limit);
        Ok(listed)
    }

    /// The template `template` of `app`, with the end that counts. One whose time is over is not there.
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
        let found = async {
            let clock = Clock::of(self.stores().directory.app(app).await?.settings);
            clock.told(self.known_template(app, template).await?).ok_or(ServiceError::TemplateNotFound)
        };
        let found = found.await;
        if let Ok(record) = &found {
            trail.about_template(record);
        }
        trail.end(found).await
    }

    /// Deletes the template `template` of `app`, for good when this returns, whether its time is over or not.
    ///
    /// # Errors
    /// [`ServiceError::TemplateNotFound`].
    pub async fn delete_template(
        &self,
        app: &AppId,
        template: &TemplateId,
    ) -> Result<DeletionRecord, ServiceError> {
        let mut trail = self.trail("delete_template", Some(app));
        trail.about(None, None, Some(template));
        match self.known_template(app, template).await {
            Ok(record) => trail.about_template(&record),
            Err(error) => return trail.end(Err(error)).await,
        }
        let (service, app, template) = (self.clone(), *app, template.clone());
        let delete = async move {
            let deletion = service.stores().templates.delete_template(&app, &template).await?;
            // It may have been deleted by another request in the meantime.
            if deletion.n_templates == 0 {
                return Err(ServiceError::TemplateNotFound);
            }
            erased(app, Extent::Template(template), deletion)
        };
        self.change_and_note(trail, delete, Trail::deleted).await
    }

    /// What the store holds: also what is over and not yet purged.
    async fn known_template(
        &self,
        app: &AppId,
        template: &TemplateId,
    ) -> Result<TemplateRecord, ServiceError> {
        let found = self.stores().templates.template(app, template).await?;
        found.ok_or(ServiceError::TemplateNotFound)
    }
}

/// What an app says about the ends of its templates, and the time that it is.
struct Clock {
    settings: AppSettings,
    living: Living,
}

impl Clock {
    fn of(settings: AppSettings) -> Self {
        Self { living: Living::at(Timestamp::now(), &settings), settings }
    }

    /// `record` with the end that counts; `None`: its time is over.
    fn told(&self, record: TemplateRecord) -> Option<TemplateRecord> {
        let expires_at = self.settings.end_of(&record);
        self.living.counts_record(&record).then_some(TemplateRecord { expires_at, ..record })
    }
}
