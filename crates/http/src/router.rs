//! Every route and every layer, as one list.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::middleware::{
    access_log, auth, catch_panic, envelope, linger, no_store, origin, request_id, timeout, token,
    upload_room,
};
use crate::openapi::Document;
use crate::state::AppState;
use crate::{health, native, vendors};

/// The whole HTTP surface over `state`.
pub fn router(state: AppState) -> Router {
    let guarded = |routes: OpenApiRouter<AppState>| {
        // Outermost first: nobody without a key takes up room, and no body is read before there is room for it.
        routes.route_layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), auth::require_app))
                .layer(from_fn(origin::remember))
                .layer(from_fn_with_state(state.clone(), upload_room::reserve)),
        )
    };
    let by_token = |routes: OpenApiRouter<AppState>| {
        routes.route_layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), token::require_token))
                .layer(from_fn(origin::remember))
                .layer(from_fn_with_state(state.clone(), upload_room::reserve_json)),
        )
    };
    let (routes, document) = assemble(guarded, by_token).split_for_parts();
    // The first layer of this list sees a request first and its answer last.
    let layers = ServiceBuilder::new()
        .layer(from_fn(request_id::assign))
        .layer(from_fn_with_state(state.metrics.clone(), access_log::record))
        .layer(from_fn(no_store::forbid_keeping))
        .layer(from_fn_with_state(Arc::clone(&state.settings), envelope::write_failures))
        .layer(CatchPanicLayer::custom(catch_panic::respond))
        .layer(from_fn(linger::drain_unread))
        .layer(from_fn_with_state(state.clone(), timeout::limit));
    routes.merge(docs_page(&document)).layer(layers).with_state(state)
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    assemble(|routes| routes, |routes| routes).into_openapi()
}

/// All documented routes; `guarded` stands before those that need credentials, `by_token` before those that need a token.
fn assemble(
    guarded: impl Fn(OpenApiRouter<AppState>) -> OpenApiRouter<AppState>,
    by_token: impl Fn(OpenApiRouter<AppState>) -> OpenApiRouter<AppState>,
) -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest(vendors::ooto::PREFIX, guarded(vendors::ooto::routes()))
        .nest(vendors::riset::FACE_PREFIX, by_token(vendors::riset::face_routes()))
        .nest(vendors::riset::LIVENESS_PREFIX, by_token(vendors::riset::liveness_routes()))
        .nest(vendors::riset::TOKEN_PREFIX, vendors::riset::token_routes())
        .nest(native::PREFIX, guarded(native::routes()))
        .merge(health::routes())
}

/// `/docs` and `/openapi.json`. The page's scripts are part of the binary: it works without internet.
fn docs_page(document: &utoipa::openapi::OpenApi) -> Router<AppState> {
    // Swagger UI would otherwise send the document to a public validator.
    let config = Config::from("/openapi.json").validator_url("none");
    let json = axum::Json(document.clone());
    Router::from(SwaggerUi::new("/docs").config(config)).route("/openapi.json", get(|| async move { json }))
}
