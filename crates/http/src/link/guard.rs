//! Lets only the page in, and only for the session that its browser has opened.

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use faceward_service::{ServiceError, Session};

use super::cookie;
use crate::client::Client;
use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::native::sessions::session_id;
use crate::own_site::own_site;
use crate::state::AppState;

/// What only our page sends.
const PAGE: HeaderName = HeaderName::from_static("x-faceward-link");

/// Refuses what is not from the page.
pub(super) async fn own_page(request: Request, next: Next) -> Response {
    match own_site(request.headers(), &PAGE) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

/// Lets the browser of a session in, as its app.
pub(super) async fn admit(
    State(state): State<AppState>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    match session(&state, &params, request.headers(), Client::came_securely(request.extensions())).await {
        Ok(session) => {
            request.extensions_mut().insert(Caller(session.app));
            request.extensions_mut().insert(Visited(session));
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn session(
    state: &AppState,
    params: &RawPathParams,
    headers: &HeaderMap,
    secure: bool,
) -> Result<Session, Failure> {
    own_site(headers, &PAGE)?;
    let id = params.iter().find(|(name, _)| *name == "session_id").map(|(_, value)| value);
    let id = session_id(id.unwrap_or_default())?;
    let secret = cookie::of(headers, &id, secure).ok_or(ServiceError::SessionNotFound)?;
    let session = state.service.session_of_browser(secret).await?;
    if session.id == id { Ok(session) } else { Err(ServiceError::SessionNotFound.into()) }
}

/// The session of the browser; put there by the guard.
#[derive(Clone)]
pub(super) struct Visited(pub(super) Session);

impl<S: Sync> FromRequestParts<S> for Visited {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get().cloned().ok_or(Failure::Panicked)
    }
}
