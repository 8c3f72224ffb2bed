//! The OpenAPI 3.1 document: everything that the annotated routes do not say themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::{native, vendors};

/// The frame that the routes are added to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Faceward",
        description = "Face verification, identification, liveness and quality on your own machine.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "ooto", description = "The OOTO AI face API 1.0: a drop-in replacement. Change the base URL, keep \
                                       the rest."),
        (name = "native", description = "Our own API: raw scores, ISO/IEC 29794-5 values, all faces, timings."),
        (name = "operations", description = "Health and metrics. No credentials."),
    ),
    components(schemas(vendors::ooto::wire::ErrorAnswer, native::wire::ErrorAnswer)),
    modifiers(&Credentials),
)]
pub(crate) struct Document;

/// Every call names its app and proves it with a key.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, header, description) in [
            ("app_id", "APP-ID", "The app's id, a UUID."),
            ("app_key", "APP-KEY", "The app's key, up to 4 KB."),
        ] {
            let value = ApiKeyValue::with_description(header, description);
            components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Header(value)));
        }
    }
}
