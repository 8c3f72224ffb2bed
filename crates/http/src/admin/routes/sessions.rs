//! The verification sessions of an app.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::app_id;
use crate::admin::errors::AdminFailures;
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::extract::path::PathPiece;
use crate::failure::Failure;
use crate::native;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
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
    let id = app_id(&id)?;
    app.service.apps().get(&id).await?;
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
