//! Clients and their galleries.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use faceward_service::Allowance;

use super::super::errors::FailuresWithoutPhoto;
use super::super::received::Received;
use super::super::{answer, forms, wire};
use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::state::AppState;

/// Makes sure of the gallery `default`. The app itself is made by the operator.
#[utoipa::path(
    post, path = "/client/register", tag = "riset", operation_id = "riset_register", security(("access_token" = [])),
    responses((status = 200, description = "The gallery", body = wire::Answer<wire::Gallery>), FailuresWithoutPhoto),
)]
pub(super) async fn register(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    received: Received,
) -> Result<Response, Failure> {
    received.read(|_, _| Ok(())).await?;
    let gallery = app.service.ensure_default_gallery(&app_id).await?;
    Ok(answer::success(wire::Gallery { facegallery_id: gallery.to_string() }, &app.settings))
}

/// Deletes every gallery of the app with its subjects, for good. The app and its keys stay.
#[utoipa::path(
    delete, path = "/client/delete", tag = "riset", operation_id = "riset_delete_client",
    security(("access_token" = [])),
    responses((status = 200, description = "What is left: nothing", body = wire::Answer<wire::Galleries>), FailuresWithoutPhoto),
)]
pub(super) async fn delete_client(
    State(app): State<AppState>,
    caller: Caller,
    received: Received,
) -> Result<Response, Failure> {
    forget(&app, caller, received).await
}

/// The same by the method of older documents.
#[utoipa::path(
    post, path = "/client/delete", tag = "riset", operation_id = "riset_delete_client_by_post",
    security(("access_token" = [])),
    responses((status = 200, description = "What is left: nothing", body = wire::Answer<wire::Galleries>), FailuresWithoutPhoto),
)]
pub(super) async fn delete_client_by_post(
    State(app): State<AppState>,
    caller: Caller,
    received: Received,
) -> Result<Response, Failure> {
    forget(&app, caller, received).await
}

async fn forget(app: &AppState, Caller(app_id): Caller, received: Received) -> Result<Response, Failure> {
    received.read(|_, _| Ok(())).await?;
    app.service.delete_all_galleries(&app_id).await?;
    let facegallery_id = galleries(app, &app_id).await?;
    Ok(answer::success(wire::Galleries { facegallery_id }, &app.settings))
}

/// What is left of the app's requests: of the day's, or else of the minute's. `null`: there is no limit.
#[utoipa::path(
    get, path = "/client/get-counters", tag = "riset", operation_id = "riset_get_counters",
    security(("access_token" = [])),
    params(("trx_id" = Option<String>, Query, description = "Also in a JSON body")),
    responses((status = 200, description = "What is left", body = wire::Answer<wire::Counters>), FailuresWithoutPhoto),
)]
pub(super) async fn get_counters(
    State(app): State<AppState>,
    Extension(allowance): Extension<Allowance>,
    received: Received,
) -> Result<Response, Failure> {
    received.read(|_, _| Ok(())).await?;
    let left = allowance.per_day.or(allowance.per_minute);
    let n_api_hits = left.map(|left| u64::from(left.remaining));
    let remaining_limit = wire::RemainingLimit { n_api_hits, ..wire::RemainingLimit::default() };
    Ok(answer::success(wire::Counters { remaining_limit }, &app.settings))
}

/// The app's galleries, those of the OOTO side among them.
#[utoipa::path(
    get, path = "/facegallery/my-facegalleries", tag = "riset", operation_id = "riset_my_facegalleries",
    security(("access_token" = [])),
    responses((status = 200, description = "The galleries", body = wire::Answer<wire::MyGalleries>), FailuresWithoutPhoto),
)]
pub(super) async fn my_facegalleries(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    received: Received,
) -> Result<Response, Failure> {
    received.read(|_, _| Ok(())).await?;
    let facegallery_id = galleries(&app, &app_id).await?;
    let result = wire::MyGalleries { facegalleries: facegallery_id.clone(), facegallery_id };
    Ok(answer::with_message("Success - FaceGalleries Listed", result, &app.settings))
}

/// Creates a gallery.
#[utoipa::path(
    post, path = "/facegallery/create-facegallery", tag = "riset", operation_id = "riset_create_facegallery",
    security(("access_token" = [])),
    request_body(content = forms::Gallery, content_type = "application/json"),
    responses(
        (status = 200, description = "Created; one that exists is status 400", body = wire::Answer<wire::Gallery>),
        FailuresWithoutPhoto,
    ),
)]
pub(super) async fn create_facegallery(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    received: Received,
) -> Result<Response, Failure> {
    let gallery = received.read(|call, _| call.gallery()).await?;
    app.service.create_gallery(&app_id, &gallery).await?;
    Ok(answer::success(wire::Gallery { facegallery_id: gallery.to_string() }, &app.settings))
}

/// Deletes a gallery with its subjects, for good.
#[utoipa::path(
    delete, path = "/facegallery/delete-facegallery", tag = "riset", operation_id = "riset_delete_facegallery",
    security(("access_token" = [])),
    params(("facegallery_id" = Option<String>, Query, description = "In place of a JSON body")),
    request_body(content = forms::Gallery, content_type = "application/json"),
    responses((status = 200, description = "Deleted", body = wire::Answer<wire::Gallery>), FailuresWithoutPhoto),
)]
pub(super) async fn delete_facegallery(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    received: Received,
) -> Result<Response, Failure> {
    let gallery = received.read(|call, _| call.gallery()).await?;
    app.service.delete_gallery(&app_id, &gallery).await?;
    Ok(answer::success(wire::Gallery { facegallery_id: gallery.to_string() }, &app.settings))
}

async fn galleries(app: &AppState, app_id: &faceward_core::AppId) -> Result<Vec<String>, Failure> {
    let records = app.service.list_galleries(app_id).await?;
    Ok(records.into_iter().map(|record| record.gallery.to_string()).collect())
}
