//! A photo through the engine: its time, and what this program allocates for it (not what the runtime of the networks does).
//! `cargo bench -p faceward-engine`

use std::sync::LazyLock;

use divan::{AllocProfiler, Bencher};
use faceward_core::{QualityKey, RuntimeKind};
use faceward_engine::image::{Limits, decode};
use faceward_engine::{Engine, EngineOptions, Output, Outputs, PrecisionChoice, Request, Worker};
use faceward_testkit::{photo, store};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// A portrait of a megapixel.
static PHOTO: LazyLock<Vec<u8>> = LazyLock::new(|| photo("obama.jpg"));

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let options = EngineOptions {
        runtime: RuntimeKind::OpenVino,
        precision: PrecisionChoice::Auto,
        limits: Limits::default(),
        disabled: Vec::new(),
    };
    Engine::load(store(), &options).expect("the engine loads")
});

fn main() {
    divan::main();
}

#[divan::bench]
fn decoding(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| decode(&PHOTO, &Limits::default()));
}

/// What a comparison has to know.
#[divan::bench(sample_count = 30)]
fn comparing(bencher: Bencher<'_, '_>) {
    let outputs = [Output::Embedding, Output::Coverings, Output::Quality(QualityKey::Utility)];
    analyzing(bencher, Outputs::of(&outputs));
}

#[divan::bench(sample_count = 30)]
fn everything(bencher: Bencher<'_, '_>) {
    analyzing(bencher, Outputs::ALL);
}

fn analyzing(bencher: Bencher<'_, '_>, outputs: Outputs) {
    let request = Request { outputs, ..Request::default() };
    let mut worker: Worker = ENGINE.worker().expect("sessions");
    // The first run makes what later ones use again.
    worker.analyze(&PHOTO, &request).expect("a photo");
    bencher.bench_local(|| worker.analyze(&PHOTO, &request));
}
