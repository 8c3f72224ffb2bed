//! Every route and every layer, as one list.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::middleware::{
    access_log, allowance, catch_panic, cors, envelope, linger, no_store, origin, request_id, timeout,
    upload_room,
};
use crate::state::AppState;
use crate::surface::{Branch, Surface};
use crate::surfaces::ALL;
use crate::{admin, console, health, link, openapi as document};

/// The HTTP surface over `state`: all of it, or all but the administration where that listens alone.
pub fn router(state: AppState) -> Router {
    let with_admin = state.settings.admin_listen.is_none();
    let open = |surface: &Surface, branch: &Branch| match surface.name == admin::SURFACE.name && !with_admin {
        true => OpenApiRouter::new(),
        false => guarded(surface, branch, &state),
    };
    let (routes, _) = assemble(open).split_for_parts();
    let preflight =
        from_fn_with_state(cors::Preflight { state: state.clone(), closed: admin::PREFIX }, cors::preflight);
    let routes = routes.merge(docs_page(&openapi())).merge(link::routes(&state)).layer(preflight);
    layered(if with_admin { routes.merge(console::routes()) } else { routes }, state)
}

/// The administration over `state`, and what tells how the server is: for a listener of its own.
pub fn admin_router(state: AppState) -> Router {
    let mut routes = OpenApiRouter::new();
    for branch in admin::SURFACE.branches {
        routes = routes.nest(branch.prefix, guarded(&admin::SURFACE, branch, &state));
    }
    let (routes, _) = routes.merge(health::routes()).split_for_parts();
    layered(routes.merge(console::routes()), state)
}

/// `routes` behind what every request passes.
fn layered(routes: Router<AppState>, state: AppState) -> Router {
    let writer = envelope::Writer { surfaces: ALL, settings: Arc::clone(&state.settings) };
    // The first layer of this list sees a request first and its answer last.
    let layers = ServiceBuilder::new()
        .layer(from_fn(request_id::assign))
        .layer(from_fn_with_state(state.metrics.clone(), access_log::record))
        .layer(from_fn(no_store::forbid_keeping))
        .layer(from_fn_with_state(writer, envelope::write_failures))
        .layer(CatchPanicLayer::custom(catch_panic::respond))
        .layer(from_fn(linger::drain_unread))
        .layer(from_fn_with_state(state.clone(), timeout::limit));
    routes.layer(layers).with_state(state)
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    assemble(|_, branch| (branch.routes)()).into_openapi()
}

/// The routes of every API as `open` gives them, and those for who watches the server.
fn assemble(open: impl Fn(&Surface, &Branch) -> OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    let mut router = OpenApiRouter::with_openapi(document::frame(ALL));
    for surface in ALL.all {
        for branch in surface.branches {
            router = router.nest(branch.prefix, open(surface, branch));
        }
    }
    router.merge(health::routes())
}

/// The routes of `branch` behind what stands before them. Nobody without credentials takes up room, and no body is read
/// before there is room for it.
fn guarded(surface: &Surface, branch: &Branch, state: &AppState) -> OpenApiRouter<AppState> {
    let bodies = upload_room::Bodies {
        limit_bytes: (branch.body_bytes)(&state.settings),
        weight: branch.body_weight,
        room: state.uploads.clone(),
    };
    let routes = (branch.routes)().route_layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(state.clone(), cors::allow))
            .layer(from_fn_with_state(state.clone(), allowance::count))
            .layer(from_fn_with_state(surface.name, origin::remember))
            .layer(from_fn_with_state(bodies, upload_room::reserve)),
    );
    (branch.authentication.guard)(routes, state)
}

/// `/docs` and `/openapi.json`. The page's scripts are part of the binary: it works without internet.
fn docs_page(document: &utoipa::openapi::OpenApi) -> Router<AppState> {
    // Swagger UI would otherwise send the document to a public validator.
    let config = Config::from("/openapi.json").validator_url("none");
    let json = axum::Json(document.clone());
    Router::from(SwaggerUi::new("/docs").config(config)).route("/openapi.json", get(|| async move { json }))
}
