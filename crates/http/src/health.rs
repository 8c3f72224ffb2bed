//! For those who watch the server: `/healthz`, `/readyz`, `/metrics`. Open to everybody; no tenant is named.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use faceward_service::ServiceError;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::native;
use crate::state::AppState;

/// The routes.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// A good sign.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Does the process live? No other question is asked: a restart would mend nothing else.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "Yes", body = Health)))]
pub(crate) async fn healthz() -> Json<Health> {
    Json(OK)
}

// Until they are loaded, `startup` answers in its place.
/// Are the models loaded and warm, can the store be reached, and are requests taken?
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "Yes", body = Health), (status = 503, description = "No", body = native::wire::ErrorAnswer)),
)]
async fn readyz(State(app): State<AppState>) -> Result<Json<Health>, Failure> {
    match app.service.ready().await {
        Ok(()) => Ok(Json(OK)),
        Err(ServiceError::ShuttingDown) => Err(Failure::NotReady),
        Err(other) => Err(other.into()),
    }
}

/// Counters and histograms in the Prometheus text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "All metrics", body = String, content_type = "text/plain; version=0.0.4")),
)]
async fn metrics(State(app): State<AppState>) -> impl IntoResponse {
    rendered(&app.metrics)
}

/// All metrics as an answer.
pub(crate) fn rendered(metrics: &Metrics) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}
