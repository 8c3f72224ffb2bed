//! `PRelu` in the operators that ONNX Runtime is fast at.
//!
//! `PRelu(x, a)` is `x` where `x >= 0` and `a * x` elsewhere, which equals `a * x + (1 - a) * Relu(x)` up to rounding.

use super::onnx::{Graph, Node, Tensor};
use super::{RepairError, unsupported};

/// Rewrites every `PRelu` whose slope is a weight; gives how many.
pub(super) fn rewrite_prelu(graph: &mut Graph) -> Result<usize, RepairError> {
    let mut rewritten = 0;
    for node in std::mem::take(&mut graph.node) {
        if node.op_type() == "PRelu" {
            rewrite(graph, &node)?;
            rewritten += 1;
        } else {
            graph.node.push(node);
        }
    }
    Ok(rewritten)
}

fn rewrite(graph: &mut Graph, prelu: &Node) -> Result<(), RepairError> {
    let ([x, slope], [y]) = (prelu.input.as_slice(), prelu.output.as_slice()) else {
        return Err(unsupported(prelu.name(), "PRelu has two inputs and an output"));
    };
    let rest = format!("{slope}/one_minus");
    if graph.weight(&rest).is_none() {
        let weight = graph.weight(slope).ok_or_else(|| unsupported(slope, "the slope is no weight"))?;
        let values: Vec<f32> = weight.floats()?.iter().map(|a| 1.0 - a).collect();
        let weight = Tensor::of_floats(rest.clone(), weight.dims.clone(), &values);
        graph.initializer.push(weight);
    }
    let [scaled, positive, remainder] = ["scaled", "positive", "remainder"].map(|part| format!("{y}/{part}"));
    graph.node.extend([
        node("Mul", &[x, slope], &scaled),
        node("Relu", &[x], &positive),
        node("Mul", &[&positive, &rest], &remainder),
        node("Add", &[&scaled, &remainder], y),
    ]);
    Ok(())
}

fn node(op_type: &str, input: &[&String], output: &str) -> Node {
    Node {
        input: input.iter().map(|name| (*name).clone()).collect(),
        output: vec![output.to_owned()],
        name: Some(format!("{output}/{op_type}")),
        op_type: Some(op_type.to_owned()),
        ..Node::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prelu(output: &str) -> Node {
        Node { op_type: Some("PRelu".to_owned()), ..node("PRelu", &[&"x".into(), &"a".into()], output) }
    }

    #[test]
    fn a_shared_slope_is_complemented_once() {
        let slope = Tensor::of_floats("a".to_owned(), vec![2, 1, 1], &[0.25, -1.0]);
        let mut graph =
            Graph { node: vec![prelu("y"), prelu("z")], initializer: vec![slope], ..Graph::default() };
        assert_eq!(rewrite_prelu(&mut graph).unwrap(), 2);
        let kinds: Vec<&str> = graph.node.iter().map(Node::op_type).collect();
        assert_eq!(kinds, ["Mul", "Relu", "Mul", "Add", "Mul", "Relu", "Mul", "Add"]);
        assert_eq!(graph.node[3].output, ["y"]);
        assert_eq!(graph.initializer.len(), 2);
        assert_eq!(graph.initializer[1].floats().unwrap(), [0.75, 2.0]);
        assert_eq!(graph.initializer[1].dims, [2, 1, 1]);
    }

    #[test]
    fn a_computed_slope_is_refused() {
        let mut graph = Graph { node: vec![prelu("y")], ..Graph::default() };
        assert!(rewrite_prelu(&mut graph).is_err());
    }
}
