//! Our own API, version 1: everything that Faceward knows, in words of the standards. `snake_case` throughout.

mod challenges;
mod convert;
#[cfg(test)]
mod error_page;
mod errors;
mod routes;
pub(crate) mod wire;

use faceward_service::AnalysisReport;
use serde::Serialize;
use utoipa::OpenApi;

use crate::middleware::auth;
use crate::settings::HttpSettings;
use crate::surface::{Branch, Documents, Failures, Surface};
use crate::transaction::TransactionId;
use crate::upload_room::Weight;

/// The API.
pub(crate) static SURFACE: Surface = Surface {
    name: "v1",
    branches: &[Branch {
        prefix: "/v1",
        routes: routes::routes,
        authentication: &auth::BY_APP_KEY,
        body_bytes: HttpSettings::body_bytes,
        body_weight: Weight::Once,
    }],
    failures: Failures {
        met: || errors::MET.to_vec(),
        write: |failure, transaction, _| errors::write(failure, transaction),
    },
    documents: Documents {
        tag: "native",
        description: "Our own API: raw scores, ISO/IEC 29794-5 values, all faces, timings.",
        schemas: Schemas::openapi,
        #[cfg(test)]
        error_page: error_page::page,
    },
};

#[derive(OpenApi)]
#[openapi(components(schemas(wire::ErrorAnswer)))]
struct Schemas;

/// `report` as `/v1/analyze` answers it, for a caller without HTTP.
#[must_use]
pub fn analysis_json(report: &AnalysisReport) -> impl Serialize + use<> {
    convert::analysis(report, TransactionId::random())
}
