//! The keys that seal what is of an app, and the master key that wraps them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app_id;
use crate::admin::errors::AdminFailures;
use crate::admin::wire;
use crate::extract::path::PathPiece;
use crate::failure::Failure;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(data_key, rotate_data_key)).routes(routes!(rotate_master_key))
}

/// How the key stands that seals what is of the app, and how far sealing anew is.
#[utoipa::path(
    get, path = "/apps/{app_id}/data-key", tag = "admin", operation_id = "admin_data_key", security(("operator" = [])),
    params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "The key, without itself", body = wire::AdminDataKey), AdminFailures),
)]
async fn data_key(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminDataKey>, Failure> {
    let state = app.service.data_keys().state(&app_id(&id)?).await?;
    Ok(Json(state.into()))
}

/// Makes a new key, by which everything of the app is sealed from now on. What the older ones have sealed is sealed anew while the
/// server serves; with the last of it they are destroyed.
#[utoipa::path(
    post, path = "/apps/{app_id}/data-key", tag = "admin", operation_id = "admin_rotate_data_key",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 201, description = "The new key, without itself", body = wire::AdminDataKey), AdminFailures),
)]
async fn rotate_data_key(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<impl IntoResponse, Failure> {
    let state = app.service.data_keys().rotate(&app_id(&id)?).await?;
    Ok((StatusCode::CREATED, Json(wire::AdminDataKey::from(state))))
}

/// Wraps everything that the master key protects by the next one: that of `master_key_next`, or where the key lies in a file and no
/// next one is set, a new random one in that file. Not found where the store is a database.
#[utoipa::path(
    post, path = "/master-key", tag = "admin", operation_id = "admin_rotate_master_key", security(("operator" = [])),
    responses((status = 204, description = "The next key alone opens the store"), AdminFailures),
)]
async fn rotate_master_key(State(app): State<AppState>) -> Result<StatusCode, Failure> {
    app.service.master_keys().ok_or(Failure::NotFound)?.rotate().await?;
    Ok(StatusCode::NO_CONTENT)
}
