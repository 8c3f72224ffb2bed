//! A panic in a handler fails its own request and no other.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::failure::Failure;

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn respond(panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!(panic = faceward_service::panic_message(panic.as_ref()), "a handler panicked");
    Failure::Panicked.into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use tower::{ServiceBuilder, ServiceExt};
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::middleware::{envelope, request_id};

    async fn boom() {
        panic!("the secret is out");
    }

    #[tokio::test]
    async fn a_panic_is_500_in_the_envelope_of_its_surface_and_tells_nothing() {
        let settings = Arc::new(crate::settings::HttpSettings::default());
        let writer = envelope::Writer { surfaces: crate::surfaces::ALL, settings };
        let layers = ServiceBuilder::new()
            .layer(from_fn(request_id::assign))
            .layer(from_fn_with_state(writer, envelope::write_failures))
            .layer(CatchPanicLayer::custom(respond));
        let router =
            Router::new().route("/api/v1.0/boom", get(boom)).route("/v1/boom", get(boom)).layer(layers);
        for (path, expected) in [
            ("/api/v1.0/boom", r#""result":{"status":"error","code":500,"info":"internal error"}"#),
            ("/v1/boom", r#""error":{"code":"internal_error","message":"internal error"}"#),
        ] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let response = router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status().as_u16(), 500, "{path}");
            let body = to_bytes(response.into_body(), 4096).await.expect("a short body");
            let text = String::from_utf8_lossy(&body).into_owned();
            assert!(text.contains(expected) && !text.contains("secret"), "{text}");
        }
    }
}
