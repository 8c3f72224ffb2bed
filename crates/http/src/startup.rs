//! A server that is still starting: it lives, is not ready, and says why and how far it is.
//!
//! The socket is open from the first moment on. Until the service is there, every request but those of the health checks
//! is refused with 503 in the format of its surface, so that no client hangs.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;

use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::middleware::{access_log, catch_panic, envelope, linger, no_store, request_id};
use crate::phase::Phase;
use crate::settings::HttpSettings;
use crate::state::AppState;
use crate::surfaces::ALL;
use crate::{health, router};

/// How far the start of a server is, told by whoever starts it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Startup(Arc<Mutex<Phase>>);

impl Startup {
    /// Takes note of `phase`.
    pub fn report(&self, phase: Phase) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// Whether models are being fetched.
    #[must_use]
    pub fn is_fetching(&self) -> bool {
        matches!(self.phase(), Phase::Fetching { .. })
    }

    fn phase(&self) -> Phase {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way into a server: closed while it starts, then open to its whole surface. Cheap to clone.
#[derive(Clone)]
pub struct Entrance(Arc<RwLock<Router>>);

impl Entrance {
    /// An entrance that refuses requests and says how far `startup` is.
    #[must_use]
    pub fn closed(settings: HttpSettings, metrics: Metrics, startup: Startup) -> Self {
        Self(Arc::new(RwLock::new(closed(Arc::new(settings), metrics, startup))))
    }

    /// Lets requests in, those of connections that are open already too.
    pub fn open(&self, state: AppState) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router::router(state);
    }

    /// What a server serves from its first moment on.
    pub fn router(&self) -> Router {
        let entrance = self.clone();
        Router::new().fallback_service(tower::service_fn(move |request: Request| {
            let router = entrance.current();
            async move {
                Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
            }
        }))
    }

    fn current(&self) -> Router {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn closed(settings: Arc<HttpSettings>, metrics: Metrics, startup: Startup) -> Router {
    let writer = envelope::Writer { surfaces: ALL, settings };
    let layers = ServiceBuilder::new()
        .layer(from_fn(request_id::assign))
        .layer(from_fn_with_state(metrics.clone(), access_log::record))
        .layer(from_fn(no_store::forbid_keeping))
        .layer(from_fn_with_state(writer, envelope::write_failures))
        .layer(CatchPanicLayer::custom(catch_panic::respond))
        .layer(from_fn(linger::drain_unread));
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(move || async move { health::rendered(&metrics) }))
        .fallback(refuse)
        .layer(layers)
        .with_state(startup)
}

async fn refuse(State(startup): State<Startup>) -> Failure {
    Failure::Starting(startup.phase())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::http::header::RETRY_AFTER;
    use http_body_util::BodyExt;

    use super::*;

    /// Status, `Retry-After` and body of the answer to a GET.
    async fn ask(router: &Router, path: &str) -> (StatusCode, Option<String>, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("an answer");
        let retry = response.headers().get(RETRY_AFTER).map(|value| value.to_str().expect("text").to_owned());
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, retry, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn a_starting_server_lives_is_not_ready_and_says_how_far_it_is() {
        let startup = Startup::default();
        let metrics = Metrics::for_tests();
        let router = Entrance::closed(HttpSettings::default(), metrics, startup.clone()).router();
        assert_eq!(ask(&router, "/healthz").await.0, StatusCode::OK);
        assert_eq!(ask(&router, "/metrics").await.0, StatusCode::OK);
        startup.report(Phase::ReadingTemplates { done: 4096, total: 10_000 });
        assert!(ask(&router, "/readyz").await.2.contains("reading templates, 4096 of 10000"));
        startup.report(Phase::Fetching { received_bytes: 12, total_bytes: 200 });
        let (status, retry, body) = ask(&router, "/readyz").await;
        assert_eq!((status, retry.as_deref()), (StatusCode::SERVICE_UNAVAILABLE, Some("1")));
        assert!(body.contains("the models are not loaded yet: fetching, 12 of 200 bytes"), "{body}");
        startup.report(Phase::Compiling { done: 3, total: 20 });
        assert!(ask(&router, "/readyz").await.2.contains("compiling, 3 of 20 networks"));
    }

    #[tokio::test]
    async fn each_surface_refuses_in_its_own_words() {
        let router =
            Entrance::closed(HttpSettings::default(), Metrics::for_tests(), Startup::default()).router();
        let table = [
            ("/api/v1.0/verify", r#""code":503"#),
            ("/face-api/v3/facegallery/my-facegalleries", r#""status":"503""#),
            ("/v1/info", r#""code":"not_ready""#),
            ("/no/such/path", r#""code":"not_ready""#),
        ];
        for (path, expected) in table {
            let (status, retry, body) = ask(&router, path).await;
            assert_eq!((status, retry.as_deref()), (StatusCode::SERVICE_UNAVAILABLE, Some("1")), "{path}");
            assert!(body.replace(' ', "").contains(expected), "{path}: {body}");
        }
    }
}
