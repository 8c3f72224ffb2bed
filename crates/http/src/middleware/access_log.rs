//! One log line and one count a request: what was called, how it ended, how long it took.
//!
//! Never a photo, an embedding, a key, a name or a query: the route's template stands for the path.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument as _, Span};

use super::envelope::FailureCode;
use super::trace;
use crate::metrics::Metrics;
use crate::transaction::TransactionId;

/// The status of requests whose client left before the answer; never sent.
const CLIENT_GONE_STATUS: u16 = 499;
/// Stands for the template of a path that is none of ours.
const UNMATCHED: &str = "unmatched";

pub(crate) async fn record(
    State(metrics): State<Metrics>,
    transaction: TransactionId,
    request: Request,
    next: Next,
) -> Response {
    let mut entry = Entry::begin(metrics, transaction, &request);
    let response = next.run(request).instrument(entry.span.clone()).await;
    let code = response.extensions().get::<FailureCode>().map_or("ok", |code| code.0);
    entry.end(response.status().as_u16(), code);
    response
}

/// The line to come. A request whose client hangs up is dropped before its end: the line is written all the same.
struct Entry {
    metrics: Metrics,
    transaction: TransactionId,
    method: Method,
    route: Option<MatchedPath>,
    span: Span,
    started: Instant,
    ended: bool,
}

impl Entry {
    fn begin(metrics: Metrics, transaction: TransactionId, request: &Request) -> Self {
        metrics.request_began();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = request.method().clone();
        let template = route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
        let span = trace::span(transaction, &method, template, request.headers());
        Self { metrics, transaction, method, route, span, started: Instant::now(), ended: false }
    }

    fn end(&mut self, status: u16, code: &'static str) {
        self.ended = true;
        let duration = self.started.elapsed();
        let route = self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
        trace::ended(&self.span, status, code);
        self.metrics.request_ended(route, status, code, duration);
        tracing::info!(
            transaction_id = %self.transaction,
            method = %self.method,
            route,
            status,
            code,
            // Whole microseconds: more digits would only be noise.
            duration_ms = duration.as_micros() as f64 / 1e3,
            "request"
        );
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.ended {
            self.end(CLIENT_GONE_STATUS, "client_gone");
        }
    }
}
