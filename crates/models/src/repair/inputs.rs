//! Removing graph inputs that are none.
//!
//! Older exporters list every weight as an input. ONNX Runtime then takes weights for changeable and optimises less;
//! inputs that a node produces, or that nothing reads, are refused or asked for.

use std::collections::HashSet;

use super::onnx::{Model, Tensor};
use super::{RepairError, unsupported};

/// From this version on a weight need not be listed as an input.
const WEIGHTS_NEED_NO_INPUT: i64 = 4;

/// Keeps the inputs that are read and that nothing in the graph provides; gives how many are gone.
pub(super) fn drop_stale_inputs(model: &mut Model) -> Result<usize, RepairError> {
    if model.ir_version() < WEIGHTS_NEED_NO_INPUT {
        return Err(unsupported("ir_version", "the format is too old for weights that are no inputs"));
    }
    let graph = model.graph_mut()?;
    let inputs = std::mem::take(&mut graph.input);
    let before = inputs.len();
    let weights = graph.initializer.iter().map(Tensor::name);
    let computed = graph.node.iter().flat_map(|node| node.output.iter().map(String::as_str));
    let provided: HashSet<&str> = weights.chain(computed).collect();
    let kept: Vec<_> = inputs
        .into_iter()
        .filter(|input| !provided.contains(input.name()) && graph.reads(input.name()))
        .collect();
    graph.input = kept;
    Ok(before - graph.input.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::onnx::{Graph, Node, ValueInfo};

    fn value(name: &str) -> ValueInfo {
        ValueInfo { name: Some(name.to_owned()), ..ValueInfo::default() }
    }

    fn model(ir_version: i64) -> Model {
        let node = Node {
            input: vec!["data".to_owned(), "weight".to_owned()],
            output: vec!["result".to_owned()],
            ..Node::default()
        };
        let graph = Graph {
            node: vec![node],
            initializer: vec![Tensor::of_floats("weight".to_owned(), vec![1], &[1.0])],
            input: ["data", "weight", "result", "unread"].map(value).to_vec(),
            output: vec![value("result")],
            ..Graph::default()
        };
        Model { ir_version: Some(ir_version), graph: Some(graph), ..Model::default() }
    }

    #[test]
    fn weights_results_and_unread_inputs_go() {
        let mut model = model(6);
        assert_eq!(drop_stale_inputs(&mut model).unwrap(), 3);
        let names: Vec<_> = model.graph.unwrap().input.iter().map(|input| input.name().to_owned()).collect();
        assert_eq!(names, ["data"]);
    }

    #[test]
    fn a_format_that_needs_them_keeps_them() {
        assert!(drop_stale_inputs(&mut model(3)).is_err());
    }
}
