//! Apps and their keys.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use faceward_core::AppId;
use faceward_service::apps::{AppKey, NewApp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{app_id, body};
use crate::admin::errors::AdminFailures;
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::extract::path::{PathPiece, PathPieces};
use crate::failure::Failure;
use crate::state::AppState;

/// Hours for which old keys work on if nothing is said.
const OVERLAP_HOURS: u32 = 24;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, delete))
        .routes(routes!(keys, rotate_key))
        .routes(routes!(end_key))
}

/// The apps, by id.
#[utoipa::path(
    get, path = "/apps", tag = "admin", operation_id = "admin_list_apps", security(("operator" = [])),
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminAppPage), AdminFailures),
)]
async fn list(State(app): State<AppState>, query: Parameters) -> Result<Json<wire::AdminAppPage>, Failure> {
    query.refuse_unknown(&["after", "limit"])?;
    let limit = listing::limit(&query)?;
    let after = query.text("after")?.map(Uuid::try_parse).transpose();
    let expected = "`next` of the page before";
    let after = after.map_err(|_| Failure::InvalidParameter { name: "after".to_owned(), expected })?;
    let after = after.map(AppId);
    let records = app.service.apps().page(listing::page(after.as_ref(), limit)).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.id.to_string());
    Ok(Json(wire::AdminAppPage { apps: shown.iter().map(Into::into).collect(), next }))
}

/// Creates an app. Its key is in the answer, and nowhere else.
#[utoipa::path(
    post, path = "/apps", tag = "admin", operation_id = "admin_create_app", security(("operator" = [])),
    request_body = wire::AdminNewApp,
    responses((status = 201, description = "Created", body = wire::AdminCredentials), AdminFailures),
)]
async fn create(State(app): State<AppState>, request: Request) -> Result<impl IntoResponse, Failure> {
    let wire::AdminNewApp { name, app_id, app_key } = body(request, &app).await?;
    let key = app_key.map(parse_key).transpose()?;
    let credentials = app.service.apps().create(NewApp { name, id: app_id.map(AppId), key }).await?;
    let app_key = credentials.key.reveal().to_owned();
    Ok((StatusCode::CREATED, Json(wire::AdminCredentials { app_id: credentials.id.0, app_key })))
}

/// One app, and how many templates it has.
#[utoipa::path(
    get, path = "/apps/{app_id}", tag = "admin", operation_id = "admin_get_app", security(("operator" = [])),
    params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "The app", body = wire::AdminApp), AdminFailures),
)]
async fn show(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminApp>, Failure> {
    described(&app, app_id(&id)?).await
}

/// Changes an app: its name, its settings, whether it is switched off.
#[utoipa::path(
    patch, path = "/apps/{app_id}", tag = "admin", operation_id = "admin_change_app", security(("operator" = [])),
    params(("app_id" = String, Path, description = "The APP-ID")), request_body = wire::AdminAppChange,
    responses((status = 200, description = "As it is now", body = wire::AdminApp), AdminFailures),
)]
async fn change(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    request: Request,
) -> Result<Json<wire::AdminApp>, Failure> {
    let id = app_id(&id)?;
    let change: wire::AdminAppChange = body(request, &app).await?;
    app.service.apps().change(&id, change.into()).await?;
    described(&app, id).await
}

/// Deletes an app with its keys, galleries and templates, for good when this is answered.
#[utoipa::path(
    delete, path = "/apps/{app_id}", tag = "admin", operation_id = "admin_delete_app", security(("operator" = [])),
    params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "Deleted", body = wire::AdminTemplatesDeleted), AdminFailures),
)]
async fn delete(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminTemplatesDeleted>, Failure> {
    let record = app.service.apps().delete(&app_id(&id)?).await?;
    Ok(Json((&record).into()))
}

/// The keys of an app, without the keys themselves.
#[utoipa::path(
    get, path = "/apps/{app_id}/keys", tag = "admin", operation_id = "admin_list_keys", security(("operator" = [])),
    params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "The keys", body = wire::AdminKeyList), AdminFailures),
)]
async fn keys(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminKeyList>, Failure> {
    let keys = app.service.apps().keys(&app_id(&id)?).await?;
    let keys = keys.iter().map(|key| wire::AdminAppKey {
        created_at: key.created_at.to_string(),
        expires_at: key.expires_at.map(|end| end.to_string()),
    });
    Ok(Json(wire::AdminKeyList { keys: keys.collect() }))
}

/// Gives an app a new key; the others work on for a while. The key is in the answer, and nowhere else.
#[utoipa::path(
    post, path = "/apps/{app_id}/keys", tag = "admin", operation_id = "admin_rotate_key", security(("operator" = [])),
    params(("app_id" = String, Path, description = "The APP-ID")), request_body = wire::AdminNewKey,
    responses((status = 201, description = "Made", body = wire::AdminCredentials), AdminFailures),
)]
async fn rotate_key(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let id = app_id(&id)?;
    let wire::AdminNewKey { app_key, overlap_hours } = body(request, &app).await?;
    let overlap = Duration::from_secs(u64::from(overlap_hours.unwrap_or(OVERLAP_HOURS)) * 3600);
    let apps = app.service.apps();
    let key = match app_key.map(parse_key).transpose()? {
        Some(key) => {
            apps.replace_keys(&id, &key, overlap).await?;
            key
        }
        None => apps.rotate_key(&id, overlap).await?,
    };
    let app_key = key.reveal().to_owned();
    Ok((StatusCode::CREATED, Json(wire::AdminCredentials { app_id: id.0, app_key })))
}

/// Ends one key of an app, now. Who still uses it is refused from then on, on every server.
#[utoipa::path(
    delete, path = "/apps/{app_id}/keys/{created_at}", tag = "admin", operation_id = "admin_end_key",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("created_at" = String, Path, description = "When the key was added, as the list of keys tells it"),
    ),
    responses((status = 200, description = "The keys", body = wire::AdminKeyList), AdminFailures),
)]
async fn end_key(
    State(app): State<AppState>,
    PathPieces((id, created_at)): PathPieces<(String, String)>,
) -> Result<Json<wire::AdminKeyList>, Failure> {
    let expected = "a time, as the list of keys tells it";
    let added = created_at
        .parse()
        .map_err(|_| Failure::InvalidParameter { name: "created_at".to_owned(), expected })?;
    if !app.service.apps().end_key(&app_id(&id)?, added).await? {
        return Err(Failure::NotFound);
    }
    keys(State(app), PathPiece(id)).await
}

async fn described(app: &AppState, id: AppId) -> Result<Json<wire::AdminApp>, Failure> {
    let record = app.service.apps().get(&id).await?;
    let mut answer = wire::AdminApp::from(&record);
    answer.templates = Some(app.service.count_templates(&id).await?);
    Ok(Json(answer))
}

fn parse_key(text: String) -> Result<AppKey, Failure> {
    let expected = "16 to 4096 visible ASCII characters";
    AppKey::parse(text).map_err(|_| Failure::InvalidParameter { name: "app_key".to_owned(), expected })
}
