//! Folding of quantised weights.
//!
//! `DequantizeLinear` (ONNX, version 21): `y = (x - zero_point) * scale`, where scale and zero point are one number, a
//! vector along `axis`, or a tensor of the rank of `x` with one number for each block of `block_size` along `axis`.

use super::onnx::{Graph, Node, Tensor};
use super::{RepairError, unsupported};

/// Folds every `DequantizeLinear` and `Reshape` of weights; gives how many nodes are gone.
pub(super) fn fold_quantized_weights(graph: &mut Graph) -> Result<usize, RepairError> {
    let nodes = std::mem::take(&mut graph.node);
    let before = nodes.len();
    for node in nodes {
        match folded(graph, &node)? {
            Some(weight) => graph.initializer.push(weight),
            None => graph.node.push(node),
        }
    }
    drop_unread_weights(graph);
    Ok(before - graph.node.len())
}

/// What `node` computes, if that is known before the network runs.
fn folded(graph: &Graph, node: &Node) -> Result<Option<Tensor>, RepairError> {
    let fold = match node.op_type() {
        "DequantizeLinear" => dequantized,
        "Reshape" => reshaped,
        _ => return Ok(None),
    };
    let weights: Option<Vec<&Tensor>> = node.input.iter().map(|name| graph.weight(name)).collect();
    weights.map(|weights| fold(node, &weights)).transpose()
}

fn dequantized(node: &Node, inputs: &[&Tensor]) -> Result<Tensor, RepairError> {
    let [x, scale, rest @ ..] = inputs else {
        return Err(unsupported(node.name(), "DequantizeLinear without a scale"));
    };
    let (values, scales) = (x.small_integers()?, scale.floats()?);
    if !x.is_filled_by(values.len())? || !scale.is_filled_by(scales.len())? {
        return Err(unsupported(node.name(), "the numbers do not fill the shape"));
    }
    let blocks = Blocks::of(node, x, scale)?;
    let zero_points = match rest.first() {
        Some(zero_point) => zero_point.small_integers()?,
        None => vec![0; scales.len()],
    };
    if zero_points.len() != scales.len() {
        return Err(unsupported(node.name(), "scale and zero point differ in shape"));
    }
    let floats: Option<Vec<f32>> = values
        .iter()
        .enumerate()
        .map(|(index, &value)| {
            let block = blocks.of_element(index);
            Some(f32::from(value - zero_points.get(block)?) * scales.get(block)?)
        })
        .collect();
    let floats = floats.ok_or_else(|| unsupported(node.name(), "fewer scales than blocks"))?;
    Ok(Tensor::of_floats(result_name(node)?, x.dims.clone(), &floats))
}

/// Which scale belongs to an element: the tensor is seen as `[outer, axis, inner]`.
struct Blocks {
    axis: usize,
    inner: usize,
    /// Elements along the axis that share a scale.
    block: usize,
    /// Scales along the axis.
    scales: usize,
    /// Whether each outer and inner position has scales of its own.
    own: bool,
}

impl Blocks {
    fn of(node: &Node, x: &Tensor, scale: &Tensor) -> Result<Self, RepairError> {
        let lengths = x.lengths()?;
        let scale_lengths = scale.lengths()?;
        if scale_lengths.iter().product::<usize>() == 1 {
            return Ok(Self { axis: 1, inner: 1, block: 1, scales: 1, own: false });
        }
        let rank = i64::try_from(lengths.len()).unwrap_or(i64::MAX);
        let axis = node.integer("axis").unwrap_or(1);
        let axis = usize::try_from(if axis < 0 { axis + rank } else { axis }).unwrap_or(usize::MAX);
        let Some(&length) = lengths.get(axis) else {
            return Err(unsupported(node.name(), "the axis is outside of the tensor"));
        };
        let inner = lengths[axis + 1..].iter().product();
        if scale_lengths == [length] {
            return Ok(Self { axis: length, inner, block: 1, scales: length, own: false });
        }
        let block = node.integer("block_size").and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let mut expected = lengths.clone();
        expected[axis] = length.div_ceil(block.max(1));
        if block == 0 || scale_lengths != expected {
            return Err(unsupported(node.name(), "the scales fit neither the axis nor blocks"));
        }
        Ok(Self { axis: length, inner, block, scales: expected[axis], own: true })
    }

    fn of_element(&self, index: usize) -> usize {
        let along = index / self.inner % self.axis / self.block;
        if !self.own {
            return along;
        }
        let (outer, inner) = (index / (self.inner * self.axis), index % self.inner);
        (outer * self.scales + along) * self.inner + inner
    }
}

fn reshaped(node: &Node, inputs: &[&Tensor]) -> Result<Tensor, RepairError> {
    let [data, shape] = inputs else { return Err(unsupported(node.name(), "Reshape without a shape")) };
    let dims = shape.integers()?;
    let values = data.floats()?;
    let count = dims.iter().try_fold(1_i64, |product, &dim| product.checked_mul(dim).filter(|_| dim > 0));
    if count.and_then(|count| usize::try_from(count).ok()) != Some(values.len()) {
        return Err(unsupported(node.name(), "the new shape is not fully stated, or does not fit"));
    }
    Ok(Tensor::of_floats(result_name(node)?, dims, &values))
}

