//! What the use cases want to know about a face.

use faceward_core::QualityKey;
use faceward_engine::{Output, Outputs, Request};

use crate::policy::gate_outputs;
use crate::requests::{Checks, FaceOptions};
use crate::ruled::Ruled;

/// What answers a request about one face: what it describes, and the checks.
pub(super) fn one_face_request(options: &FaceOptions) -> Request {
    let outputs = with_checks(options.describe, options.checks);
    Request { outputs, ..Request::default() }
}

/// What a comparison needs: the embedding, and in what condition the face is.
pub(super) const COMPARED: Outputs = Outputs::of(&[
    Output::Embedding,
    Output::Photographed,
    Output::Quality(QualityKey::Utility),
    Output::Quality(QualityKey::Occlusion),
]);

/// The same with what a comparison needs.
pub(super) fn comparable_request(options: &FaceOptions, mirrored_embedding: bool) -> Request {
    let outputs = with_checks(options.describe, options.checks).and(COMPARED);
    Request { outputs, mirrored_embedding, ..Request::default() }
}

/// `outputs`, and what `checks` look at.
pub(super) const fn with_checks(outputs: Outputs, checks: Checks) -> Outputs {
    outputs
        .with_if(Output::Liveness, checks.liveness)
        .with_if(Output::Genuine, checks.deepfake)
        .with_if(Output::Photographed, checks.liveness || checks.deepfake)
}

impl Ruled {
    /// What is wanted of a face that is compared with others, and let through by the app's demands.
    pub(super) fn wanted_of_probe(&self, options: &FaceOptions) -> Request {
        let request = comparable_request(options, self.settings().mirrored_probes);
        Request { outputs: request.outputs.and(gate_outputs(&self.settings().compare)), ..request }
    }
}
