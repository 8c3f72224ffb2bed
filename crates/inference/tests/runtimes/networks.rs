//! The networks that the product uses: both runtimes read them, agree, and find them in the cache again.

use faceward_inference::{Network, Precision, Runtime, RuntimeKind, Tensor, TensorView};
use faceward_models::Manifest;
use faceward_testkit::{assert_all_near, onnx_runtime_file, store};

use crate::{BOTH, options, runtime};

/// A smooth pattern of 0 to 255: far from any face, yet no noise.
fn pattern(count: usize) -> Vec<f32> {
    (0..count).map(|index| 127.5 + 127.5 * (index as f32 * 0.013).sin()).collect()
}

/// Output of the network for the pattern; open sizes are 1.
fn output(network: &Network) -> Vec<Tensor> {
    let shape: Vec<usize> = network.inputs()[0].shape.iter().map(|size| size.unwrap_or(1)).collect();
    let data = pattern(shape.iter().product());
    network.session().expect("a session").run(&[TensorView::new(&shape, &data)]).expect("a run")
}

fn normalised(values: &[f32]) -> Vec<f32> {
    let norm = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    values.iter().map(|value| value / norm).collect()
}

#[test]
fn both_runtimes_give_the_same_embedding() {
    for id in ["sface-2021dec", "fr-feature"] {
        let openvino = store().model_file(id).expect("a fetched model");
        let files = [openvino, onnx_runtime_file(id)];
        let [first, second] = [0, 1].map(|index| {
            let network =
                runtime(BOTH[index]).compile(&files[index], &[], Precision::F32).expect("a network");
            normalised(&output(&network)[0].data)
        });
        // A runtime that computes in bf16 where the CPU has it is off by 4e-3.
        assert_all_near(&first, &second, 1e-4);
    }
}

#[test]
fn the_detector_runs_at_several_sizes_alike_on_both_runtimes() {
    let files =
        [store().model_file("yunet-2023mar").expect("a fetched model"), onnx_runtime_file("yunet-2023mar")];
    for size in [320, 448, 640] {
        let shape: &[usize] = &[1, 3, size, size];
        let [first, second] = [0, 1].map(|index| {
            runtime(BOTH[index]).compile(&files[index], &[shape], Precision::F32).expect("a network")
        });
        assert_eq!(first.inputs()[0].shape, shape.iter().map(|size| Some(*size)).collect::<Vec<_>>());
        assert_eq!((first.inputs(), first.outputs()), (second.inputs(), second.outputs()));
        assert_eq!(
            first.outputs()[0].shape[1],
            Some((size / 8) * (size / 8)),
            "one score a cell of 8 pixels"
        );
        for (first, second) in output(&first).iter().zip(output(&second)) {
            assert_eq!(first.shape, second.shape);
            assert_all_near(&first.data, &second.data, 1e-3);
        }
    }
}

#[test]
fn openvino_reads_every_declared_model_and_runs_it() {
    for model in Manifest::embedded().models() {
        let file = store().model_file(&model.id).expect("a fetched model");
        let network = runtime(RuntimeKind::OpenVino).compile(&file, &[], Precision::F32).expect("a network");
        let outputs = output(&network);
        assert_eq!(outputs.len(), network.outputs().len(), "{}", model.id);
        for (tensor, spec) in outputs.iter().zip(network.outputs()) {
            assert_eq!(tensor.shape.iter().product::<usize>(), tensor.data.len(), "{} {spec}", model.id);
            assert!(tensor.data.iter().all(|value| value.is_finite()), "{} {spec}", model.id);
        }
    }
}

#[test]
fn the_second_start_takes_the_network_from_the_cache() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("made").join("at-need");
    let file = store().model_file("gender-v1").expect("a fetched model");
    let start = || {
        let options = options(RuntimeKind::OpenVino, Some(cache.clone()));
        let runtime = Runtime::load(RuntimeKind::OpenVino, &options).expect("a runtime");
        runtime.compile(&file, &[], Precision::F32).expect("a network")
    };
    let [first, second] = [start(), start()];
    assert_eq!(first.loaded_from_cache(), Some(false));
    assert_eq!(second.loaded_from_cache(), Some(true), "is the IR frontend library beside the others?");
    assert_eq!((first.inputs(), first.outputs()), (second.inputs(), second.outputs()));
    assert_eq!(output(&first), output(&second), "bit for bit");
}

#[test]
fn a_network_of_another_precision_is_not_taken_from_the_cache() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = store().model_file("gender-v1").expect("a fetched model");
    let options = options(RuntimeKind::OpenVino, Some(folder.path().to_path_buf()));
    let runtime = Runtime::load(RuntimeKind::OpenVino, &options).expect("a runtime");
    for precision in [Precision::F32, Precision::Bf16] {
        let network = runtime.compile(&file, &[], precision).expect("a network");
        assert_eq!((network.precision(), network.loaded_from_cache()), (precision, Some(false)));
    }
}

#[test]
fn bf16_is_near_to_f32_and_not_the_same_where_the_processor_has_it() {
    let runtime = runtime(RuntimeKind::OpenVino);
    let file = store().model_file("sface-2021dec").expect("a fetched model");
    let [exact, short] = [Precision::F32, Precision::Bf16].map(|precision| {
        output(&runtime.compile(&file, &[], precision).expect("a network")).swap_remove(0).data
    });
    let differ = exact != short;
    assert_eq!(differ, runtime.computes(Precision::Bf16).expect("an answer"));
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosine = dot(&exact, &short) / (dot(&exact, &exact) * dot(&short, &short)).sqrt();
    assert!(cosine > 0.999, "{cosine}");
}

#[test]
fn a_damaged_cache_is_compiled_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = store().model_file("gender-v1").expect("a fetched model");
    let start = || {
        let options = options(RuntimeKind::OpenVino, Some(folder.path().to_path_buf()));
        let runtime = Runtime::load(RuntimeKind::OpenVino, &options).expect("a runtime");
        runtime.compile(&file, &[], Precision::F32).expect("a network")
    };
    let expected = output(&start());
    let mut damaged = 0;
    for entry in fs_err::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let content = fs_err::read(&path).expect("readable");
        fs_err::write(&path, &content[..content.len() / 2]).expect("written");
        damaged += 1;
    }
    assert!(damaged > 0);
    assert_eq!(output(&start()), expected);
}

#[test]
fn runtimes_state_their_version() {
    for (kind, start) in BOTH.into_iter().zip(["2026.4", "1.31"]) {
        let runtime = runtime(kind);
        assert!(runtime.version().starts_with(start), "{}", runtime.version());
        assert_eq!(runtime.kind(), kind);
    }
}
