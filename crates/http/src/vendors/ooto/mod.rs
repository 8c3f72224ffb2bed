//! The OOTO AI face API, version 1.0. What differs from the original and why: `docs/ooto.md`.

mod convert;
#[cfg(test)]
mod error_page;
mod errors;
mod forms;
mod routes;
mod wire;

use utoipa::OpenApi;

use crate::middleware::auth;
use crate::settings::HttpSettings;
use crate::surface::{Branch, Documents, Failures, Surface, kinds};
use crate::upload_room::Weight;

/// The API.
pub(crate) static SURFACE: Surface = Surface {
    name: "ooto",
    branches: &[Branch {
        prefix: "/api/v1.0",
        routes: routes::routes,
        authentication: &auth::BY_APP_KEY,
        body_bytes: HttpSettings::body_bytes,
        body_weight: Weight::Once,
    }],
    failures: Failures {
        met: || kinds(errors::TABLE),
        write: |failure, transaction, _| errors::write(failure, transaction),
    },
    documents: Documents {
        tag: "ooto",
        description: "The OOTO AI face API 1.0: a drop-in replacement. Change the base URL, keep the rest.",
        schemas: Schemas::openapi,
        #[cfg(test)]
        error_page: error_page::page,
    },
};

#[derive(OpenApi)]
#[openapi(components(schemas(wire::ErrorAnswer)))]
struct Schemas;
