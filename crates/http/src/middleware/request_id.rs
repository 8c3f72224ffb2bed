//! Gives every request its transaction id: an extension of the request, a header of the answer, a field of the span
//! in which everything about the request is logged.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::transaction::TransactionId;

/// The answer's header.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let transaction = TransactionId::random();
    request.extensions_mut().insert(transaction);
    let span = tracing::info_span!("request", transaction_id = %transaction);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::try_from(transaction.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
