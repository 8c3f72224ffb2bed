//! The Riset.ai face and liveness API. What differs from the original and why: `docs/riset.md`.

mod answer;
mod call;
mod convert;
#[cfg(test)]
mod error_page;
mod errors;
mod forms;
mod lenient;
mod liveness;
mod received;
mod routes;
mod wire;

use utoipa::OpenApi;

use crate::middleware::token;
use crate::surface::{Authentication, Branch, Documents, Failures, Surface, kinds};
use crate::upload_room::Weight;

/// The API: faces and galleries, active and passive liveness, access tokens.
pub(crate) static SURFACE: Surface = Surface {
    name: "riset",
    branches: &[
        Branch {
            prefix: "/face-api",
            routes: routes::face_routes,
            authentication: &token::BY_TOKEN,
            body_bytes: |settings| settings.json_bytes,
            body_weight: Weight::WithDecodedPhotos,
        },
        Branch {
            prefix: "/liveness-api",
            routes: routes::liveness_routes,
            authentication: &token::BY_TOKEN,
            body_bytes: |settings| settings.json_bytes,
            body_weight: Weight::WithDecodedPhotos,
        },
        Branch {
            prefix: "/oauth",
            routes: routes::token_routes,
            authentication: &IN_BODY,
            body_bytes: |_| routes::MAX_CREDENTIALS_BYTES,
            body_weight: Weight::Once,
        },
    ],
    failures: Failures {
        met: || kinds(errors::TABLE),
        write: |failure, _, settings| errors::write(failure, settings),
    },
    documents: Documents {
        tag: "riset",
        description: "The Riset.ai face and liveness API. Change the base URL, keep the rest. A failure has its code as text in \
                      `status`, mostly under HTTP 200.",
        schemas: Schemas::openapi,
        #[cfg(test)]
        error_page: error_page::page,
    },
};

/// The handlers themselves look: credentials come in the body.
static IN_BODY: Authentication = Authentication { guard: |routes, _| routes, headers: &[] };

#[derive(OpenApi)]
#[openapi(components(schemas(wire::Status, wire::SingleLiveness, forms::SingleLiveness)))]
struct Schemas;

/// For `fuzz/`: reads `body` as every call of the API.
#[cfg(fuzzing)]
pub(crate) fn read_as_every_call(body: &[u8]) {
    let query = crate::extract::parameters::Parameters::none();
    let Ok(call) = call::Call::read(body, &query) else { return };
    let _ids = (call.reference(), call.user_id(), call.user_name(), call.gallery(), call.optional_subject());
    let _liveness = (liveness::list_or_single(&call, 1 << 16), liveness::batch(&call, 1 << 16));
    for image in [&call.image, &call.source_image, &call.target_image] {
        let _photo = image.photo(faceward_service::PhotoField::Only, 1 << 16);
    }
}
