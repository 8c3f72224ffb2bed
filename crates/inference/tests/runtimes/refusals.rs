//! Whatever is wrong comes back as an error that says what; nothing crashes, and the session works on.

use std::path::Path;

use faceward_inference::{InferenceError, Precision, Runtime, RuntimeKind, TensorView};
use faceward_testkit::{fixture, store};

use crate::toy::Toy;
use crate::toys::affine;
use crate::{BOTH, options, runtime};

#[test]
fn tensors_that_do_not_fit_are_refused_and_the_session_works_on() {
    let file = affine();
    for kind in BOTH {
        let network = runtime(kind).compile(&file.path, &[], Precision::F32).expect("a network");
        let mut session = network.session().expect("a session");
        let shift = TensorView::new(&[1, 2], &[0.0, 0.0]);
        let counts: [&[TensorView<'_>]; 3] = [&[], &[shift], &[shift, shift, shift]];
        for inputs in counts {
            let error = session.run(inputs).expect_err("wrong count");
            assert!(matches!(error, InferenceError::InputCount { expected: 2, .. }), "{kind:?}: {error}");
        }
        let misfits: [(&[usize], usize); 6] =
            [(&[1, 3], 3), (&[2], 2), (&[1, 1, 2], 2), (&[1, 2], 3), (&[2, 2], 3), (&[usize::MAX, 2], 0)];
        for (shape, values) in misfits {
            let data = vec![0.0; values];
            let error = session.run(&[TensorView::new(shape, &data), shift]).expect_err("a misfit");
            assert!(
                matches!(&error, InferenceError::InputShape { input, .. } if input == "x"),
                "{kind:?}: {error}"
            );
            assert!(error.to_string().contains("[?, 2]"), "{error}");
        }
        let outputs = session.run(&[TensorView::new(&[1, 2], &[1.0, 1.0]), shift]).expect("a run");
        assert_eq!(outputs[0].data, [4.0, 6.0]);
    }
}

#[test]
fn files_that_are_no_model_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let garbage = folder.path().join("garbage.onnx");
    fs_err::write(&garbage, [7_u8; 999]).expect("written");
    let whole = affine();
    let cut = folder.path().join("cut.onnx");
    let bytes = fs_err::read(&whole.path).expect("readable");
    fs_err::write(&cut, &bytes[..bytes.len() / 2]).expect("written");
    let missing = folder.path().join("missing.onnx");
    let photo = fixture("obama.jpg");
    for kind in BOTH {
        for path in [garbage.as_path(), &cut, &missing, &photo, folder.path()] {
            let error = runtime(kind).compile(path, &[], Precision::F32).err().expect("no model");
            assert!(
                matches!(&error, InferenceError::Model { file, .. } if file == path),
                "{kind:?}: {error}"
            );
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }
}

#[test]
fn shapes_that_the_graph_cannot_take_are_refused() {
    let file = affine();
    let wrong: [&[&[usize]]; 4] =
        [&[&[1, 3], &[1, 2]], &[&[1, 2]], &[&[1, 2], &[1, 2], &[1, 2]], &[&[1, 2, 2, 9], &[1, 7]]];
    for kind in BOTH {
        for shapes in wrong {
            let error =
                runtime(kind).compile(&file.path, shapes, Precision::F32).err().expect("impossible shapes");
            assert!(matches!(error, InferenceError::Model { .. }), "{kind:?} {shapes:?}: {error}");
        }
    }
}

#[test]
fn a_graph_with_other_than_f32_inputs_is_refused() {
    let file = Toy::default()
        .integer_input("indices", &[Some(2)])
        .constant("table", &[3], &[1.0, 2.0, 3.0])
        .node("Gather", &["table", "indices"], "y")
        .output("y", &[Some(2)])
        .write();
    for kind in BOTH {
        let error = runtime(kind).compile(&file.path, &[], Precision::F32).err().expect("refused");
        assert!(
            matches!(&error, InferenceError::ElementType { tensor, .. } if tensor == "indices"),
            "{error}"
        );
    }
}

#[test]
fn onnx_runtime_does_not_read_tflite_files() {
    let file = store().model_file("face-blendshapes").expect("a fetched model");
    let error = runtime(RuntimeKind::OnnxRuntime).compile(&file, &[], Precision::F32).err().expect("refused");
    assert!(matches!(error, InferenceError::Model { .. }), "{error}");
}

#[test]
fn a_missing_or_another_library_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.so");
    fs_err::write(&other, "").expect("written");
    for kind in BOTH {
        runtime(kind);
        let load = |library: &Path| {
            let options =
                faceward_inference::RuntimeOptions { library: library.into(), ..options(kind, None) };
            Runtime::load(kind, &options).err().expect("refused").to_string()
        };
        let missing = load(&folder.path().join("libnowhere.so"));
        assert!(missing.contains("missing") && missing.contains("libnowhere.so"), "{missing}");
        let second = load(&other);
        assert!(second.contains("already loaded") && second.contains("other.so"), "{second}");
    }
}
