//! Templates of an app: listed, found by the beginning of their id, deleted. Never vectors.

use axum::Json;
use axum::extract::State;
use faceward_core::{AppId, GalleryId, TemplateId};
use faceward_service::{ListTemplatesRequest, ServiceError, TemplateRecord};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app_id;
use crate::admin::errors::AdminFailures;
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::extract::path::{PathPiece, PathPieces};
use crate::failure::Failure;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, delete))
}

/// The templates of an app, by id.
#[utoipa::path(
    get, path = "/apps/{app_id}/templates", tag = "admin", operation_id = "admin_list_templates",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("gallery" = Option<String>, Query, description = "Only those of this gallery"),
        ("prefix" = Option<String>, Query, description = "Only those whose id begins so, in exactly these characters"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminTemplatePage), AdminFailures),
)]
async fn list(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
) -> Result<Json<wire::AdminTemplatePage>, Failure> {
    query.refuse_unknown(&["gallery", "prefix", "after", "limit"])?;
    let (id, limit) = (app_id(&id)?, listing::limit(&query)?);
    let gallery = query.text("gallery")?.map(GalleryId::stored).transpose()?;
    let after = query.text("after")?.map(TemplateId::stored).transpose()?;
    let prefix = query.text("prefix")?.map(TemplateId::parse).transpose()?;
    let mut records = Vec::new();
    let mut request = ListTemplatesRequest { gallery, after, limit: Some(limit + 1) };
    if let Some(prefix) = &prefix {
        // In the order of ids the prefix itself comes first, then those that begin with it.
        if request.after.is_none() {
            records.extend(named(&app, &id, prefix, request.gallery.as_ref()).await?);
        }
        request.after = request.after.max(Some(prefix.clone()));
    }
    let listed = app.service.list_templates(&id, request).await?;
    let begins = |record: &TemplateRecord| {
        prefix.as_ref().is_none_or(|prefix| record.template.as_str().starts_with(prefix.as_str()))
    };
    records.extend(listed.into_iter().take_while(begins));
    let (shown, next) = listing::shown(records, limit, |record| record.template.to_string());
    let templates = shown.iter().map(wire::AdminTemplate::of).collect();
    Ok(Json(wire::AdminTemplatePage { templates, next }))
}

/// The template of exactly this id, if it is there and in that gallery.
async fn named(
    app: &AppState,
    id: &AppId,
    template: &TemplateId,
    gallery: Option<&GalleryId>,
) -> Result<Option<TemplateRecord>, Failure> {
    match app.service.get_template(id, template).await {
        Ok(record) => Ok(Some(record).filter(|record| gallery.is_none_or(|g| record.gallery == *g))),
        Err(ServiceError::TemplateNotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// One template.
#[utoipa::path(
    get, path = "/apps/{app_id}/templates/{template_id}", tag = "admin", operation_id = "admin_get_template",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("template_id" = String, Path, description = "The template"),
    ),
    responses((status = 200, description = "The template", body = wire::AdminTemplate), AdminFailures),
)]
async fn show(
    State(app): State<AppState>,
    PathPieces((id, template)): PathPieces<(String, String)>,
) -> Result<Json<wire::AdminTemplate>, Failure> {
    let id = app_id(&id)?;
    let record = app.service.get_template(&id, &TemplateId::stored(&template)?).await?;
    Ok(Json(wire::AdminTemplate::of(&record)))
}

/// Deletes a template, for good when this is answered.
#[utoipa::path(
    delete, path = "/apps/{app_id}/templates/{template_id}", tag = "admin", operation_id = "admin_delete_template",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("template_id" = String, Path, description = "The template"),
    ),
    responses((status = 200, description = "Deleted", body = wire::AdminTemplatesDeleted), AdminFailures),
)]
async fn delete(
    State(app): State<AppState>,
    PathPieces((id, template)): PathPieces<(String, String)>,
) -> Result<Json<wire::AdminTemplatesDeleted>, Failure> {
    let record = app.service.delete_template(&app_id(&id)?, &TemplateId::stored(&template)?).await?;
    Ok(Json((&record).into()))
}
