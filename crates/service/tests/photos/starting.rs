//! What keeps a service from starting: settings that nobody can mean, and settings that no enabled model can satisfy.

use faceward_engine::Engine;
use faceward_gallery::Gallery;
use faceward_service::{EnrollGates, Service, Settings, StartError};

use crate::fixture::{engine_without, settings};

fn start(engine: Engine, settings: Settings) -> Result<(), StartError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gallery = Gallery::open(folder.path()).expect("the gallery opens");
    Service::start(engine, gallery, settings).map(drop)
}

#[test]
fn without_embeddings_nobody_can_be_verified() {
    let refused = start(engine_without(&["sface-2021dec", "fr-feature"]), settings());
    assert!(matches!(refused, Err(StartError::NoEmbedding)), "{refused:?}");
}

#[test]
fn settings_out_of_range_and_gates_without_a_model_are_refused() {
    let engine = engine_without(&["faceward-liveness-1"]);
    let mut out_of_range = settings();
    out_of_range.thresholds.similarity = 2.0;
    let refused = start(engine.clone(), out_of_range);
    assert!(matches!(refused, Err(StartError::Settings(_))), "{refused:?}");

    let enroll = EnrollGates { require_live: true, ..EnrollGates::default() };
    let refused = start(engine, Settings { enroll, ..settings() });
    let named = matches!(refused, Err(StartError::GateWithoutModel { setting: "enroll.require_live" }));
    assert!(named, "{refused:?}");
}
