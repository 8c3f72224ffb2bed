//! Lets pages of other origins call, those that an app allows (Fetch standard, section 3.3). Never with credentials: an app
//! shows its key or token in a header, and no cookie of ours is of use there.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::state::AppState;

/// What a page may send.
const SENT: &str = "app-id, app-key, accesstoken, content-type, priority";
/// With which methods.
const METHODS: &str = "GET, POST, DELETE";
/// What a page may read.
const READ: &str = "x-request-id, retry-after, ratelimit, ratelimit-policy, x-faceward-field";
/// How long a browser remembers it, in seconds.
const MAX_AGE: &str = "600";

/// Who is asked before a page of another origin sends.
#[derive(Clone)]
pub(crate) struct Preflight {
    /// Knows the origins.
    pub(crate) state: AppState,
    /// What lies below is for no page but our own.
    pub(crate) closed: &'static str,
}

/// Answers a browser that asks before it sends: it has no key yet, so the origins of all apps count.
pub(crate) async fn preflight(
    State(Preflight { state, closed }): State<Preflight>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let asks = request.method() == Method::OPTIONS
        && !request.uri().path().starts_with(closed)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let origin = request.headers().get(ORIGIN).filter(|_| asks).cloned();
    let Some(origin) = origin else { return Ok(next.run(request).await) };
    let text = origin.to_str().unwrap_or_default();
    if !state.service.apps().any_allows(text).await? {
        return Ok(next.run(request).await);
    }
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS)),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT)),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE)),
        (VARY, HeaderValue::from_static("origin, access-control-request-method")),
    ];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Lets the page read the answer, if the app that it showed a key of allows its origin. Stands behind the layer that knows
/// the app.
pub(crate) async fn allow(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let caller = request.extensions().get::<Caller>().copied();
    let (Some(origin), Some(Caller(app))) = (origin, caller) else { return next.run(request).await };
    let settings = state.service.apps().get(&app).await.map(|record| record.settings);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Whether it is allowed or not: the answer to another origin is another one.
    headers.append(VARY, HeaderValue::from_static("origin"));
    if settings.is_ok_and(|settings| settings.origins.iter().any(|allowed| origin == allowed.as_str())) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
    }
    response
}
