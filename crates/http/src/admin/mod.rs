//! The administration, `/admin/v1`: operators run apps, keys, galleries and templates, and see how the server stands.
//! `snake_case` throughout. Who may do what is one table: `access`.

mod access;
mod cookie;
#[cfg(test)]
mod error_page;
mod errors;
mod guard;
mod listing;
mod routes;
mod wire;

use faceward_service::AppRecord;
use serde::Serialize;
use utoipa::OpenApi;

use crate::settings::HttpSettings;
use crate::surface::{Authentication, Branch, CredentialHeader, Documents, Failures, Surface};
use crate::upload_room::Weight;

/// Where it lives.
pub(crate) const PREFIX: &str = "/admin/v1";

/// Every request comes from an operator whose role allows it.
static BY_OPERATOR: Authentication = Authentication {
    guard: guard::install,
    headers: &[CredentialHeader {
        scheme: "operator",
        name: "Authorization",
        description: "`Bearer` and a token of `faceward operator token`. Browsers send a session cookie instead.",
    }],
};

/// The API.
pub(crate) static SURFACE: Surface = Surface {
    name: "admin",
    branches: &[Branch {
        prefix: PREFIX,
        routes: routes::routes,
        authentication: &BY_OPERATOR,
        body_bytes: HttpSettings::body_bytes,
        body_weight: Weight::Once,
    }],
    failures: Failures {
        met: || errors::MET.to_vec(),
        write: |failure, transaction, _| errors::write(failure, transaction),
    },
    documents: Documents {
        tag: "admin",
        description: "The administration: apps, keys, galleries, operators, audit log. For operators.",
        schemas: Schemas::openapi,
        #[cfg(test)]
        error_page: error_page::page,
    },
};

#[derive(OpenApi)]
#[openapi(components(schemas(wire::AdminError, wire::Event)))]
struct Schemas;

/// `app` as `/admin/v1/apps` answers it, for a caller without HTTP.
#[must_use]
pub fn app_json(app: &AppRecord) -> impl Serialize + use<> {
    wire::AdminApp::from(app)
}
