//! Lets only operators in whose role allows what they ask for, and only what their own browser or script has sent.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use faceward_service::ServiceError;
use faceward_service::operators::Actor;
use utoipa_axum::router::OpenApiRouter;

use super::access::{self, Access};
use super::cookie;
use crate::client::Client;
use crate::extract::caller::Acting;
use crate::failure::Failure;
use crate::own_site::own_site;
use crate::state::AppState;

/// Only scripts of our own pages can send it: a form cannot, and other sites would have to ask first.
const CONSOLE: HeaderName = HeaderName::from_static("x-faceward-console");

/// Puts the layer before `routes`.
pub(super) fn install(routes: OpenApiRouter<AppState>, state: &AppState) -> OpenApiRouter<AppState> {
    routes.route_layer(from_fn_with_state(state.clone(), admit))
}

async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match admitted(&state, request).await {
        Ok(request) => in_our_words(run(request, next).await),
        Err(failure) => failure.into_response(),
    }
}

/// The request with its operator, if it is let in.
async fn admitted(state: &AppState, mut request: Request) -> Result<Request, Failure> {
    let path = request.extensions().get::<MatchedPath>().ok_or(Failure::Panicked)?;
    let access = access::of(request.method(), path.as_str()).ok_or(Failure::RoleTooLow)?;
    let client = request.extensions().get::<Client>().copied();
    let changes = !request.method().is_safe();
    match access {
        // Logging in makes a cookie: nobody shall be logged in by another site.
        Access::Open => own_site(request.headers(), &CONSOLE)?,
        Access::Local => {
            let (actor, _) = identify(state, client, request.headers()).await?;
            if actor.pass.is_some() {
                return Err(Failure::RoleTooLow);
            }
            request.extensions_mut().insert(Acting(actor));
        }
        Access::Least(role) => {
            let (actor, by_cookie) = identify(state, client, request.headers()).await?;
            if by_cookie && changes {
                own_site(request.headers(), &CONSOLE)?;
            }
            if actor.role < role {
                return Err(Failure::RoleTooLow);
            }
            request.extensions_mut().insert(Acting(actor));
        }
    }
    Ok(request)
}

/// Who asks, and whether a browser said so by itself.
async fn identify(
    state: &AppState,
    client: Option<Client>,
    headers: &HeaderMap,
) -> Result<(Actor, bool), Failure> {
    if client == Some(Client::Local) {
        return Ok((Actor::local()?, false));
    }
    let secure = client.is_some_and(Client::is_secure);
    let (secret, by_cookie) = match headers.get(AUTHORIZATION) {
        Some(value) => (value.to_str().ok().and_then(bearer), false),
        None => (cookie::of(headers, secure), true),
    };
    let secret = secret.ok_or(Failure::NotLoggedIn)?;
    match state.service.operators().authenticate(secret).await {
        Ok(actor) => Ok((actor, by_cookie)),
        Err(ServiceError::Unauthenticated) => Err(Failure::NotLoggedIn),
        Err(error) => Err(error.into()),
    }
}

fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// What was begun is brought to its end, whoever stops waiting for it: the audit log says that it is about to be made.
async fn run(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_panic) => Failure::Panicked.into_response(),
    }
}

/// To an app a wrong key and an app that is gone are one; an operator is told which it is.
fn in_our_words(response: Response) -> Response {
    let failure = response.extensions().get::<Arc<Failure>>();
    match failure.map(Arc::as_ref) {
        Some(Failure::Service(ServiceError::AppNotFound(_))) => Failure::AppNotFound.into_response(),
        Some(Failure::Service(ServiceError::Unauthenticated)) => Failure::NotLoggedIn.into_response(),
        Some(_) | None => response,
    }
}

/// Where attempts to log in come from, and whether the way is secure.
pub(super) struct CameFrom {
    /// How attempts are counted.
    pub(super) address: String,
    /// Whether cookies can be.
    pub(super) secure: bool,
}

impl<S: Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let client = parts.extensions.get::<Client>().copied();
        let address = client.map(Client::counted_as).unwrap_or_default();
        Ok(Self { address, secure: client.is_some_and(Client::is_secure) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_known_in_any_case() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("abc"), None);
    }
}
