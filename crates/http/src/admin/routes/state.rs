//! How the server stands: models, thresholds, settings, keys, metrics.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::errors::AdminFailures;
use crate::admin::wire;
use crate::exposition::samples;
use crate::extract::json;
use crate::failure::Failure;
use crate::native;
use crate::settings::ReloadedSettings;
use crate::state::AppState;
use crate::transaction::TransactionId;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(signing_keys, rotate_signing_key))
        .routes(routes!(info))
        .routes(routes!(settings))
        .routes(routes!(reload))
        .routes(routes!(live_metrics))
        .routes(routes!(history))
}

/// The keys that sign access tokens, without their private parts.
#[utoipa::path(
    get, path = "/signing-keys", tag = "admin", operation_id = "admin_signing_keys", security(("operator" = [])),
    responses((status = 200, description = "The keys", body = wire::AdminSigningKeys), AdminFailures),
)]
async fn signing_keys(State(app): State<AppState>) -> Result<Json<wire::AdminSigningKeys>, Failure> {
    let keys = app.service.tokens().keys().await?;
    let keys = keys.iter().map(|key| wire::AdminSigningKey {
        id: key.id,
        created_at: key.created_at.to_string(),
        expires_at: key.expires_at.map(|end| end.to_string()),
    });
    Ok(Json(wire::AdminSigningKeys { keys: keys.collect() }))
}

/// Makes a new signing key; tokens of the others work on for a while.
#[utoipa::path(
    post, path = "/signing-keys", tag = "admin", operation_id = "admin_rotate_signing_key",
    security(("operator" = [])), request_body = wire::AdminNewSigningKey,
    responses((status = 201, description = "The keys", body = wire::AdminSigningKeys), AdminFailures),
)]
async fn rotate_signing_key(
    State(app): State<AppState>,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let wire::AdminNewSigningKey { overlap_hours } = json::receive_or_default(request, &app.settings).await?;
    let overlap = Duration::from_secs(u64::from(overlap_hours.unwrap_or(24)) * 3600);
    app.service.tokens().rotate(overlap).await?;
    Ok((StatusCode::CREATED, signing_keys(State(app)).await?))
}

/// Models with their cards, thresholds, calibration, what is unavailable: as `/v1/info` answers it.
#[utoipa::path(
    get, path = "/info", tag = "admin", operation_id = "admin_info", security(("operator" = [])),
    responses((status = 200, description = "As `/v1/info`", body = serde_json::Value), AdminFailures),
)]
async fn info(
    State(app): State<AppState>,
    transaction: TransactionId,
) -> Result<Json<serde_json::Value>, Failure> {
    let answer = native::info_value(&app.service.info(), transaction).ok_or(Failure::Panicked)?;
    Ok(Json(answer))
}

/// Every setting: its value, where that comes from, what it does, whether another one needs a restart.
#[utoipa::path(
    get, path = "/settings", tag = "admin", operation_id = "admin_settings", security(("operator" = [])),
    responses((status = 200, description = "The settings", body = wire::AdminSettings), AdminFailures),
)]
async fn settings(State(app): State<AppState>) -> Json<wire::AdminSettings> {
    let settings = app.in_force.as_ref().map(|in_force| in_force.all()).unwrap_or_default();
    Json(wire::AdminSettings { settings })
}

/// Reads the settings again from where the start read them, and takes over what counts without a restart. Where anything of
/// it cannot be used, nothing is changed.
#[utoipa::path(
    post, path = "/settings/reload", tag = "admin", operation_id = "admin_reload_settings",
    security(("operator" = [])),
    responses((status = 200, description = "Read", body = ReloadedSettings), AdminFailures),
)]
async fn reload(State(app): State<AppState>) -> Result<Json<ReloadedSettings>, Failure> {
    match &app.in_force {
        Some(in_force) => Ok(Json(in_force.reload().await?)),
        None => Ok(Json(ReloadedSettings::default())),
    }
}

/// Every metric now, as JSON.
#[utoipa::path(
    get, path = "/metrics", tag = "admin", operation_id = "admin_metrics", security(("operator" = [])),
    responses((status = 200, description = "The metrics", body = wire::AdminMetrics), AdminFailures),
)]
async fn live_metrics(State(app): State<AppState>) -> Json<wire::AdminMetrics> {
    Json(wire::AdminMetrics {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: app.started.elapsed().as_secs(),
        ready: app.service.ready().await.is_ok(),
        metrics: samples(&app.metrics.render()).into_iter().map(Into::into).collect(),
    })
}

/// The last hour, minute by minute, oldest first: requests, refusals, times, queue, memory. It begins anew with each start.
#[utoipa::path(
    get, path = "/history", tag = "admin", operation_id = "admin_history", security(("operator" = [])),
    responses((status = 200, description = "The minutes", body = wire::AdminHistory), AdminFailures),
)]
async fn history(State(app): State<AppState>) -> Json<wire::AdminHistory> {
    Json(wire::AdminHistory { minutes: app.history.minutes() })
}
