//! One engine for all tests, and short ways to ask it something.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use faceward_core::{Cosine, FivePoints, Outcome};
use faceward_engine::image::{Limits, RgbImage, Size, decode};
use faceward_engine::{
    Analysis, AnalyzeError, Engine, EngineOptions, FaceAnalysis, FacePart, Meanwhile, Output, Outputs,
    PrecisionChoice, Request, Scope, SpareCore, Worker,
};
use faceward_inference::RuntimeKind;

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let options = EngineOptions {
            runtime: RuntimeKind::OpenVino,
            precision: PrecisionChoice::F32,
            limits: Limits::default(),
            disabled: Vec::new(),
        };
        Engine::load(faceward_testkit::store(), &options).expect("the engine loads")
    })
}

fn worker() -> MutexGuard<'static, Worker> {
    static WORKER: OnceLock<Mutex<Worker>> = OnceLock::new();
    let worker = WORKER.get_or_init(|| Mutex::new(engine().worker().expect("a worker")));
    worker.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn try_analyze(photo: &[u8], request: &Request) -> Result<Analysis, AnalyzeError> {
    worker().analyze(photo, request)
}

/// Analyses a photo for somebody who loses patience.
pub(crate) fn analyze_while(
    photo: &[u8],
    request: &Request,
    wanted: &dyn Fn() -> bool,
) -> Result<Analysis, AnalyzeError> {
    worker().analyze_while(photo, request, Meanwhile { wanted, ..Meanwhile::PATIENT })
}

/// Analyses a photo with a core lent.
pub(crate) fn analyze_on_two_cores(photo: &[u8], request: &Request) -> Result<Analysis, AnalyzeError> {
    let spare_core: &dyn Fn() -> Option<SpareCore> = &|| Some(Box::new(()));
    worker().analyze_while(photo, request, Meanwhile { spare_core, ..Meanwhile::PATIENT })
}

/// Probability that the eye or mouth that fills the photo is open.
#[track_caller]
pub(crate) fn part_is_open(photo: &[u8], part: FacePart) -> f32 {
    *worker().part_is_open(photo, part).expect("a photo").value().expect("a model")
}

/// Boxes, points and embeddings of all faces.
pub(crate) fn faces(photo: &[u8]) -> Analysis {
    let outputs = Outputs::of(&[Output::Embedding]);
    let request = Request { outputs, scope: Scope::All, mirrored_embedding: true, ..Request::default() };
    try_analyze(photo, &request).expect("a photo")
}

/// The one face of a photo.
#[track_caller]
pub(crate) fn only_face(analysis: &Analysis) -> &FaceAnalysis {
    assert_eq!(analysis.faces.len(), 1, "{:?}", analysis.detections);
    &analysis.faces[0]
}

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
pub(crate) fn cosine(a: &FaceAnalysis, b: &FaceAnalysis) -> f32 {
    let (Outcome::Value(a), Outcome::Value(b)) = (&a.embedding, &b.embedding) else {
        panic!("no embedding: {:?} {:?}", a.embedding, b.embedding)
    };
    let Cosine(cosine) = a.cosine(b).expect("one model");
    cosine
}

/// Longest distance between points of the same name.
pub(crate) fn farthest(a: &FivePoints, b: &FivePoints) -> f32 {
    a.to_array().iter().zip(b.to_array()).map(|(a, b)| a.distance(b)).fold(0.0, f32::max)
}

/// A fixture as pixels.
pub(crate) fn pixels(name: &str) -> RgbImage {
    decode(&faceward_testkit::photo(name), &Limits::default()).expect("a photo").photo
}

/// `photo` on a grey canvas of `size`, its top-left corner at (`left`, `top`), with others already on it kept.
pub(crate) fn paste(canvas: &RgbImage, photo: &RgbImage, left: u32, top: u32) -> RgbImage {
    let mut rgb = canvas.rgb().to_vec();
    let row_length = 3 * photo.width() as usize;
    for (y, row) in photo.rows().enumerate() {
        let start = 3 * ((top as usize + y) * canvas.width() as usize + left as usize);
        rgb[start..start + row_length].copy_from_slice(row);
    }
    RgbImage::new(canvas.size(), rgb).expect("the canvas' size")
}

pub(crate) fn grey(width: u32, height: u32) -> RgbImage {
    RgbImage::filled(Size { width, height }, [128; 3]).expect("not empty")
}
