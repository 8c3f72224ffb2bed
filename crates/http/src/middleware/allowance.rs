//! Counts the requests of an app that has limits, and tells it what is left (draft-ietf-httpapi-ratelimit-headers).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use faceward_service::{Allowance, Left};

use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::state::AppState;

/// What is left.
pub(crate) const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// The limits.
pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Stands behind the layer that knows the app.
pub(crate) async fn count(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(Caller(app)) = request.extensions().get::<Caller>().copied() else {
        return next.run(request).await;
    };
    match state.service.count_request(&app).await {
        Ok(allowance) => {
            request.extensions_mut().insert(allowance);
            let mut response = next.run(request).await;
            tell(&allowance, response.headers_mut());
            response
        }
        Err(error) => Failure::from(error).into_response(),
    }
}

fn tell(allowance: &Allowance, headers: &mut HeaderMap) {
    let windows = [("minute", 60, allowance.per_minute), ("day", 86_400, allowance.per_day)];
    let windows = windows.into_iter().filter_map(|(name, seconds, left)| Some((name, seconds, left?)));
    let windows: Vec<(&str, u32, Left)> = windows.collect();
    if windows.is_empty() {
        return;
    }
    let policy = |(name, window, left): &(&str, u32, Left)| format!("\"{name}\";q={};w={window}", left.limit);
    let rest = |(name, _, left): &(&str, u32, Left)| {
        format!("\"{name}\";r={};t={}", left.remaining, left.resets_in.as_secs().max(1))
    };
    for (header, text) in [(POLICY, join(&windows, policy)), (LEFT, join(&windows, rest))] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(header, value);
        }
    }
}

fn join<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn limits_are_told_in_the_form_of_the_draft() {
        let left = |limit, remaining, seconds| {
            Some(Left { limit, remaining, resets_in: Duration::from_secs(seconds) })
        };
        let mut headers = HeaderMap::new();
        tell(&Allowance { per_minute: left(600, 599, 0), per_day: left(1000, 7, 3600) }, &mut headers);
        assert_eq!(headers[&POLICY], "\"minute\";q=600;w=60, \"day\";q=1000;w=86400");
        assert_eq!(headers[&LEFT], "\"minute\";r=599;t=1, \"day\";r=7;t=3600");
        let mut none = HeaderMap::new();
        tell(&Allowance::default(), &mut none);
        assert!(none.is_empty());
    }
}
