//! Lets only apps with an access token in: header `Accesstoken`.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::state::AppState;
use crate::surface::{Authentication, CredentialHeader};

/// The token, without `Bearer`.
pub(crate) const ACCESS_TOKEN: HeaderName = HeaderName::from_static("accesstoken");

/// Every request brings a token that the app was given.
pub(crate) static BY_TOKEN: Authentication = Authentication {
    guard: |routes, state| routes.route_layer(from_fn_with_state(state.clone(), require_token)),
    headers: &[CredentialHeader {
        scheme: "access_token",
        name: "Accesstoken",
        description: "A token from /oauth/client/token, without `Bearer`.",
    }],
};

async fn require_token(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let app = state.service.authenticate_token(token_of(request.headers())).await?;
    request.extensions_mut().insert(Caller(app));
    Ok(next.run(request).await)
}

/// A header that is absent or no text is the empty token, which is none.
pub(crate) fn token_of(headers: &HeaderMap) -> &str {
    headers.get(&ACCESS_TOKEN).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}
