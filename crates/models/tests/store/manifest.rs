//! The embedded manifest, and manifests that are refused.

use faceward_core::RuntimeKind;
use faceward_models::{Arch, Channels, FileKind, Manifest, ManifestError, Os, Platform, Selection, Store};

use crate::world::World;

#[test]
fn the_models_that_the_engine_asks_for_are_declared() {
    let ids: Vec<_> = Manifest::embedded().models().iter().map(|model| model.id.as_str()).collect();
    let expected = [
        "yunet-2023mar",
        "sface-2021dec",
        "fr-feature",
        "face-mesh-478",
        "face-blendshapes",
        "fr-liveness",
        "minifasnet-2.7",
        "faceward-liveness-1",
        "faceward-deepfake-1",
        "faceward-swap-1",
        "faceward-deepfake-2",
        "eye-state-1",
        "mouth-state-1",
        "face-attributes-1",
        "embedding-attributes-1",
        "flare-1",
        "gender-v1",
        "photograph-1",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn declared_image_inputs_match_declared_tensors() {
    for model in Manifest::embedded().models() {
        let Some(image) = &model.image else { continue };
        let (height, width) = (image.height as usize, image.width as usize);
        let channels = if image.channels == Channels::Grey { 1 } else { 3 };
        let shape = match image.layout {
            faceward_models::Layout::Nchw => [1, channels, height, width],
            faceward_models::Layout::Nhwc => [1, height, width, channels],
        };
        assert!(model.inputs[0].accepts(&shape), "{}: {shape:?}", model.id);
        assert!(image.scale > 0.0 && image.std.iter().all(|&std| std > 0.0), "{}", model.id);
    }
}

#[test]
fn openvino_reads_every_model_and_exists_for_the_supported_platforms() {
    let manifest = Manifest::embedded();
    assert!(manifest.models().iter().all(|model| model.runs_on(RuntimeKind::OpenVino)));
    let platforms = [
        (Os::Linux, Arch::X86_64, true),
        (Os::Linux, Arch::Arm64, true),
        (Os::Macos, Arch::Arm64, true),
        (Os::Windows, Arch::X86_64, true),
        (Os::Macos, Arch::X86_64, false),
    ];
    for (os, arch, exists) in platforms {
        let package = manifest.runtime_package(RuntimeKind::OpenVino, Platform { os, arch });
        assert_eq!(package.is_some(), exists, "{os:?} {arch:?}");
    }
}

#[test]
fn a_server_needs_neither_photos_nor_the_other_runtime() {
    let manifest = Manifest::embedded();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_path_buf());
    let what = Selection::for_runtime(manifest, RuntimeKind::OpenVino, &["gender-v1"]);
    let files = store.status(&what).unwrap();
    let named = |name: &str| files.iter().any(|file| file.name == name);
    assert!(files.iter().all(|file| file.kind != FileKind::Fixture));
    assert!(named("yunet-2023mar.onnx") && named("libopenvino_ir_frontend.so.2641"));
    assert!(!named("gender-v1.onnx") && !named("sface-2021dec.ort.onnx"));
    assert!(!named("libonnxruntime.so.1.31.1"));
}

#[test]
fn no_registry_host_is_named() {
    for package in Manifest::embedded().packages() {
        for member in &package.members {
            assert!(!member.path.contains("://") && !package.archive.contains('/'), "{}", package.archive);
        }
    }
}

#[test]
fn a_manifest_that_contradicts_itself_is_refused() {
    let text = World::new().manifest_text();
    assert!(Manifest::parse(&text).is_ok());
    let twice = text.replace("name = 'two.onnx'", "name = 'one.onnx'");
    assert!(matches!(Manifest::parse(&twice), Err(ManifestError::Duplicate { what: "file", .. })));
    let dangling = text.replace("= 'one.onnx' }\ninputs", "= 'none.onnx' }\ninputs");
    assert!(matches!(Manifest::parse(&dangling), Err(ManifestError::Dangling { .. })));
    let unknown = text.replace("version = '1.0'", "version = '1.0'\nmirror = 'x'");
    assert!(matches!(Manifest::parse(&unknown), Err(ManifestError::Syntax(_))));
    for name in ["../one.onnx", "/one.onnx", "--one.onnx", "a b", ".hidden", ""] {
        let escaping = text.replace("name = 'one.onnx'", &format!("name = '{name}'"));
        assert!(matches!(Manifest::parse(&escaping), Err(ManifestError::Name { .. })), "{name}");
    }
}
