//! What the page asks, from the link to the end.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use faceward_service::{
    Advice, AnswerRequest, ChallengeId, Hint, Opened, ServiceError, Session, note_trx_id,
};
use jiff::Timestamp;

use super::cookie;
use super::guard::Visited;
use super::wire::{Found, Guidance, Link, View, Word};
use crate::client::Client;
use crate::extract::form::PhotoForm;
use crate::extract::json;
use crate::extract::path::PathPieces;
use crate::failure::Failure;
use crate::native;
use crate::state::AppState;
use crate::transaction::TransactionId;

/// What a browser asks that has the link and nothing else.
pub(super) fn entrance() -> Router<AppState> {
    Router::new().route("/look", post(look)).route("/open", post(open))
}

/// What the browser asks that has opened a session.
pub(super) fn inside() -> Router<AppState> {
    Router::new()
        .route("/sessions/{session_id}", get(show))
        .route("/sessions/{session_id}/consent", post(consent))
        .route("/sessions/{session_id}/guide", post(guide))
        .route("/sessions/{session_id}/selfie", post(selfie))
        .route("/sessions/{session_id}/challenge", post(challenge))
        .route("/sessions/{session_id}/challenge/{challenge_id}/answer", post(answer))
}

/// Where the link leads. Changes nothing.
async fn look(State(app): State<AppState>, request: Request) -> Result<Json<Found>, Failure> {
    let seen = Seen::of(&request);
    let Link { token } = json::receive(request, &app.settings).await?;
    let session = app.service.session_of_link(&token).await?;
    let yours = seen.browser(&session).is_some_and(|secret| session.is_open_in(secret));
    Ok(Json(Found::of(&session, yours)))
}

/// Opens the session for this browser.
async fn open(State(app): State<AppState>, request: Request) -> Result<Response, Failure> {
    let seen = Seen::of(&request);
    let Link { token } = json::receive(request, &app.settings).await?;
    let session = app.service.session_of_link(&token).await?;
    app.service.count_request(&session.app).await?;
    note(&session);
    let browser = seen.browser(&session);
    let Opened { session, secret } = app.service.open_session(session, browser).await?;
    let mut response = view(&app, &session, None).into_response();
    if let Some(secret) = secret {
        let seconds = session.expires_at.as_second() - Timestamp::now().as_second();
        let cookie = cookie::set(&session.id, secret.reveal(), seen.secure, seconds.max(1));
        response.headers_mut().insert(SET_COOKIE, cookie.ok_or(Failure::Panicked)?);
    }
    Ok(response)
}

/// What a request says besides its body.
struct Seen {
    headers: HeaderMap,
    secure: bool,
}

impl Seen {
    fn of(request: &Request) -> Self {
        Self { headers: request.headers().clone(), secure: Client::came_securely(request.extensions()) }
    }

    /// What the browser shows for `session`.
    fn browser(&self, session: &Session) -> Option<&str> {
        cookie::of(&self.headers, &session.id, self.secure)
    }
}

async fn show(State(app): State<AppState>, Visited(session): Visited) -> Result<Json<View>, Failure> {
    note(&session);
    // What a stop of the server has left half-way.
    let session = app.service.resume_session(session).await?;
    Ok(view(&app, &session, None))
}

async fn consent(
    State(app): State<AppState>,
    Visited(session): Visited,
    request: Request,
) -> Result<Json<View>, Failure> {
    note(&session);
    let Word { agrees } = json::receive(request, &app.settings).await?;
    let session = app.service.consent_session(session, agrees).await?;
    Ok(view(&app, &session, None))
}

async fn guide(
    State(app): State<AppState>,
    Visited(session): Visited,
    PhotoForm(form): PhotoForm,
) -> Result<Json<Guidance>, Failure> {
    note(&session);
    let hint: Hint = app.service.guide_session(&session, form.photo(&["photo"])?).await?;
    Ok(Json(Guidance { hint: hint.name() }))
}

async fn selfie(
    State(app): State<AppState>,
    Visited(session): Visited,
    PhotoForm(form): PhotoForm,
) -> Result<Json<View>, Failure> {
    note(&session);
    let (session, advice) = app.service.session_selfie(session, form.photo(&["photo"])?).await?;
    Ok(view(&app, &session, advice))
}

async fn challenge(
    State(app): State<AppState>,
    Visited(session): Visited,
    transaction: TransactionId,
) -> Result<Json<native::wire::Challenge>, Failure> {
    note(&session);
    let made = app.service.session_challenge(session).await?;
    Ok(Json(native::challenge(&made, transaction)))
}

async fn answer(
    State(app): State<AppState>,
    Visited(session): Visited,
    PathPieces((_, challenge_id)): PathPieces<(String, String)>,
    PhotoForm(form): PhotoForm,
) -> Result<Json<View>, Failure> {
    note(&session);
    let challenge = ChallengeId::parse(&challenge_id).ok_or(ServiceError::ChallengeUnknown)?;
    let frames = form.numbered_photos("step_")?;
    let answer = AnswerRequest { challenge, frames, check_deepfake: false };
    let session = app.service.answer_session_challenge(session, answer).await?;
    Ok(view(&app, &session, None))
}

fn view(app: &AppState, session: &Session, advice: Option<Advice>) -> Json<View> {
    Json(View::of(session, app.service.settings().sessions.tries.get(), advice))
}

/// The audit log finds the records of a session by the app's own id of it, or by its id.
fn note(session: &Session) {
    let id = session.id.to_string();
    note_trx_id(session.trx_id.as_deref().unwrap_or(&id));
}
