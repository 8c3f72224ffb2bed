//! The repairs on the real files. What a repaired network computes is compared by the crates that run networks.

use std::collections::HashSet;

use faceward_testkit::store;
use prost::Message;

use super::onnx::{Graph, Model, Node, Tensor, ValueInfo};
use super::*;

const FLOAT: i32 = 1;
const INT64: i32 = 7;

fn graph(path: &std::path::Path) -> Graph {
    Model::decode(std::fs::read(path).unwrap().as_slice()).unwrap().graph.unwrap()
}

fn kinds(graph: &Graph) -> HashSet<&str> {
    graph.node.iter().map(Node::op_type).collect()
}

fn ort(id: &str) -> Graph {
    graph(&faceward_testkit::onnx_runtime_file(id))
}

#[test]
fn yunet_has_float_weights_and_one_input() {
    let graph = graph(&store().model_file("yunet-2023mar").unwrap());
    assert!(!kinds(&graph).contains("DequantizeLinear"));
    // The shapes that the outputs are brought to are the only weights that are not floats.
    let types: HashSet<_> = graph.initializer.iter().map(Tensor::data_type).collect();
    assert_eq!(types, HashSet::from([FLOAT, INT64]));
    let inputs: Vec<_> = graph.input.iter().map(ValueInfo::name).collect();
    assert_eq!(inputs, ["input"]);
    assert!(graph.initializer.iter().all(|weight| graph.reads(weight.name())), "weights that nothing reads");
}

#[test]
fn nothing_in_a_repaired_graph_dangles() {
    for id in ["yunet-2023mar", "sface-2021dec", "fr-feature", "fr-liveness"] {
        let graph = ort(id);
        let mut known: HashSet<&str> = graph.input.iter().map(ValueInfo::name).collect();
        known.extend(graph.initializer.iter().map(Tensor::name));
        // Nodes are in an order in which each reads only what is known by then.
        for node in &graph.node {
            for input in node.input.iter().filter(|input| !input.is_empty()) {
                assert!(known.contains(input.as_str()), "{id}: {input}");
            }
            known.extend(node.output.iter().map(String::as_str));
        }
        assert!(graph.output.iter().all(|output| known.contains(output.name())), "{id}");
    }
}

#[test]
fn no_prelu_is_left_for_onnx_runtime() {
    for (id, count) in [("sface-2021dec", 27), ("fr-feature", 33), ("fr-liveness", 33)] {
        let graph = ort(id);
        assert!(!kinds(&graph).contains("PRelu"), "{id}");
        let added = graph.node.iter().filter(|node| node.name().ends_with("/remainder/Mul")).count();
        assert_eq!(added, count, "{id}");
        assert_eq!(graph.input.len(), 1, "{id}");
    }
}

#[test]
fn the_image_size_is_free_for_onnx_runtime() {
    let graph = ort("yunet-2023mar");
    let tensor = graph.input[0].value.clone().unwrap().tensor.unwrap();
    let axes: Vec<_> = tensor.shape.unwrap().dim.into_iter().map(|axis| (axis.value, axis.param)).collect();
    let free = |name: &str| (None, Some(name.to_owned()));
    assert_eq!(axes, [(Some(1), None), (Some(3), None), free("height"), free("width")]);
    assert_eq!(graph.output.len(), 12);
}

#[test]
fn what_the_repair_does_not_know_is_refused() {
    // A node with a field that `onnx.proto` has not: reading and writing would lose it.
    let mut unknown = Model { ir_version: Some(8), ..Model::default() }.encode_to_vec();
    unknown.extend([0xfa, 0x3e, 1, 0]);
    assert!(matches!(repair(&unknown, &[]), Err(RepairError::NotFaithful)));
    assert!(matches!(repair(b"no protobuf", &[]), Err(RepairError::Syntax(_))));
}

#[test]
fn a_step_that_finds_nothing_is_an_error() {
    let model = Model { ir_version: Some(8), graph: Some(Graph::default()), ..Model::default() };
    let result = repair(&model.encode_to_vec(), &[RepairStep::RewritePrelu]);
    assert!(matches!(result, Err(RepairError::Idle(RepairStep::RewritePrelu))));
}
