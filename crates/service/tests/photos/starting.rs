//! What keeps a service from starting: settings that nobody can mean, and settings that no enabled model can satisfy.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ::metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use faceward_embedded::Embedded;
use faceward_engine::Engine;
use faceward_models::calibration::projection::projection;
use faceward_service::{Gates, Service, Settings, StartError, metrics};

use crate::fixture::{engine_without, service, settings};

fn start(engine: Engine, settings: Settings) -> Result<(), StartError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let embedded = Embedded::open_comparing(folder.path(), Some(Arc::clone(projection())), &|_| {})
        .expect("the folder opens");
    Service::start(engine, embedded, settings).map(drop)
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

    let enroll = Gates { require_live: true, ..Gates::default() };
    let refused = start(engine, Settings { enroll, ..settings() });
    let named = matches!(refused, Err(StartError::GateWithoutModel { setting: "enroll.require_live" }));
    assert!(named, "{refused:?}");
}

/// Keeps gauges and what metrics mean.
#[derive(Default)]
struct Kept {
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    meanings: Mutex<Vec<String>>,
}

impl Kept {
    fn described(&self, name: &KeyName) {
        self.meanings.lock().expect("no panic before").push(name.as_str().to_owned());
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described(&name);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described(&name);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described(&name);
    }

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.gauges.lock().expect("no panic before");
        Gauge::from_arc(Arc::clone(gauges.entry(key.name().to_owned()).or_default()))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn a_recorder_that_comes_after_the_start_is_told_how_things_stand() {
    let fixture = service();
    let kept = Kept::default();
    let slot = fixture.service.admit().expect("a free slot");
    ::metrics::with_local_recorder(&kept, || fixture.service.publish_metrics());
    drop(slot);
    let gauges = kept.gauges.into_inner().expect("no panic before");
    let value = |name: &str| f64::from_bits(gauges[name].load(Ordering::Relaxed));
    assert_eq!(value(metrics::SLOTS_LIMIT), 64.0);
    assert_eq!(value(metrics::SLOTS_TAKEN), 1.0);
    assert_eq!(value(metrics::QUEUE_LENGTH), 0.0);
    let meanings = kept.meanings.into_inner().expect("no panic before");
    assert!(gauges.keys().all(|name| meanings.contains(name)), "{meanings:?}");
    assert!(meanings.iter().any(|name| name == metrics::REQUESTS), "{meanings:?}");
}
