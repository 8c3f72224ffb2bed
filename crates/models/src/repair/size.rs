//! Freeing the size of the input image.
//!
//! A network without fixed sizes inside (convolutions, resizing by factors) runs on any size that its strides divide;
//! only the declaration binds it. The axes of outputs lose their declared length, for it follows from the input.

use super::onnx::{Dimension, Graph, ValueInfo};
use super::{RepairError, unsupported};

/// Frees height and width of the only input, batch x channel x height x width; gives how many shapes changed.
pub(super) fn free_image_size(graph: &mut Graph) -> Result<usize, RepairError> {
    let [input] = graph.input.as_mut_slice() else {
        return Err(unsupported("inputs", "expected one image"));
    };
    let name = input.name().to_owned();
    let shape = tensor(input).and_then(|tensor| tensor.shape.as_mut());
    let Some([_, _, height, width]) = shape.map(|shape| shape.dim.as_mut_slice()) else {
        return Err(unsupported(&name, "expected four axes"));
    };
    for (axis, name) in [(height, "height"), (width, "width")] {
        *axis = Dimension { value: None, param: Some(name.to_owned()) };
    }
    for output in &mut graph.output {
        let axes =
            tensor(output).and_then(|tensor| tensor.shape.as_mut()).map(|shape| shape.dim.as_mut_slice());
        axes.unwrap_or_default().fill(Dimension::default());
    }
    graph.value_info.clear();
    Ok(1 + graph.output.len())
}

fn tensor(value: &mut ValueInfo) -> Option<&mut super::onnx::TensorType> {
    value.value.as_mut()?.tensor.as_mut()
}
