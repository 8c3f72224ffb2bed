//! Small networks of our own that read the shape of the mesh.

use faceward_models::calibration::shape_network::ShapeNetwork;

/// What the network says about a `shape` on the mean face and `others`; `None` if there are too few inputs or one is no
/// number.
pub(crate) fn shape_output(network: &ShapeNetwork, shape: &[f32], others: &[f32]) -> Option<f32> {
    let n_components = network.components.len() / ShapeNetwork::N_SHAPE;
    let n_units = network.output.len().max(1);
    let fits = shape.len() == ShapeNetwork::N_SHAPE
        && network.hidden.len() == n_units * (n_components + others.len() + 1);
    if !fits {
        return None;
    }
    let mut inputs: Vec<f32> =
        network.components.chunks_exact(shape.len()).map(|row| dot(row, shape)).collect();
    inputs.extend(others);
    inputs.push(1.0);
    // A rectified unit would make 0 of what is no number.
    if !inputs.iter().all(|input| input.is_finite()) {
        return None;
    }
    let hidden: Vec<f32> =
        network.hidden.chunks_exact(inputs.len()).map(|row| dot(row, &inputs).max(0.0)).collect();
    let output = dot(&network.output, &hidden) + network.bias;
    output.is_finite().then_some(output)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_then_rectified_units_then_one_output() {
        // One component that adds up the first two coordinates; two units that see it with opposite signs.
        let mut components = vec![0.0; ShapeNetwork::N_SHAPE];
        components[..2].fill(1.0);
        let network = ShapeNetwork {
            components,
            hidden: vec![2.0, 0.0, 0.0, -2.0, 0.0, 0.0],
            output: vec![10.0, 1.0],
            bias: 0.5,
        };
        let mut shape = vec![0.0; ShapeNetwork::N_SHAPE];
        shape[1] = 3.0;
        assert_eq!(shape_output(&network, &shape, &[7.0]), Some(60.5), "10 x 2 x 3 + 0.5");
        shape[1] = -3.0;
        assert_eq!(shape_output(&network, &shape, &[7.0]), Some(6.5), "1 x 2 x 3 + 0.5");
        assert_eq!(shape_output(&network, &shape[1..], &[7.0]), None);
        assert_eq!(shape_output(&network, &shape, &[]), None);
        assert_eq!(shape_output(&network, &shape, &[f32::NAN]), None);
    }
}
