//! What the use cases want to know about a face.

use faceward_engine::{Output, Outputs, Request};

use crate::requests::{Checks, FaceOptions};

/// What answers a request about one face: what it describes, and the checks.
pub(super) fn one_face_request(options: &FaceOptions) -> Request {
    let outputs = with_checks(options.describe, options.checks);
    Request { outputs, ..Request::default() }
}

/// The same with an embedding.
pub(super) fn comparable_request(options: &FaceOptions, mirrored_embedding: bool) -> Request {
    let outputs = with_checks(options.describe, options.checks).with(Output::Embedding);
    Request { outputs, mirrored_embedding, ..Request::default() }
}

/// `outputs`, and what `checks` look at.
pub(super) const fn with_checks(outputs: Outputs, checks: Checks) -> Outputs {
    outputs.with_if(Output::Liveness, checks.liveness).with_if(Output::Genuine, checks.deepfake)
}
