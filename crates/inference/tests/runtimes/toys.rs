//! Graphs small enough to be computed by hand.

use faceward_inference::{Network, Precision, RuntimeKind, TensorView};

use crate::toy::{Toy, ToyFile};
use crate::{BOTH, runtime};

/// `sum = x W + shift`, `twice = sum + sum` with W = [1 2; 3 4]; the number of rows of x is open.
pub(crate) fn affine() -> ToyFile {
    Toy::default()
        .input("x", &[None, Some(2)])
        .input("shift", &[Some(1), Some(2)])
        .constant("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0])
        .node("MatMul", &["x", "w"], "product")
        .node("Add", &["product", "shift"], "sum")
        .node("Add", &["sum", "sum"], "twice")
        .output("sum", &[None, Some(2)])
        .output("twice", &[None, Some(2)])
        .write()
}

fn described(network: &Network) -> String {
    let list = |specs: &[faceward_inference::TensorSpec]| {
        specs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    format!("{} -> {}", list(network.inputs()), list(network.outputs()))
}

#[test]
fn a_graph_gives_what_a_hand_computes_for_any_number_of_rows() {
    let file = affine();
    for kind in BOTH {
        let network = runtime(kind).compile(&file.path, &[], Precision::F32).expect("a network");
        assert_eq!(described(&network), "x [?, 2], shift [1, 2] -> sum [?, 2], twice [?, 2]", "{kind:?}");
        assert_eq!(network.loaded_from_cache(), None, "no cache was asked for");
        let mut session = network.session().expect("a session");
        let shift = TensorView::new(&[1, 2], &[10.0, 20.0]);
        let mut check = |rows: usize, x: &[f32], sum: &[f32]| {
            let outputs = session.run(&[TensorView::new(&[rows, 2], x), shift]).expect("a run");
            assert_eq!(outputs.len(), 2);
            assert_eq!((&outputs[0].shape[..], &outputs[0].data[..]), (&[rows, 2][..], sum), "{kind:?}");
            let twice: Vec<f32> = sum.iter().map(|value| 2.0 * value).collect();
            assert_eq!(
                (&outputs[1].shape[..], outputs[1].data.as_slice()),
                (&[rows, 2][..], twice.as_slice())
            );
        };
        check(1, &[1.0, 1.0], &[14.0, 26.0]);
        check(2, &[1.0, 0.0, 0.0, 1.0], &[11.0, 22.0, 13.0, 24.0]);
        check(1, &[0.0, -1.0], &[7.0, 16.0]);
    }
}

#[test]
fn an_input_is_reshaped_on_request_and_the_outputs_follow() {
    let fixed = Toy::default()
        .input("x", &[Some(1), Some(4)])
        .node("Add", &["x", "x"], "y")
        .output("y", &[Some(1), Some(4)])
        .write();
    for kind in BOTH {
        let network = runtime(kind).compile(&fixed.path, &[&[3, 2]], Precision::F32).expect("a network");
        assert_eq!(described(&network), "x [3, 2] -> y [3, 2]", "{kind:?}");
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let outputs =
            network.session().expect("a session").run(&[TensorView::new(&[3, 2], &x)]).expect("a run");
        assert_eq!(outputs[0].data, [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);

        let open = affine();
        let network =
            runtime(kind).compile(&open.path, &[&[5, 2], &[1, 2]], Precision::F32).expect("a network");
        assert_eq!(described(&network), "x [5, 2], shift [1, 2] -> sum [5, 2], twice [5, 2]", "{kind:?}");
    }
}

#[test]
fn the_output_of_one_network_is_an_input_of_the_next() {
    let file = affine();
    for kind in BOTH {
        let network = runtime(kind).compile(&file.path, &[], Precision::F32).expect("a network");
        let mut session = network.session().expect("a session");
        let none = TensorView::new(&[1, 2], &[0.0, 0.0]);
        let first = session.run(&[TensorView::new(&[1, 2], &[1.0, 0.0]), none]).expect("a run");
        let second = session.run(&[first[0].view(), none]).expect("a run");
        assert_eq!(second[0].data, [7.0, 10.0], "[1 2] W");
        assert_eq!(first[0].data, [1.0, 2.0], "an output is the caller's own");
    }
}

#[test]
fn names_are_those_of_the_file_where_compiling_joins_what_is_equal() {
    let file = Toy::default()
        .input("x", &[Some(1), Some(2)])
        .constant("nothing", &[1], &[0.0])
        .constant("once", &[1], &[1.0])
        .node("Add", &["x", "nothing"], "a")
        .node("Relu", &["a"], "b")
        .node("Mul", &["b", "once"], "y")
        .output("y", &[Some(1), Some(2)])
        .write();
    for kind in BOTH {
        let network = runtime(kind).compile(&file.path, &[], Precision::F32).expect("a network");
        assert_eq!(described(&network), "x [1, 2] -> y [1, 2]", "{kind:?}");
    }
}

/// Resident memory of this process, MB.
#[cfg(target_os = "linux")]
fn resident_megabytes() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line for it");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_network_that_is_let_go_of_gives_its_weights_back() {
    const MEGABYTES: u64 = 32;
    let (rows, columns) = (1024, 8192);
    let file = Toy::default()
        .input("x", &[Some(1), Some(rows)])
        .constant("w", &[rows, columns], &vec![0.5; (rows * columns) as usize])
        .node("MatMul", &["x", "w"], "y")
        .output("y", &[Some(1), Some(columns)])
        .write();
    let compile = || {
        runtime(RuntimeKind::OpenVino).compile(&file.path, &[], Precision::F32).expect("a network");
    };
    compile();
    let before = resident_megabytes();
    let times = 20;
    (0..times).for_each(|_| compile());
    // Half of the whole: other tests of this process load networks meanwhile.
    let grown = resident_megabytes().saturating_sub(before);
    assert!(grown < times * MEGABYTES / 2, "{grown} MB more after {times} networks of {MEGABYTES} MB");
}
