//! Lets only known apps in: headers `APP-ID` and `APP-KEY`.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::state::AppState;
use crate::surface::{Authentication, CredentialHeader};

/// The tenant.
pub(crate) const APP_ID: HeaderName = HeaderName::from_static("app-id");
/// Its secret, up to 4 KB.
pub(crate) const APP_KEY: HeaderName = HeaderName::from_static("app-key");

/// Every request names its app and brings its key.
pub(crate) static BY_APP_KEY: Authentication = Authentication {
    guard: |routes, state| routes.route_layer(from_fn_with_state(state.clone(), require_app)),
    headers: &[
        CredentialHeader { scheme: "app_id", name: "APP-ID", description: "The app's id, a UUID." },
        CredentialHeader { scheme: "app_key", name: "APP-KEY", description: "The app's key, up to 4 KB." },
    ],
};

async fn require_app(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let (id, key) = (text(request.headers(), &APP_ID), text(request.headers(), &APP_KEY));
    let app = state.service.authenticate(id, key).await?;
    request.extensions_mut().insert(Caller(app));
    Ok(next.run(request).await)
}

/// A header that is absent or no text is the empty credential, which no app has.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}
