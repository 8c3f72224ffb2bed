//! The verification sessions of an app: made, looked at and withdrawn by an operator, as the app itself does under `/v1`.

use axum::Json;
use axum::extract::{Request, State};
use faceward_core::AppId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::known_app;
use crate::admin::errors::{AdminFailures, SessionFailures, SessionFailuresWithoutPhoto};
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::extract::path::{PathPiece, PathPieces};
use crate::failure::Failure;
use crate::native;
use crate::native::sessions::{self, BaseUrl, session_id};
use crate::qr;
use crate::state::AppState;
use crate::transaction::TransactionId;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, cancel))
}

/// The verification sessions of an app, the last one first, until they are forgotten.
#[utoipa::path(
    get, path = "/apps/{app_id}/sessions", tag = "admin", operation_id = "admin_sessions",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page of sessions", body = wire::AdminSessions), AdminFailures),
)]
async fn list(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
) -> Result<Json<wire::AdminSessions>, Failure> {
    query.refuse_unknown(&["after", "limit"])?;
    let id = known_app(&app, &id).await?;
    let limit = listing::limit(&query)?;
    let after = query.text("after")?.map(|text| {
        let expected = "`next` of the page before";
        let invalid = |_| Failure::InvalidParameter { name: "after".to_owned(), expected };
        Uuid::try_parse(text).map_err(invalid)
    });
    let sessions = app.service.list_sessions(&id, after.transpose()?.as_ref(), limit + 1).await?;
    let (shown, next) = listing::shown(sessions, limit, |session| session.id.to_string());
    let sessions = shown.iter().map(native::session_value).collect::<Option<_>>().ok_or(Failure::Panicked)?;
    Ok(Json(wire::AdminSessions { sessions, next }))
}

/// A session with a photo of whom it compares with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AdminSessionForm {
    /// What would be the body without a photo, as JSON. `verify` is left out.
    session: Option<String>,
    /// JPEG or PNG: the face has to be that of this photo. It is not kept.
    #[schema(value_type = String, format = Binary)]
    reference: Vec<u8>,
}

/// A link for somebody to verify themselves, as `POST /v1/sessions` makes one.
#[utoipa::path(
    post, path = "/apps/{app_id}/sessions", tag = "admin", operation_id = "admin_create_session",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    request_body(
        content((serde_json::Value = "application/json"), (AdminSessionForm = "multipart/form-data")),
        description = "As `POST /v1/sessions` takes it; with a photo to compare with, as a form",
    ),
    responses((status = 200, description = "A session, and its link", body = wire::AdminNewSession), SessionFailures),
)]
async fn create(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    transaction: TransactionId,
    address: (Parameters, BaseUrl),
    request: Request,
) -> Result<Json<wire::AdminNewSession>, Failure> {
    let (query, base) = address;
    query.refuse_unknown(&[])?;
    let id = known_app(&app, &id).await?;
    let (session, link) = sessions::create(&app, &id, base, request).await?;
    let session = native::session_value(&session).ok_or(Failure::Panicked)?;
    let qr = qr::rows(&link);
    Ok(Json(wire::AdminNewSession { transaction_id: transaction.0, session, link, qr }))
}

/// How a session stands, as `GET /v1/sessions/{session_id}` tells it.
#[utoipa::path(
    get, path = "/apps/{app_id}/sessions/{session_id}", tag = "admin", operation_id = "admin_session",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("session_id" = String, Path, description = "The session"),
    ),
    responses(
        (status = 200, description = "As `GET /v1/sessions/{session_id}`", body = serde_json::Value),
        SessionFailuresWithoutPhoto,
    ),
)]
async fn show(
    State(app): State<AppState>,
    transaction: TransactionId,
    address: (PathPieces<(String, String)>, Parameters),
) -> Result<Json<native::wire::SessionAnswer>, Failure> {
    let (id, session) = addressed(&app, address).await?;
    let session = app.service.get_session(&id, &session).await?;
    Ok(Json(native::session_answer(&session, None, transaction)))
}

/// Withdraws a session: its link leads nowhere from now on.
#[utoipa::path(
    delete, path = "/apps/{app_id}/sessions/{session_id}", tag = "admin", operation_id = "admin_cancel_session",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("session_id" = String, Path, description = "The session"),
    ),
    responses(
        (status = 200, description = "As `DELETE /v1/sessions/{session_id}`", body = serde_json::Value),
        SessionFailuresWithoutPhoto,
    ),
)]
async fn cancel(
    State(app): State<AppState>,
    transaction: TransactionId,
    address: (PathPieces<(String, String)>, Parameters),
) -> Result<Json<native::wire::SessionAnswer>, Failure> {
    let (id, session) = addressed(&app, address).await?;
    let session = app.service.cancel_session(&id, &session).await?;
    Ok(Json(native::session_answer(&session, None, transaction)))
}

/// The app and the session in the path.
async fn addressed(
    app: &AppState,
    (PathPieces((id, session)), query): (PathPieces<(String, String)>, Parameters),
) -> Result<(AppId, Uuid), Failure> {
    query.refuse_unknown(&[])?;
    Ok((known_app(app, &id).await?, session_id(&session)?))
}
