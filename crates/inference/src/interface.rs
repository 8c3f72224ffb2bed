//! What the back-ends share: how a runtime is loaded, and what a network takes and gives.

use std::path::PathBuf;

use faceward_core::Precision;

use crate::error::InferenceError;
use crate::tensor::{TensorSpec, TensorView};

/// How a runtime is loaded.
#[derive(Clone, Debug)]
pub struct RuntimeOptions {
    /// Absolute path of the runtime's C library (`libopenvino_c.so.*`, `libonnxruntime.so.*`); the libraries that it
    /// needs lie in the same folder.
    pub library: PathBuf,
    /// Folder for compiled networks, so that the next start is fast. `None`: compile at every start. ONNX Runtime
    /// has no such cache and takes no notice. What lies here is executed: only the server may write to it.
    pub compiled_cache: Option<PathBuf>,
}

/// What a network takes and gives, in the file's order.
pub(crate) struct Interface {
    pub(crate) inputs: Vec<TensorSpec>,
    pub(crate) outputs: Vec<TensorSpec>,
    pub(crate) loaded_from_cache: Option<bool>,
    pub(crate) precision: Precision,
}

impl Interface {
    pub(crate) fn check(&self, given: &[TensorView<'_>]) -> Result<(), InferenceError> {
        if given.len() != self.inputs.len() {
            return Err(InferenceError::InputCount { expected: self.inputs.len(), actual: given.len() });
        }
        for (spec, tensor) in self.inputs.iter().zip(given) {
            if !spec.accepts(tensor.shape) || !tensor.is_complete() {
                return Err(InferenceError::InputShape {
                    input: spec.name.clone(),
                    expected: spec.shape_text(),
                    actual: format!("{:?} with {} values", tensor.shape, tensor.data.len()),
                });
            }
        }
        Ok(())
    }
}
