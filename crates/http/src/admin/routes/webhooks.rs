//! Where an app is called back, the secrets that sign, and what it was told.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use faceward_core::AppId;
use faceward_service::{EventState, ServiceError};
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

/// Hours for which old secrets sign on if nothing is said.
const OVERLAP_HOURS: u32 = 24;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show, set, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(send_test))
        .routes(routes!(events))
        .routes(routes!(event))
        .routes(routes!(replay))
}

/// Where an app is called back.
#[utoipa::path(
    get, path = "/apps/{app_id}/webhook", tag = "admin", operation_id = "admin_get_webhook",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "The endpoint", body = wire::AdminWebhook), AdminFailures),
)]
async fn show(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminWebhook>, Failure> {
    described(&app, &app_id(&id)?, None).await
}

/// Says where an app is called back. The first time, the answer has the secret that signs, and no other answer has.
#[utoipa::path(
    put, path = "/apps/{app_id}/webhook", tag = "admin", operation_id = "admin_set_webhook",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    request_body = wire::AdminWebhookChange,
    responses((status = 200, description = "As it is now", body = wire::AdminWebhook), AdminFailures),
)]
async fn set(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    request: Request,
) -> Result<Json<wire::AdminWebhook>, Failure> {
    let id = app_id(&id)?;
    let wire::AdminWebhookChange { url, enabled } = body(request, &app).await?;
    let secret = app.service.webhooks().set(&id, &url, enabled.unwrap_or(true)).await?;
    described(&app, &id, secret.map(|secret| secret.reveal().to_owned())).await
}

/// Deletes the endpoint of an app with its secrets and events, for good when this is answered.
#[utoipa::path(
    delete, path = "/apps/{app_id}/webhook", tag = "admin", operation_id = "admin_delete_webhook",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "Deleted", body = wire::AdminDeleted), AdminFailures),
)]
async fn delete(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminDeleted>, Failure> {
    app.service.webhooks().delete(&app_id(&id)?).await?;
    Ok(Json(wire::AdminDeleted { erased: true }))
}

/// Makes a new secret; the others sign beside it for a while. It is in the answer, and nowhere else.
#[utoipa::path(
    post, path = "/apps/{app_id}/webhook/secrets", tag = "admin", operation_id = "admin_rotate_webhook_secret",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    request_body = wire::AdminNewSecret,
    responses((status = 201, description = "Made", body = wire::AdminWebhookSecret), AdminFailures),
)]
async fn rotate_secret(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let id = app_id(&id)?;
    let wire::AdminNewSecret { overlap_hours } = body(request, &app).await?;
    let overlap = Duration::from_secs(u64::from(overlap_hours.unwrap_or(OVERLAP_HOURS)) * 3600);
    let secret = app.service.webhooks().rotate_secret(&id, overlap).await?.reveal().to_owned();
    Ok((StatusCode::CREATED, Json(wire::AdminWebhookSecret { secret })))
}

/// Sends an event that says nothing, to try the endpoint. What becomes of it is in the list of events.
#[utoipa::path(
    post, path = "/apps/{app_id}/webhook/test", tag = "admin", operation_id = "admin_test_webhook",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 201, description = "On its way", body = wire::AdminSentEvent), AdminFailures),
)]
async fn send_test(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<impl IntoResponse, Failure> {
    let event_id = app.service.webhooks().send_test(&app_id(&id)?).await?;
    Ok((StatusCode::CREATED, Json(wire::AdminSentEvent { event_id })))
}

/// What an app was told and is to be told, newest first.
#[utoipa::path(
    get, path = "/apps/{app_id}/webhook/events", tag = "admin", operation_id = "admin_list_events",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("state" = Option<String>, Query, description = "Only those that are `pending`, `delivered` or `failed`"),
        ("before" = Option<i64>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminEventPage), AdminFailures),
)]
async fn events(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
) -> Result<Json<wire::AdminEventPage>, Failure> {
    query.refuse_unknown(&["state", "before", "limit"])?;
    let limit = listing::limit(&query)?;
    let before = query.number("before", &(1..=i64::MAX), "`next` of the page before")?;
    let state = query.text("state")?.map(state).transpose()?;
    let records = app.service.webhooks().events(&app_id(&id)?, state, before, limit + 1).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.number.to_string());
    let next = next.and(shown.last().map(|record| record.number));
    Ok(Json(wire::AdminEventPage { events: shown.iter().map(wire::AdminEvent::from).collect(), next }))
}

/// One event: what is sent, and every attempt with what was answered.
#[utoipa::path(
    get, path = "/apps/{app_id}/webhook/events/{event_id}", tag = "admin", operation_id = "admin_get_event",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("event_id" = String, Path, description = "The event"),
    ),
    responses((status = 200, description = "The event", body = wire::AdminEventDetail), AdminFailures),
)]
async fn event(
    State(app): State<AppState>,
    PathPieces((id, event)): PathPieces<(String, String)>,
) -> Result<Json<wire::AdminEventDetail>, Failure> {
    let detail = app.service.webhooks().one_event(&app_id(&id)?, &event_id(&event)?).await?;
    Ok(Json(wire::AdminEventDetail::from(&detail)))
}

/// Tells an event again, now, under the id that it has, whatever became of it.
#[utoipa::path(
    post, path = "/apps/{app_id}/webhook/events/{event_id}/replay", tag = "admin",
    operation_id = "admin_replay_event", security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("event_id" = String, Path, description = "The event"),
    ),
    responses((status = 200, description = "On its way", body = wire::AdminEventDetail), AdminFailures),
)]
async fn replay(
    State(app): State<AppState>,
    PathPieces((id, event)): PathPieces<(String, String)>,
) -> Result<Json<wire::AdminEventDetail>, Failure> {
    let (id, event) = (app_id(&id)?, event_id(&event)?);
    let webhooks = app.service.webhooks();
    webhooks.replay(&id, &event).await?;
    Ok(Json(wire::AdminEventDetail::from(&webhooks.one_event(&id, &event).await?)))
}

async fn described(
    app: &AppState,
    id: &AppId,
    secret: Option<String>,
) -> Result<Json<wire::AdminWebhook>, Failure> {
    let record = app.service.webhooks().get(id).await?;
    Ok(Json(wire::AdminWebhook::of(record.as_ref(), secret)))
}

/// The event in the path; what is no UUID is the id of no event.
fn event_id(text: &str) -> Result<Uuid, Failure> {
    Ok(Uuid::try_parse(text).map_err(|_| ServiceError::EventNotFound)?)
}

fn state(text: &str) -> Result<EventState, Failure> {
    let expected = "pending, delivered or failed";
    EventState::of_name(text).ok_or(Failure::InvalidParameter { name: "state".to_owned(), expected })
}
