//! `faceward analyze`: everything about the faces of photos.

use std::path::{Path, PathBuf};

use clap::Args;
use faceward_core::Outcome;
use faceward_service::{AnalysisReport, AnalyzeRequest, FaceReport, Forgery, Judged, Service};
use serde_json::json;

use super::verify::read_photo;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{draw, setup, terminal};

/// Describe the faces of photos
///
/// Every face with its box, pose, liveness, attributes and quality. Exit code 1: a photo has no face.
#[derive(Debug, Args)]
pub(crate) struct Analyze {
    /// Photos, JPEG or PNG
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// Print JSON: for each photo what /v1/analyze answers
    #[arg(long)]
    json: bool,
    /// Draw boxes, points and scores onto the photo and write it as PNG; for one photo
    #[arg(long, value_name = "OUT.png")]
    draw: Option<PathBuf>,
}

impl Analyze {
    /// Analyses them.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if self.draw.is_some() && self.photos.len() != 1 {
            return Err(Failure::usage("--draw takes one photo"));
        }
        let scratch = setup::Scratch::new(context)?;
        let executor = setup::executor()?;
        let reports: Vec<AnalysisReport> = self
            .photos
            .iter()
            .map(|path| executor.block_on(analyze(&scratch.service, path)))
            .collect::<Result<_, _>>()?;
        if let (Some(out), [path], [report]) = (&self.draw, self.photos.as_slice(), reports.as_slice()) {
            draw::draw(path, report, &context.config.photo, out)?;
        }
        if self.json {
            let answers = self.photos.iter().zip(&reports);
            let answers = answers.map(
                |(path, report)| json!({ "path": path, "analysis": faceward_http::analysis_json(report) }),
            );
            terminal::json(&answers.collect::<Vec<_>>())?;
        } else {
            let texts = self.photos.iter().zip(&reports).map(|(path, report)| in_words(path, report));
            terminal::line(&texts.collect::<Vec<_>>().join("\n\n"))?;
        }
        Ok(Exit::answer(reports.iter().all(|report| !report.faces.is_empty())))
    }
}

/// Everything that the service has a model for.
async fn analyze(service: &Service, path: &Path) -> Result<AnalysisReport, Failure> {
    let outputs = service.everything();
    Ok(service.analyze(AnalyzeRequest { photo: read_photo(path)?, outputs }).await?)
}

fn in_words(path: &Path, report: &AnalysisReport) -> String {
    let photo = &report.photo;
    let turned = match photo.turned.degrees() {
        0 => String::new(),
        degrees => format!(", faces found after turning it by {degrees} degrees"),
    };
    let n_faces = report.faces.len();
    let head = format!("{}: {} x {}, {n_faces} faces{turned}", path.display(), photo.width, photo.height);
    let faces = report.faces.iter().enumerate().map(|(number, face)| face_in_words(number + 1, face));
    std::iter::once(head).chain(faces).collect::<Vec<_>>().join("\n")
}

fn face_in_words(number: usize, report: &FaceReport) -> String {
    let face = &report.face;
    let rect = &face.rect;
    let mut rows = vec![vec![
        format!("face {number}"),
        format!("{:.0},{:.0} {:.0} x {:.0}", rect.left, rect.top, rect.width(), rect.height()),
        format!("confidence {:.3}", face.confidence),
    ]];
    if let Some(pose) = face.pose.value() {
        let angles = format!("yaw {:.0}, pitch {:.0}, roll {:.0} degrees", pose.yaw, pose.pitch, pose.roll);
        rows.push(vec!["  pose".to_owned(), angles]);
    }
    let scores = [("liveness", &report.liveness), ("genuine", &report.genuine)];
    let measures = report.quality.iter().map(|(key, outcome)| (key.name(), outcome));
    rows.extend(scores.into_iter().chain(measures).filter_map(judged_row));
    if let Some(forgery) = report.suspected() {
        let what = match forgery {
            Forgery::Swap => "a face put in",
            Forgery::Generated => "a generated face",
        };
        rows.push(vec!["  suspected".to_owned(), what.to_owned()]);
    }
    if report.advice().is_some() {
        rows.push(vec![
            "  advice".to_owned(),
            "step back: the face fills the photo, or its edge is near".to_owned(),
        ]);
    }
    let estimates = &face.attributes;
    let guesses = [
        ("male", &estimates.male),
        ("neutral", &estimates.neutral),
        ("mouth open", &estimates.mouth_open),
        ("left eye open", &estimates.left_eye_open),
        ("right eye open", &estimates.right_eye_open),
        ("masked", &estimates.masked),
        ("age", &estimates.age),
    ];
    rows.extend(
        guesses
            .into_iter()
            .filter_map(|(name, guess)| Some(vec![format!("  {name}"), format!("{:.3}", guess.value()?)])),
    );
    terminal::columns(&rows)
}

/// Values without a model are left out; a failed one says why.
fn judged_row((name, outcome): (&str, &Outcome<Judged>)) -> Option<Vec<String>> {
    match outcome {
        Outcome::Value(Judged { score, fine }) => {
            let verdict = if *fine { "fine" } else { "NOT fine" };
            Some(vec![format!("  {name}"), format!("{score:.3}"), verdict.to_owned()])
        }
        Outcome::Failed(reason) => Some(vec![format!("  {name}"), "-".to_owned(), reason.clone()]),
        Outcome::NotRequested | Outcome::Unavailable => None,
    }
}
