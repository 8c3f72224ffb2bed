//! The endpoints of the Riset.ai API: extract, one use case, convert.

mod faces;
mod galleries;
mod liveness;
mod tokens;

pub(super) use tokens::MAX_BODY_BYTES as MAX_CREDENTIALS_BYTES;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Every route below `/face-api`.
pub(crate) fn face_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(galleries::register))
        .routes(routes!(galleries::delete_client, galleries::delete_client_by_post))
        .routes(routes!(galleries::get_counters))
        .routes(routes!(galleries::my_facegalleries))
        .routes(routes!(galleries::create_facegallery))
        .routes(routes!(galleries::delete_facegallery))
        .routes(routes!(faces::enroll_face))
        .routes(routes!(faces::list_faces))
        .routes(routes!(faces::verify_face))
        .routes(routes!(faces::identify_face))
        .routes(routes!(faces::delete_face))
        .routes(routes!(faces::compare_images))
}

/// Every route below `/liveness-api`.
pub(crate) fn liveness_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(liveness::verify_face_liveness))
        .routes(routes!(liveness::batch_verify_face_liveness))
}

/// Every route below `/oauth`.
pub(crate) fn token_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(tokens::issue)).routes(routes!(tokens::revoke))
}
