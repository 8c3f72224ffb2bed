//! The span of a request in traces, if anybody is told of them. Log lines have a span of their own (`request_id`).

use axum::http::{HeaderMap, Method};
use opentelemetry::global::get_text_map_propagator;
use opentelemetry_http::HeaderExtractor;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::transaction::TransactionId;

/// That of a request to `route`. What `headers` say of the trace that it belongs to counts if the operator accepts it.
pub(super) fn span(transaction: TransactionId, method: &Method, route: &str, headers: &HeaderMap) -> Span {
    let span = tracing::debug_span!(
        "call",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        transaction_id = %transaction,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
        code = Empty,
    );
    if !span.is_disabled() {
        // Without somebody who accepts parents it says nothing, and the request begins a trace.
        let parent = get_text_map_propagator(|propagator| propagator.extract(&HeaderExtractor(headers)));
        if let Err(error) = span.set_parent(parent) {
            tracing::trace!(%error, "a span for nobody");
        }
    }
    span
}

/// How it ended: `status` was answered, with the `code` of a failure.
pub(super) fn ended(span: &Span, status: u16, code: &'static str) {
    span.record("http.response.status_code", status);
    span.record("code", code);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}
