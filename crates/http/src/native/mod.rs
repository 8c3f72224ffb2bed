//! Our own API, version 1: everything that Faceward knows, in words of the standards. `snake_case` throughout.

pub(crate) mod challenges;
mod convert;
#[cfg(test)]
mod error_page;
mod errors;
mod routes;
pub(crate) mod sessions;
pub(crate) mod wire;

use faceward_service::{AnalysisReport, FaceReport, Info, Session};
use serde::Serialize;
use serde_json::Value;
use utoipa::OpenApi;

pub(crate) use convert::{DESCRIBED, challenge, session_answer};

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

/// `report` as `/v1/analyze` answers it; `None` would be a bug of ours.
pub(crate) fn analysis_value(report: &AnalysisReport, transaction: TransactionId) -> Option<Value> {
    serde_json::to_value(convert::analysis(report, transaction)).ok()
}

/// A face as `/v1/analyze` describes it; `None` would be a bug of ours.
pub(crate) fn face_json(report: &FaceReport) -> Option<Value> {
    serde_json::to_value(convert::face(report)).ok()
}

/// `session` as `/v1/sessions` tells of it; `None` would be a bug of ours.
pub(crate) fn session_value(session: &Session) -> Option<Value> {
    serde_json::to_value(convert::wire_session(session)).ok()
}

/// `info` as `/v1/info` answers it; `None` would be a bug of ours.
pub(crate) fn info_value(info: &Info, transaction: TransactionId) -> Option<Value> {
    serde_json::to_value(convert::info(info, transaction)).ok()
}
