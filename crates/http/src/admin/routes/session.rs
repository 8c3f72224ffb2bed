//! Coming in and going out.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use faceward_core::OperatorName;
use faceward_service::operators::Actor;
use faceward_service::{PassKind, ServiceError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::body;
use crate::admin::errors::AdminFailures;
use crate::admin::guard::CameFrom;
use crate::admin::{cookie, wire};
use crate::extract::caller::Acting;
use crate::failure::Failure;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(first_owner))
        .routes(routes!(log_in, me, log_out))
        .routes(routes!(set_password))
}

/// Creates the first owner by the link that a server without operators shows on its terminal: once, and for ten minutes.
#[utoipa::path(
    post, path = "/first-owner", tag = "admin", operation_id = "admin_first_owner",
    params(("X-Faceward-Console" = String, Header, description = "Any value: shows that no page of another site asks")),
    request_body = wire::AdminFirstOwner,
    responses((status = 201, description = "Created: log in", body = wire::AdminOperator), AdminFailures),
)]
async fn first_owner(
    State(app): State<AppState>,
    from: CameFrom,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let wire::AdminFirstOwner { invitation, name, password } = body(request, &app).await?;
    let (name, password) = (OperatorName::parse(&name)?, Zeroizing::new(password));
    let created = app.service.operators().accept(&invitation, name, password, &from.address).await?;
    Ok((StatusCode::CREATED, Json(wire::AdminOperator::from(&created))))
}

/// Logs in with name and password: the answer sets a session cookie.
#[utoipa::path(
    post, path = "/session", tag = "admin", operation_id = "admin_log_in",
    params(("X-Faceward-Console" = String, Header, description = "Any value: shows that no page of another site asks")),
    request_body = wire::AdminLogIn,
    responses((status = 200, description = "Logged in", body = wire::AdminMe), AdminFailures),
)]
async fn log_in(
    State(app): State<AppState>,
    from: CameFrom,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let wire::AdminLogIn { name, password } = body(request, &app).await?;
    let password = Zeroizing::new(password);
    let operators = app.service.operators();
    let session = operators.log_in(&name, password, &from.address).await?;
    let actor = operators.authenticate(session.secret.reveal()).await?;
    Ok((set_cookie(Some(session.secret.reveal()), from.secure)?, Json(who(&actor))))
}

/// Who is logged in.
#[utoipa::path(
    get, path = "/session", tag = "admin", operation_id = "admin_me", security(("operator" = [])),
    responses((status = 200, description = "The operator", body = wire::AdminMe), AdminFailures),
)]
async fn me(Acting(actor): Acting) -> Json<wire::AdminMe> {
    Json(who(&actor))
}

/// Logs out: the session ends, and the cookie with it.
#[utoipa::path(
    delete, path = "/session", tag = "admin", operation_id = "admin_log_out", security(("operator" = [])),
    responses((status = 204, description = "Logged out"), AdminFailures),
)]
async fn log_out(
    State(app): State<AppState>,
    Acting(actor): Acting,
    from: CameFrom,
) -> Result<impl IntoResponse, Failure> {
    app.service.operators().log_out(&actor).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(None, from.secure)?))
}

/// Gives oneself another password. Every session and token of one's own ends, this one too.
#[utoipa::path(
    put, path = "/session/password", tag = "admin", operation_id = "admin_set_password",
    security(("operator" = [])), request_body = wire::AdminPasswordChange,
    responses((status = 204, description = "Changed: log in again"), AdminFailures),
)]
async fn set_password(
    State(app): State<AppState>,
    Acting(actor): Acting,
    from: CameFrom,
    request: Request,
) -> Result<StatusCode, Failure> {
    let wire::AdminPasswordChange { old, new } = body(request, &app).await?;
    let operators = app.service.operators();
    operators.set_own_password(&actor, [old, new].map(Zeroizing::new), &from.address).await?;
    Ok(StatusCode::NO_CONTENT)
}

type SetCookie = AppendHeaders<[(axum::http::HeaderName, HeaderValue); 1]>;

fn set_cookie(secret: Option<&str>, secure: bool) -> Result<SetCookie, Failure> {
    let value = cookie::set(secret, secure).ok_or(Failure::Service(ServiceError::Unauthenticated))?;
    Ok(AppendHeaders([(SET_COOKIE, value)]))
}

fn who(actor: &Actor) -> wire::AdminMe {
    let by = actor.pass.map_or("socket", |(_, kind): (_, PassKind)| kind.name());
    wire::AdminMe { name: actor.name.to_string(), role: actor.role.name(), by }
}
