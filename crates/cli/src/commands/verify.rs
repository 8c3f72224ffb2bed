//! `faceward verify`: two photos, one question.

use std::path::{Path, PathBuf};

use clap::Args;
use faceward_service::{FaceOptions, Photo, VerifyRequest};
use serde::Serialize;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Tell whether two photos show one person
///
/// Exit code 0: the same person. 1: different persons.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// One photo, JPEG or PNG
    first: PathBuf,
    /// The other photo
    second: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The answer as JSON.
#[derive(Serialize)]
struct Answer {
    same: bool,
    similarity: f32,
    threshold: f32,
    cosine: f32,
}

impl Verify {
    /// Compares them.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let (first, second) = (read_photo(&self.first)?, read_photo(&self.second)?);
        let request = VerifyRequest { first, second, options: FaceOptions::default() };
        let scratch = setup::Scratch::new(context)?;
        let answered = setup::executor()?.block_on(scratch.service.verify(request))?;
        let comparison = answered.comparison;
        let answer = Answer {
            same: comparison.same,
            similarity: comparison.similarity.0,
            threshold: comparison.threshold.0,
            cosine: comparison.cosine.0,
        };
        if self.json {
            terminal::json(&answer)?;
        } else {
            let Answer { same, similarity, threshold, cosine } = answer;
            let verdict = if same { "the same person" } else { "different persons" };
            terminal::line(&format!(
                "{verdict}: similarity {similarity:.4}, threshold {threshold} (cosine {cosine:.4})"
            ))?;
        }
        Ok(Exit::answer(comparison.same))
    }
}

/// The photo in the file at `path`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn read_photo(path: &Path) -> Result<Photo, Failure> {
    let bytes = fs_err::read(path).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
    Ok(Photo::from(bytes::Bytes::from(bytes)))
}
