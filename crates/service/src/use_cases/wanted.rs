//! What the use cases want to know about a face.

use faceward_engine::{Outputs, Request, Scope};

use crate::requests::{Checks, FaceOptions};

/// What every answer about one face says: pose, attributes and quality, and what the caller chose.
pub(super) const fn one_face_request(checks: Checks, dense_landmarks: bool) -> Request {
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
pub(super) const fn comparable_request(options: &FaceOptions, mirrored_embedding: bool) -> Request {
    let mut request = one_face_request(options.checks, options.dense_landmarks);
    request.outputs.embedding = true;
    request.mirrored_embedding = mirrored_embedding;
    request
}
