//! Whether a compiled network is what the manifest declares.

use faceward_inference::TensorSpec;
use faceward_models::{Dim, ModelDecl, TensorDecl};

/// Everything in which `inputs` and `outputs` of a network differ from `decl`, as lines for the operator.
pub(super) fn differences(decl: &ModelDecl, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Vec<String> {
    let mut problems = side(decl, "input", &decl.inputs, inputs);
    problems.extend(side(decl, "output", &decl.outputs, outputs));
    problems
}

fn side(decl: &ModelDecl, what: &str, declared: &[TensorDecl], real: &[TensorSpec]) -> Vec<String> {
    let id = &decl.id;
    if declared.len() != real.len() {
        return vec![format!("{id}: {} {what}s declared, {} found", declared.len(), real.len())];
    }
    declared
        .iter()
        .zip(real)
        .filter(|(declared, real)| !agrees(declared, real))
        .map(|(declared, real)| {
            format!("{id}: {what} `{}` declared, {} found", describe(declared), describe_real(real))
        })
        .collect()
}

/// Whether name and shape agree; an axis that either leaves open agrees with anything.
fn agrees(declared: &TensorDecl, real: &TensorSpec) -> bool {
    declared.name == real.name
        && declared.shape.len() == real.shape.len()
        && declared.shape.iter().zip(&real.shape).all(|(declared, real)| match (declared, real) {
            (Dim::Fixed(declared), Some(real)) => declared == real,
            (Dim::Free(_), _) | (_, None) => true,
        })
}

fn describe(decl: &TensorDecl) -> String {
    let axes: Vec<String> = decl
        .shape
        .iter()
        .map(|dim| match dim {
            Dim::Fixed(length) => length.to_string(),
            Dim::Free(name) => name.clone(),
        })
        .collect();
    format!("{} [{}]", decl.name, axes.join(", "))
}

fn describe_real(spec: &TensorSpec) -> String {
    let axes: Vec<String> = spec
        .shape
        .iter()
        .map(|axis| axis.map_or_else(|| "?".to_owned(), |length| length.to_string()))
        .collect();
    format!("`{} [{}]`", spec.name, axes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use faceward_models::Manifest;

    fn spec(name: &str, shape: &[usize]) -> TensorSpec {
        TensorSpec { name: name.to_owned(), shape: shape.iter().copied().map(Some).collect() }
    }

    #[test]
    fn every_difference_is_named() {
        let decl = Manifest::embedded().model("sface-2021dec").expect("declared");
        let input = spec("data", &[1, 3, 112, 112]);
        let output = spec("fc1", &[1, 128]);
        let none: [String; 0] = [];
        assert_eq!(differences(decl, std::slice::from_ref(&input), std::slice::from_ref(&output)), none);

        let wrong = differences(decl, &[spec("data", &[1, 3, 96, 96])], &[spec("out", &[1, 128])]);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].contains("data [1, 3, 112, 112]") && wrong[0].contains("data [1, 3, 96, 96]"));
        assert_eq!(differences(decl, &[input], &[]), ["sface-2021dec: 1 outputs declared, 0 found"]);
    }
}
