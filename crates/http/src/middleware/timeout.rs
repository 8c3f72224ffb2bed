//! The last net: no request lives longer than this, whatever it waits for.
//!
//! Slow uploads (408) and slow computations (503) have shorter limits of their own.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::failure::Failure;
use crate::state::AppState;

pub(crate) async fn limit(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let answer = tokio::time::timeout(state.settings.request_timeout, next.run(request));
    answer.await.map_err(|_| Failure::TimedOut)
}
