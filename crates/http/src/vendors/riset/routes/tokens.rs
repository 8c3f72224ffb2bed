//! Access tokens.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Json;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::errors::FailuresWithoutPhoto;
use super::super::wire;
use crate::extract::fields;
use crate::failure::Failure;
use crate::middleware::token::token_of;
use crate::state::AppState;

/// Largest body: an id and a key of up to 4 KB, percent-encoded.
pub(in super::super) const MAX_BODY_BYTES: usize = 16 * 1024;

/// An app's credentials.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = RisetCredentials)]
pub(super) struct Credentials {
    /// The APP-ID.
    client_id: String,
    /// The APP-KEY.
    password: String,
}

/// A new access token. Every request gets one of its own.
#[utoipa::path(
    post, path = "/client/token", tag = "riset", operation_id = "riset_token",
    request_body(content((Credentials = "application/x-www-form-urlencoded"), (Credentials = "application/json"))),
    responses((status = 200, description = "A signed JWT (RS256)", body = wire::Token), FailuresWithoutPhoto),
)]
pub(super) async fn issue(
    State(app): State<AppState>,
    request: Request,
) -> Result<Json<wire::Token>, Failure> {
    let Credentials { client_id, password } = credentials(&app, request).await?;
    let token = app.service.issue_token(&client_id, &password).await?;
    let access_token = token.reveal().to_owned();
    Ok(Json(wire::Token { access_token, expires_in: token.lifetime.as_secs() }))
}

/// Revokes the token in the header `Accesstoken`, for good.
#[utoipa::path(
    post, path = "/token/revoke", tag = "riset", operation_id = "riset_revoke", security(("access_token" = [])),
    request_body(content((Credentials = "application/x-www-form-urlencoded"), (Credentials = "application/json"))),
    responses((status = 200, description = "Revoked, on disk", body = wire::Revoked), FailuresWithoutPhoto),
)]
pub(super) async fn revoke(
    State(app): State<AppState>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<wire::Revoked>, Failure> {
    let token = token_of(&headers).to_owned();
    let Credentials { client_id, password } = credentials(&app, request).await?;
    app.service.revoke_token(&client_id, &password, &token).await?;
    Ok(Json(wire::Revoked { status_message: "Success Revoke Token" }))
}

/// Form or JSON, as the body shows.
async fn credentials(app: &AppState, request: Request) -> Result<Credentials, Failure> {
    fields::receive(request, app, &["client_id", "password"], MAX_BODY_BYTES).await
}
