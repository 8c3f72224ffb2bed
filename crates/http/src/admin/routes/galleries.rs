//! Galleries and subjects of an app.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use faceward_core::{GalleryId, SubjectId};
use faceward_service::SubjectRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{app_id, body};
use crate::admin::errors::AdminFailures;
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::extract::path::{PathPiece, PathPieces};
use crate::failure::Failure;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(delete))
        .routes(routes!(subjects))
        .routes(routes!(delete_subject))
}

/// The galleries of an app, by id.
#[utoipa::path(
    get, path = "/apps/{app_id}/galleries", tag = "admin", operation_id = "admin_list_galleries",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminGalleryPage), AdminFailures),
)]
async fn list(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
) -> Result<Json<wire::AdminGalleryPage>, Failure> {
    query.refuse_unknown(&["after", "limit"])?;
    let limit = listing::limit(&query)?;
    let after = query.text("after")?.map(GalleryId::stored).transpose()?;
    let page = listing::page(after.as_ref(), limit);
    let records = app.service.page_of_galleries(&app_id(&id)?, page).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.gallery.to_string());
    Ok(Json(wire::AdminGalleryPage { galleries: shown.iter().map(Into::into).collect(), next }))
}

/// Creates an empty gallery.
#[utoipa::path(
    post, path = "/apps/{app_id}/galleries", tag = "admin", operation_id = "admin_create_gallery",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    request_body = wire::AdminNewGallery,
    responses((status = 201, description = "Created", body = wire::AdminGallery), AdminFailures),
)]
async fn create(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let wire::AdminNewGallery { gallery } = body(request, &app).await?;
    let created = app.service.create_gallery(&app_id(&id)?, &GalleryId::parse(&gallery)?).await?;
    Ok((StatusCode::CREATED, Json(wire::AdminGallery::from(&created))))
}

/// Deletes a gallery with its subjects, for good when this is answered.
#[utoipa::path(
    delete, path = "/apps/{app_id}/galleries/{gallery}", tag = "admin", operation_id = "admin_delete_gallery",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("gallery" = String, Path, description = "The gallery"),
    ),
    responses((status = 200, description = "Deleted", body = wire::AdminTemplatesDeleted), AdminFailures),
)]
async fn delete(
    State(app): State<AppState>,
    PathPieces((id, gallery)): PathPieces<(String, String)>,
) -> Result<Json<wire::AdminTemplatesDeleted>, Failure> {
    let record = app.service.delete_gallery(&app_id(&id)?, &GalleryId::stored(&gallery)?).await?;
    Ok(Json((&record).into()))
}

/// The subjects of a gallery, by id.
#[utoipa::path(
    get, path = "/apps/{app_id}/galleries/{gallery}/subjects", tag = "admin", operation_id = "admin_list_subjects",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("gallery" = String, Path, description = "The gallery"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminSubjectPage), AdminFailures),
)]
async fn subjects(
    State(app): State<AppState>,
    PathPieces((id, gallery)): PathPieces<(String, String)>,
    query: Parameters,
) -> Result<Json<wire::AdminSubjectPage>, Failure> {
    query.refuse_unknown(&["after", "limit"])?;
    let limit = listing::limit(&query)?;
    let after = query.text("after")?.map(SubjectId::stored).transpose()?;
    let page = listing::page(after.as_ref(), limit);
    let records = app.service.page_of_subjects(&app_id(&id)?, &GalleryId::stored(&gallery)?, page).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.subject.to_string());
    Ok(Json(wire::AdminSubjectPage { subjects: shown.iter().map(Into::into).collect(), next }))
}

/// Deletes a subject with all of its templates, for good when this is answered.
#[utoipa::path(
    delete, path = "/apps/{app_id}/galleries/{gallery}/subjects/{subject}", tag = "admin",
    operation_id = "admin_delete_subject", security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("gallery" = String, Path, description = "The gallery"),
        ("subject" = String, Path, description = "The subject"),
    ),
    responses((status = 200, description = "Deleted", body = wire::AdminTemplatesDeleted), AdminFailures),
)]
async fn delete_subject(
    State(app): State<AppState>,
    PathPieces((id, gallery, subject)): PathPieces<(String, String, String)>,
) -> Result<Json<wire::AdminTemplatesDeleted>, Failure> {
    let whom = SubjectRef { gallery: GalleryId::stored(&gallery)?, subject: SubjectId::stored(&subject)? };
    let record = app.service.delete_subject(&app_id(&id)?, &whom).await?;
    Ok(Json((&record).into()))
}
