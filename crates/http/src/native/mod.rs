//! Our own API, version 1: everything that Faceward knows, in words of the standards. `snake_case` throughout.

mod challenges;
mod convert;
pub(crate) mod errors;
mod routes;
pub(crate) mod wire;

use faceward_service::AnalysisReport;
use serde::Serialize;

use crate::transaction::TransactionId;

pub(crate) use routes::routes;

/// `report` as `/v1/analyze` answers it, for a caller without HTTP.
#[must_use]
pub fn analysis_json(report: &AnalysisReport) -> impl Serialize + use<> {
    convert::analysis(report, TransactionId::random())
}

/// Where the API lives.
pub(crate) const PREFIX: &str = "/v1";
