//! Repairs of ONNX files that a runtime cannot use, or uses badly, as they were published.
//!
//! Each repair keeps what the network computes. Files are bytes in, bytes out, the same bytes every time. What this
//! crate does not fully understand it refuses: a file that does not survive reading and writing unchanged is not
//! touched. Training data, external weights, subgraphs and functions are outside.

mod fold;
mod inputs;
mod onnx;
mod prelu;
mod size;
mod weights;

use prost::Message;
use serde::{Deserialize, Serialize};

use onnx::Model;

/// One kind of repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepairStep {
    /// Computes every `DequantizeLinear` and `Reshape` of constants once, and stores the float weights instead.
    FoldQuantizedWeights,
    /// Removes graph inputs that are weights or that nothing reads.
    DropStaleInputs,
    /// Writes `PRelu(x, a)` as `a * x + (1 - a) * Relu(x)`, which ONNX Runtime computes twice as fast.
    RewritePrelu,
    /// Declares height and width of the image as free, for runtimes that keep to the declared shape.
    FreeImageSize,
}

impl RepairStep {
    /// Applies the step; gives how many places it changed.
    fn apply(self, model: &mut Model) -> Result<usize, RepairError> {
        match self {
            Self::FoldQuantizedWeights => fold::fold_quantized_weights(model.graph_mut()?),
            Self::DropStaleInputs => inputs::drop_stale_inputs(model),
            Self::RewritePrelu => prelu::rewrite_prelu(model.graph_mut()?),
            Self::FreeImageSize => size::free_image_size(model.graph_mut()?),
        }
    }
}

/// A file that cannot be repaired.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// The file is no ONNX file.
    #[error("this is no ONNX file")]
    Syntax(#[from] prost::DecodeError),
    /// The file has parts that would be lost.
    #[error("the file has parts that the repair does not know and would lose")]
    NotFaithful,
    /// A weight or operator is of a kind that the repair does not know.
    #[error("`{name}` is not supported: {why}")]
    Unsupported {
        /// Name of the tensor or node.
        name: String,
        /// What about it.
        why: &'static str,
    },
    /// A declared step changes nothing: the declaration is wrong, or the file is another one.
    #[error("the step {0:?} finds nothing to do")]
    Idle(RepairStep),
}

/// A step that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Applied {
    step: RepairStep,
    /// Nodes, inputs or shapes that the step changed.
    changes: usize,
}

/// The ONNX file `bytes` after `steps`: what a repaired file holds.
///
/// # Errors
/// See [`RepairError`].
pub fn repaired(bytes: &[u8], steps: &[RepairStep]) -> Result<Vec<u8>, RepairError> {
    Ok(repair(bytes, steps)?.0)
}

/// Applies `steps` to the ONNX file `bytes`; gives also what each did.
pub(crate) fn repair(bytes: &[u8], steps: &[RepairStep]) -> Result<(Vec<u8>, Vec<Applied>), RepairError> {
    let mut model = Model::decode(bytes)?;
    if model.encode_to_vec() != bytes {
        return Err(RepairError::NotFaithful);
    }
    let mut applied = Vec::with_capacity(steps.len());
    for &step in steps {
        let changes = step.apply(&mut model)?;
        if changes == 0 {
            return Err(RepairError::Idle(step));
        }
        applied.push(Applied { step, changes });
    }
    Ok((model.encode_to_vec(), applied))
}

fn unsupported(name: &str, why: &'static str) -> RepairError {
    RepairError::Unsupported { name: name.to_owned(), why }
}

#[cfg(test)]
mod tests;
