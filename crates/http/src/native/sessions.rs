//! The endpoints of `/v1/sessions`: links that somebody is sent to verify themselves.

use axum::Json;
use axum::extract::{FromRequest as _, FromRequestParts, Request, State};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use faceward_core::AppId;
use faceward_service::{Photo, ServiceError, Session, note_trx_id};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::errors::{SessionFailures, SessionFailuresWithoutPhoto};
use super::{convert, wire};
use crate::client::Client;
use crate::extract::caller::Caller;
use crate::extract::content_type::ContentType;
use crate::extract::form::PhotoForm;
use crate::extract::json;
use crate::extract::parameters::Parameters;
use crate::extract::path::PathPiece;
use crate::failure::Failure;
use crate::state::AppState;
use crate::transaction::TransactionId;

/// The routes, below the API's prefix.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create_session)).routes(routes!(get_session, cancel_session))
}

/// A session with a photo of whom it compares with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct SessionForm {
    /// What would be the body without a photo, as JSON. `verify` is left out.
    session: Option<String>,
    /// JPEG or PNG: the face has to be that of this photo. It is not kept.
    #[schema(value_type = String, format = Binary)]
    reference: Vec<u8>,
}

/// A link for somebody to verify themselves with the camera of a phone.
#[utoipa::path(
    post, path = "/sessions", tag = "native", operation_id = "create_session",
    security(("app_id" = [], "app_key" = [])),
    request_body(
        content((wire::SessionRequest = "application/json"), (SessionForm = "multipart/form-data")),
        description = "What is to be shown; with a photo to compare with, as a form",
    ),
    responses((status = 200, description = "A session, and its link", body = wire::SessionAnswer), SessionFailures),
)]
async fn create_session(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    address: (Parameters, BaseUrl),
    request: Request,
) -> Result<Json<wire::SessionAnswer>, Failure> {
    let (query, base) = address;
    query.refuse_unknown(&[])?;
    let (session, link) = create(&app, &app_id, base, request).await?;
    Ok(Json(convert::session_answer(&session, Some(link), transaction)))
}

/// Makes a session of `app_id`, whoever asks for it. Gives it with its link.
pub(crate) async fn create(
    app: &AppState,
    app_id: &AppId,
    BaseUrl(base): BaseUrl,
    request: Request,
) -> Result<(Session, String), Failure> {
    let (body, reference) = received(app, request).await?;
    body.trx_id.iter().for_each(|text| note_trx_id(text));
    let origins = app.service.apps().get(app_id).await?.settings.origins;
    let configured = (app.service.settings().challenges.steps, origins.as_slice());
    let new = convert::session_request(body, reference, configured)?;
    let (session, secret) = app.service.create_session(app_id, new).await?;
    let base = app.settings.public_url.as_deref().unwrap_or(&base).trim_end_matches('/');
    Ok((session, format!("{base}/s/{}", secret.reveal())))
}

/// The body as JSON, or as a form with a photo.
async fn received(app: &AppState, request: Request) -> Result<(wire::SessionRequest, Photo), Failure> {
    if !matches!(ContentType::of(request.headers())?, ContentType::Multipart(_)) {
        return Ok((json::receive_or_default(request, &app.settings).await?, Photo::missing()));
    }
    let PhotoForm(form) = PhotoForm::from_request(request, app).await?;
    let reference = form.photo(&["reference"])?;
    let body = form.text("session")?.map(|text| json::parse(text.as_bytes())).transpose()?;
    Ok((body.unwrap_or_default(), reference))
}

/// How a session stands, until it is forgotten.
#[utoipa::path(
    get, path = "/sessions/{session_id}", tag = "native", operation_id = "get_session",
    security(("app_id" = [], "app_key" = [])),
    params(("session_id" = String, Path, description = "The session")),
    responses((status = 200, description = "The session", body = wire::SessionAnswer), SessionFailuresWithoutPhoto),
)]
async fn get_session(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    address: (PathPiece, Parameters),
) -> Result<Json<wire::SessionAnswer>, Failure> {
    let (PathPiece(id), query) = address;
    query.refuse_unknown(&[])?;
    let session = app.service.get_session(&app_id, &session_id(&id)?).await?;
    Ok(Json(convert::session_answer(&session, None, transaction)))
}

/// Withdraws a session: its link leads nowhere from now on.
#[utoipa::path(
    delete, path = "/sessions/{session_id}", tag = "native", operation_id = "cancel_session",
    security(("app_id" = [], "app_key" = [])),
    params(("session_id" = String, Path, description = "The session")),
    responses((status = 200, description = "The session, cancelled", body = wire::SessionAnswer), SessionFailuresWithoutPhoto),
)]
async fn cancel_session(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    address: (PathPiece, Parameters),
) -> Result<Json<wire::SessionAnswer>, Failure> {
    let (PathPiece(id), query) = address;
    query.refuse_unknown(&[])?;
    let session = app.service.cancel_session(&app_id, &session_id(&id)?).await?;
    Ok(Json(convert::session_answer(&session, None, transaction)))
}

/// What is no UUID is the id of no session.
pub(crate) fn session_id(text: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(text).map_err(|_| ServiceError::SessionNotFound.into())
}

/// How this server was called, which is what a link begins with unless the operator says otherwise.
pub(crate) struct BaseUrl(String);

impl<S: Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let scheme = if Client::came_securely(&parts.extensions) { "https" } else { "http" };
        // Over HTTP/2 the host is part of the address.
        let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = parts.uri.authority().map(Authority::as_str).or(named).unwrap_or("localhost");
        Ok(Self(format!("{scheme}://{host}")))
    }
}
