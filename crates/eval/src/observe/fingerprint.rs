//! What decides the result of a photo, in one word: another build, model, runtime or question never meets old results.

use faceward_engine::Engine;
use sha2::{Digest, Sha256};

use super::ObserveOptions;

/// Sources of the engine and of what it stands on, and the folder `models`, by the build script.
const SOURCES: &str = env!("FACEWARD_ENGINE_FINGERPRINT");

/// A name for everything but the photo that the result of a photo depends on.
pub(super) fn of(engine: &Engine, options: &ObserveOptions) -> String {
    let about = engine.capabilities();
    let models: Vec<_> = about.models.iter().map(|model| (model.id.as_str(), model.precision)).collect();
    let ObserveOptions { outputs, mirrored, face, part, trivial, n_threads: _, journal: _ } = options;
    let text = format!(
        "{SOURCES} {models:?} {:?} {} {outputs:?} {mirrored} {face:?} {part:?} {trivial}",
        about.runtime, about.runtime_version
    );
    hex(&Sha256::digest(text.as_bytes())[..12])
}

/// `bytes` in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
