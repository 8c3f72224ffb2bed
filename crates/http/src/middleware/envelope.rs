//! Writes every failure down in the format of the surface that was called.
//!
//! The surface is known by the path, so that a wrong path, a wrong method or a panic is answered in its format too.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::allowance::{LEFT, POLICY};
use crate::error::{ErrorKind, Fault};
use crate::failure::Failure;
use crate::settings::HttpSettings;
use crate::surface::{Surface, Surfaces};
use crate::transaction::TransactionId;

/// The failed answer's code, for logs and metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailureCode(pub(crate) &'static str);

/// What writes failures down.
#[derive(Clone)]
pub(crate) struct Writer {
    /// The APIs, each with a format of its own.
    pub(crate) surfaces: Surfaces,
    /// What the operator set.
    pub(crate) settings: Arc<HttpSettings>,
}

pub(crate) async fn write_failures(
    State(Writer { surfaces, settings }): State<Writer>,
    transaction: TransactionId,
    request: Request,
    next: Next,
) -> Response {
    let surface = surfaces.of(request.uri().path());
    let response = next.run(request).await;
    let Some(failure) = failure_of(&response) else { return response };
    log_for_operators(&failure);
    let failure = listed(failure, surface);
    let mut answer = (surface.failures.write)(&failure, transaction, &settings);
    add_headers(&failure, &response, answer.headers_mut());
    answer.extensions_mut().insert(FailureCode(failure.kind().code()));
    answer
}

/// `failure`, or a fault of ours in its place: an API never answers with something that its documents do not know.
fn listed(failure: Arc<Failure>, surface: &Surface) -> Arc<Failure> {
    if surface.meets(failure.kind()) {
        return failure;
    }
    tracing::error!(surface = surface.name, %failure, "a failure that this API should never meet");
    Arc::new(Failure::Panicked)
}

/// What went wrong, if anything did. Answers of the router itself say it by their status only.
fn failure_of(response: &Response) -> Option<Arc<Failure>> {
    if let Some(failure) = response.extensions().get::<Arc<Failure>>() {
        return Some(Arc::clone(failure));
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(Arc::new(Failure::NotFound)),
        StatusCode::METHOD_NOT_ALLOWED => Some(Arc::new(Failure::MethodNotAllowed)),
        _ => None,
    }
}

fn add_headers(failure: &Failure, response: &Response, headers: &mut HeaderMap) {
    for name in [ALLOW, VARY, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, LEFT, POLICY] {
        if let Some(value) = response.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    if let Some(seconds) = failure.retry_after_seconds() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    // RFC 9110 section 11.6.1 asks for a challenge with every 401.
    if failure.kind() == ErrorKind::Unauthenticated {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("AppKey realm=\"faceward\""));
    }
    if failure.kind() == ErrorKind::NotLoggedIn {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"faceward\""));
    }
}

fn log_for_operators(failure: &Failure) {
    if failure.kind() == ErrorKind::StoreUnreachable {
        tracing::warn!(%failure, "a request was refused");
    }
    if failure.kind().fault() == Fault::Ours {
        tracing::error!(error = failure as &dyn std::error::Error, "a request failed");
    }
}
