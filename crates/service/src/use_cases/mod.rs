//! The use cases: one verb a file, each a method of [`crate::Service`].

mod analyze;
mod enroll;
mod identify;
pub(crate) mod info;
mod inspect;
mod templates;
mod verify;
mod verify_against;

use faceward_engine::{Outputs, Request, Scope};

use crate::error::ServiceError;
use crate::metrics;
use crate::requests::{Checks, FaceOptions};

/// What every answer about one face says: pose, attributes and quality, and what the caller chose.
const fn one_face_request(checks: Checks, dense_landmarks: bool) -> Request {
    let outputs = Outputs {
        dense_landmarks,
        pose: true,
        embedding: false,
        liveness: checks.liveness,
        deepfake: checks.deepfake,
        attributes: true,
        quality: true,
    };
    Request { outputs, scope: Scope::Primary, mirrored_embedding: false }
}

/// The same with an embedding.
const fn comparable_request(options: &FaceOptions, mirrored_embedding: bool) -> Request {
    let mut request = one_face_request(options.checks, options.dense_landmarks);
    request.outputs.embedding = true;
    request.mirrored_embedding = mirrored_embedding;
    request
}

/// Counts and times one request. A caller that hangs up drops it before an outcome is known.
struct Meter {
    use_case: &'static str,
    began: std::time::Instant,
    outcome: &'static str,
}

impl Meter {
    fn start(use_case: &'static str) -> Self {
        Self { use_case, began: std::time::Instant::now(), outcome: "hung_up" }
    }

    /// Notes how the request ended.
    fn end<T>(mut self, result: Result<T, ServiceError>) -> Result<T, ServiceError> {
        self.outcome = result.as_ref().map_or_else(ServiceError::name, |_| "answered");
        result
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        metrics::request(self.use_case, self.outcome, self.began.elapsed());
    }
}
