//! Writes every failure down in the format of the surface that was called.
//!
//! The surface is known by the path, so that a wrong path, a wrong method or a panic is answered in its format too.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::{ErrorKind, Fault};
use crate::failure::Failure;
use crate::settings::HttpSettings;
use crate::transaction::TransactionId;
use crate::{native, vendors};

/// The failed answer's code, for logs and metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailureCode(pub(crate) &'static str);

/// How one surface writes a failure down.
pub(crate) type WriteFailure = fn(&Failure, TransactionId, &HttpSettings) -> Response;

/// One API: where it lives, its name in the audit log, and how it writes a failure down.
struct Surface {
    prefix: &'static str,
    name: &'static str,
    write: WriteFailure,
}

/// The surfaces with a format of their own. Everything else answers in the format of `/v1`.
const SURFACES: [Surface; 4] = [
    Surface {
        prefix: vendors::ooto::PREFIX,
        name: "ooto",
        write: |failure, transaction, _| vendors::ooto::errors::write(failure, transaction),
    },
    Surface { prefix: vendors::riset::FACE_PREFIX, ..RISET },
    Surface { prefix: vendors::riset::LIVENESS_PREFIX, ..RISET },
    Surface { prefix: vendors::riset::TOKEN_PREFIX, ..RISET },
];

/// What the paths of the Riset.ai API share.
const RISET: Surface =
    Surface { prefix: vendors::riset::FACE_PREFIX, name: "riset", write: vendors::riset::errors::write };

/// How everything else does.
const ELSEWHERE: Surface = Surface {
    prefix: native::PREFIX,
    name: "v1",
    write: |failure, transaction, _| native::errors::write(failure, transaction),
};

pub(crate) async fn write_failures(
    State(settings): State<Arc<HttpSettings>>,
    transaction: TransactionId,
    request: Request,
    next: Next,
) -> Response {
    let write = surface(request.uri().path()).write;
    let response = next.run(request).await;
    let Some(failure) = failure_of(&response) else { return response };
    log_if_ours(&failure);
    let mut answer = write(&failure, transaction, &settings);
    add_headers(&failure, &response, answer.headers_mut());
    answer.extensions_mut().insert(FailureCode(failure.kind().code()));
    answer
}

fn surface(path: &str) -> Surface {
    let is_below =
        |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    SURFACES.into_iter().find(|surface| is_below(surface.prefix)).unwrap_or(ELSEWHERE)
}

/// The name of the API that `path` belongs to, as the audit log has it.
pub(crate) fn surface_name(path: &str) -> &'static str {
    surface(path).name
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
    if let Some(allow) = response.headers().get(ALLOW) {
        headers.insert(ALLOW, allow.clone());
    }
    if let Some(seconds) = failure.retry_after_seconds() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if failure.kind() == ErrorKind::Unauthenticated {
        // RFC 9110 section 11.6.1 asks for a challenge with every 401.
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("AppKey realm=\"faceward\""));
    }
}

fn log_if_ours(failure: &Failure) {
    if failure.kind().fault() == Fault::Ours {
        tracing::error!(error = failure as &dyn std::error::Error, "a request failed");
    }
}
