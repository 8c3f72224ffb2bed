//! Copies of the data folder.

use std::path::Path;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::errors::AdminFailures;
use crate::admin::wire;
use crate::failure::Failure;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(back_up))
}

/// Copies everything but the key into a new folder on the server's machine, as it is at one moment. Only through the socket in
/// the data folder: whoever comes over the network shall make no files here. Changes wait for the copy. Not found where
/// the store is a database.
#[utoipa::path(
    post, path = "/backup", tag = "admin", operation_id = "admin_back_up", security(("operator" = [])),
    request_body = wire::AdminNewBackup,
    responses((status = 201, description = "It is on disk", body = wire::AdminBackup), AdminFailures),
)]
async fn back_up(State(app): State<AppState>, request: Request) -> Result<impl IntoResponse, Failure> {
    let backups = app.service.backups().ok_or(Failure::NotFound)?;
    let wire::AdminNewBackup { into } = super::body(request, &app).await?;
    let made = backups.make(Path::new(&into)).await?;
    let answer = wire::AdminBackup { templates: made.n_templates, bytes: made.n_bytes };
    Ok((StatusCode::CREATED, Json(answer)))
}
