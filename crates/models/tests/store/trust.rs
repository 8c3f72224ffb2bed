//! What is verified again, what is not, and what happens to a file that changed.

use std::fs::{self, File, FileTimes};
use std::time::{Duration, SystemTime};

use std::sync::Arc;

use faceward_core::RuntimeKind;
use faceward_models::{FetchError, FetchOptions, FileState, Manifest, Silent};

use crate::world::{Copying, Untouchable, World};

fn fetched() -> (World, std::path::PathBuf) {
    let world = World::new();
    let store = world.fetch(Copying::from(world.supply())).unwrap();
    let file = store.model_file_for("one", RuntimeKind::OpenVino).unwrap();
    (world, file)
}

/// Replaces the content, not the length, of `file`; sets its time of change to `changed`.
fn replace(file: &std::path::Path, changed: SystemTime) {
    fs::write(file, "NETWORK ONE").unwrap();
    let times = FileTimes::new().set_modified(changed);
    File::options().write(true).open(file).unwrap().set_times(times).unwrap();
}

#[test]
fn a_start_reads_no_file_that_is_on_record_but_verify_reads_all() {
    let (world, file) = fetched();
    // Same length, same time: only reading the file could tell, and a start does not.
    replace(&file, fs::metadata(&file).unwrap().modified().unwrap());
    let store = world.store(Untouchable);
    store.ensure(&world.everything(), &FetchOptions::default(), &Silent).unwrap();
    let problems = store.verify().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, file);
}

#[test]
fn a_changed_file_stops_the_start_and_is_not_quietly_replaced() {
    let (world, file) = fetched();
    replace(&file, SystemTime::now() + Duration::from_secs(100));
    let store = world.store(Untouchable);
    let error = store.ensure(&world.everything(), &FetchOptions::default(), &Silent).unwrap_err();
    assert!(matches!(&error, FetchError::Changed(problems) if problems.len() == 1), "{error}");
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    let states: Vec<_> =
        store.status(&world.everything()).unwrap().into_iter().map(|file| (file.name, file.state)).collect();
    assert!(states.contains(&("one.onnx".to_owned(), FileState::Changed)), "{states:?}");
    assert!(states.contains(&("two.onnx".to_owned(), FileState::Verified)), "{states:?}");
}

#[test]
fn a_lost_or_damaged_record_is_made_again_without_a_network() {
    let (world, _) = fetched();
    let record = world.root().join("verified.json");
    let genuine = fs::read(&record).unwrap();
    for content in [None, Some("{ cut off")] {
        match content {
            Some(content) => fs::write(&record, content).unwrap(),
            None => fs::remove_file(&record).unwrap(),
        }
        let store = world.store(Untouchable);
        store.ensure(&world.everything(), &FetchOptions::default(), &Silent).unwrap();
        assert_eq!(fs::read(&record).unwrap(), genuine);
    }
}

#[test]
fn a_removed_file_is_fetched_again_and_alone() {
    let (world, file) = fetched();
    fs::remove_file(&file).unwrap();
    let clients = Copying::from(world.supply());
    world.fetch(clients.clone()).unwrap();
    assert_eq!(clients.count(), 1);
    assert_eq!(fs::read_to_string(file).unwrap(), "network one");
}

#[test]
fn a_trained_file_that_this_binary_does_not_carry_is_refused() {
    let mut world = World::new();
    let declared = format!("[[trained]]\nname = 'ours.onnx'\nsha256 = '{}'\n", "0".repeat(64));
    let text = world.manifest_text().replace("openvino = 'one.onnx'", "openvino = 'ours.onnx'");
    world.manifest = Arc::new(Manifest::parse(&(declared + &text)).unwrap());
    let Err(FetchError::Digest { file, .. }) = world.fetch(Copying::from(world.supply())) else {
        panic!("an empty file was taken for a network")
    };
    assert_eq!(file, "ours.onnx");
}