fn result_name(node: &Node) -> Result<String, RepairError> {
    node.output.first().cloned().ok_or_else(|| unsupported(node.name(), "no output"))
}

/// Removes weights that nothing reads any more, and shape notes of what is now a weight.
fn drop_unread_weights(graph: &mut Graph) {
    let weights = std::mem::take(&mut graph.initializer);
    let (read, _) = weights.into_iter().partition(|weight| graph.reads(weight.name()));
    graph.initializer = read;
    let computed: Vec<&String> = graph.node.iter().flat_map(|node| &node.output).collect();
    graph.value_info.retain(|info| computed.iter().any(|name| *name == info.name()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::onnx::Attribute;

    fn quantized(dims: &[i64], values: &[i8]) -> Tensor {
        Tensor {
            dims: dims.to_vec(),
            data_type: Some(3),
            raw_data: Some(values.iter().map(|value| value.cast_unsigned()).collect()),
            ..Tensor::default()
        }
    }

    fn floats(dims: &[i64], values: &[f32]) -> Tensor {
        Tensor::of_floats("scale".to_owned(), dims.to_vec(), values)
    }

    fn node(attributes: &[(&str, i64)]) -> Node {
        let attribute = attributes
            .iter()
            .map(|(name, i)| Attribute {
                name: Some((*name).to_owned()),
                i: Some(*i),
                ..Attribute::default()
            })
            .collect();
        Node { output: vec!["y".to_owned()], attribute, ..Node::default() }
    }

    #[test]
    fn one_scale_a_vector_and_blocks_are_told_apart() {
        let x = quantized(&[2, 4], &[1, 2, 3, 4, -1, -2, -3, -4]);
        let one = dequantized(&node(&[]), &[&x, &floats(&[], &[0.5]), &quantized(&[], &[1])]).unwrap();
        assert_eq!(one.floats().unwrap(), [0.0, 0.5, 1.0, 1.5, -1.0, -1.5, -2.0, -2.5]);

        let rows = dequantized(&node(&[("axis", 0)]), &[&x, &floats(&[2], &[1.0, 10.0])]).unwrap();
        assert_eq!(rows.floats().unwrap(), [1.0, 2.0, 3.0, 4.0, -10.0, -20.0, -30.0, -40.0]);

        let blocks = node(&[("axis", 1), ("block_size", 2)]);
        let scale = floats(&[2, 2], &[1.0, 10.0, 100.0, 1000.0]);
        let zero = quantized(&[2, 2], &[0, 1, 0, 0]);
        let blocks = dequantized(&blocks, &[&x, &scale, &zero]).unwrap();
        assert_eq!(blocks.floats().unwrap(), [1.0, 2.0, 20.0, 30.0, -100.0, -200.0, -3000.0, -4000.0]);
    }

    #[test]
    fn blocks_along_the_first_axis_keep_the_inner_position() {
        // Columns have scales of their own; rows 0 and 1 share a block, row 2 is a block of its own.
        let x = quantized(&[3, 2], &[1, 1, 2, 2, 3, 3]);
        let scale = floats(&[2, 2], &[1.0, 10.0, 100.0, 1000.0]);
        let result = dequantized(&node(&[("axis", 0), ("block_size", 2)]), &[&x, &scale]).unwrap();
        assert_eq!(result.floats().unwrap(), [1.0, 10.0, 2.0, 20.0, 300.0, 3000.0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let x = quantized(&[2, 4], &[0; 8]);
        let misfit = floats(&[3], &[1.0; 3]);
        assert!(dequantized(&node(&[("axis", 0)]), &[&x, &misfit]).is_err());
        assert!(dequantized(&node(&[("axis", 5)]), &[&x, &floats(&[4], &[1.0; 4])]).is_err());
        let shape =
            |dims: &[i64]| Tensor { data_type: Some(7), int64_data: dims.to_vec(), ..Tensor::default() };
        let data = floats(&[4], &[1.0; 4]);
        assert_eq!(reshaped(&node(&[]), &[&data, &shape(&[2, 2])]).unwrap().dims, [2, 2]);
        for dims in [[2, 3], [-1, 2], [0, 4], [i64::MAX, 4]] {
            assert!(reshaped(&node(&[]), &[&data, &shape(&dims)]).is_err(), "{dims:?}");
        }
    }
    #[test]
    fn numbers_that_do_not_fill_their_shape_are_refused() {
        let scale = floats(&[], &[0.5]);
        for dims in [&[2, 3][..], &[0], &[2, 0], &[i64::MAX, i64::MAX], &[-4]] {
            let x = quantized(dims, &[1, 2, 3, 4]);
            assert!(dequantized(&node(&[("axis", 0)]), &[&x, &scale]).is_err(), "{dims:?}");
        }
        let x = quantized(&[0, 1], &[]);
        assert!(dequantized(&node(&[("axis", 0)]), &[&x, &floats(&[0], &[])]).is_err(), "nothing");
        let x = quantized(&[4], &[1, 2, 3, 4]);
        assert!(dequantized(&node(&[]), &[&x, &floats(&[3], &[0.5])]).is_err(), "a scale for three");
    }
}
