//! The facts from which answers to challenges are judged, measured on photos of yours: one CSV line a photo and a pair.
//!
//! `cargo run -p faceward-service --example challenge_facts -- pairs.txt > facts.csv`, where each line of `pairs.txt` names
//! two photos with a tab between them. `training/calibration/challenge.py` makes such lists and reads the facts.

use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

use faceward_core::{Embedding, Outcome};
use faceward_engine::image::Limits;
use faceward_engine::{Engine, EngineOptions, Meanwhile, Output, Outputs, PrecisionChoice, Request, Worker};
use faceward_inference::RuntimeKind;
use faceward_models::calibration::similarity::similarity;
use faceward_service::{Movement, Stance, Still, Thresholds};

type Failure = Box<dyn std::error::Error>;

/// What is known about one photo.
struct Frame {
    still: Still,
    embedding: Embedding,
}

fn main() -> Result<(), Failure> {
    let list = std::env::args_os().nth(1).ok_or("which list of pairs?")?;
    let list = fs_err::read_to_string(list)?;
    let options = EngineOptions {
        runtime: RuntimeKind::OpenVino,
        precision: PrecisionChoice::F32,
        limits: Limits::default(),
        disabled: Vec::new(),
    };
    let mut worker = Engine::load(faceward_testkit::store(), &options)?.worker()?;
    let mut frames = HashMap::new();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "kind,a,b,yaw_or_turn,pitch_or_shift,roll_or_zoom,liveness_or_scene,face,similarity,shows"
    )?;
    for line in list.lines() {
        let (a, b) = line.split_once('\t').ok_or("a line is two paths with a tab between them")?;
        let first = frame(&mut worker, &mut frames, &mut out, a)?;
        let second = frame(&mut worker, &mut frames, &mut out, b)?;
        let (Some(first), Some(second)) = (first, second) else { continue };
        let change = first.still.motion_to(&second.still);
        let face = first.still.likeness(&second.still).face;
        let cosine = first.embedding.cosine(&second.embedding)?;
        let similarity = similarity().similarity(cosine).0;
        let optional = |value: Option<f32>| value.map_or(String::new(), |value| value.to_string());
        writeln!(
            out,
            "pair,{a},{b},{},{},{},{},{},{similarity},",
            change.turn,
            change.shift,
            change.zoom,
            optional(change.scene),
            optional(face)
        )?;
    }
    Ok(())
}

/// The facts of the photo at `path`, told once. `None` where it has no usable face.
fn frame(
    worker: &mut Worker,
    known: &mut HashMap<String, Option<Rc<Frame>>>,
    out: &mut impl Write,
    path: &str,
) -> Result<Option<Rc<Frame>>, Failure> {
    if let Some(frame) = known.get(path) {
        return Ok(frame.clone());
    }
    let outputs = Outputs::ATTRIBUTES.and(Outputs::of(&[Output::Pose, Output::Embedding, Output::Liveness]));
    let request = Request { outputs, mirrored_embedding: true, ..Request::default() };
    let (analysis, fingerprint) = worker.analyze_frame(&fs_err::read(path)?, &request, Meanwhile::PATIENT)?;
    let size = [analysis.photo.width, analysis.photo.height];
    let face = analysis.faces.into_iter().next();
    let found = match (face, fingerprint) {
        (Some(face), Some(fingerprint)) => {
            let (shows, liveness) = (shown(&face), face.liveness.value().map(|liveness| liveness.score));
            match (face.pose, face.embedding) {
                (Outcome::Value(pose), Outcome::Value(embedding)) => {
                    let liveness = liveness.map_or(String::new(), |score| score.to_string());
                    let (yaw, pitch, roll) = (pose.yaw, pose.pitch, pose.roll);
                    writeln!(out, "frame,{path},,{yaw},{pitch},{roll},{liveness},,,{shows}")?;
                    let still = Still { size, rect: face.rect, pose: Some(pose), fingerprint };
                    Some(Rc::new(Frame { still, embedding }))
                }
                (_, _) => None,
            }
        }
        (_, _) => None,
    };
    known.insert(path.to_owned(), found.clone());
    Ok(found)
}

/// The movements that `face` shows, with spaces between them.
fn shown(face: &faceward_engine::FaceAnalysis) -> String {
    let thresholds: &Thresholds = faceward_models::calibration::thresholds::thresholds();
    let stance = Stance::of(face, false);
    let shows = |movement: &Movement| stance.shows(*movement, &thresholds.movement) == Outcome::Value(true);
    let names: Vec<_> = Movement::ALL.into_iter().filter(shows).map(Movement::name).collect();
    names.join(" ")
}
