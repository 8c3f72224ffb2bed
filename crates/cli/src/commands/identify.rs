//! `faceward identify`: a photo against the gallery.

use std::path::PathBuf;

use clap::Args;
use faceward_core::{GalleryId, Similarity};
use faceward_service::{FaceOptions, Identification, IdentifyRequest, Match};
use serde::Serialize;
use uuid::Uuid;

use super::enroll::{parsed, the_app};
use super::verify::read_photo;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Tell whom of the gallery a photo shows
///
/// Exit code 0: somebody reaches the threshold. 1: nobody does. Works on the data folder; stop the server that uses it
/// first, or ask through its HTTP interface.
#[derive(Debug, Args)]
pub(crate) struct Identify {
    /// The photo, JPEG or PNG
    photo: PathBuf,
    /// Search this gallery only; may be repeated [default: all of the app]
    #[arg(long, value_name = "ID")]
    gallery: Vec<String>,
    /// Least similarity of a match, 0 to 1 [default: the configured one]
    #[arg(long, value_name = "SIMILARITY")]
    threshold: Option<f32>,
    /// Most candidates to print
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
    /// APP-ID of the app [default: the only one]
    #[arg(long, value_name = "UUID")]
    app: Option<Uuid>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    matched: bool,
    best_similarity: Option<f32>,
    threshold: f32,
    candidates: Vec<Candidate>,
}

#[derive(Serialize)]
struct Candidate {
    subject: String,
    template: String,
    gallery: String,
    similarity: f32,
    cosine: f32,
}

impl Identify {
    /// Searches.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let named: Vec<GalleryId> = self
            .gallery
            .iter()
            .filter_map(|id| parsed(Some(id), GalleryId::parse).transpose())
            .collect::<Result<_, _>>()?;
        let request = IdentifyRequest {
            photo: read_photo(&self.photo)?,
            threshold: self.threshold.map(Similarity),
            limit: Some(self.limit),
            galleries: (!named.is_empty()).then_some(named),
            options: FaceOptions::default(),
        };
        let service = setup::service(&context.config, &context.environment)?;
        let executor = setup::executor()?;
        let app = executor.block_on(the_app(service.apps(), self.app))?;
        let found = executor.block_on(service.identify(&app, request))?;
        let answer = answer(&found);
        if self.json {
            terminal::json(&answer)?;
        } else {
            terminal::line(&in_words(&answer))?;
        }
        Ok(Exit::answer(answer.matched))
    }
}

fn answer(found: &Identification) -> Answer {
    Answer {
        matched: found.best.is_some(),
        best_similarity: found.best_similarity.map(|similarity| similarity.0),
        threshold: found.threshold.0,
        candidates: found.candidates.iter().map(candidate).collect(),
    }
}

fn candidate(found: &Match) -> Candidate {
    Candidate {
        subject: found.subject.to_string(),
        template: found.template.to_string(),
        gallery: found.gallery.to_string(),
        similarity: found.similarity.0,
        cosine: found.cosine.0,
    }
}

fn in_words(answer: &Answer) -> String {
    if answer.candidates.is_empty() {
        let best = answer
            .best_similarity
            .map_or("nobody is enrolled".to_owned(), |best| format!("the best has {best:.4}"));
        return format!("nobody reaches the threshold {}; {best}", answer.threshold);
    }
    let head = ["SIMILARITY", "SUBJECT", "TEMPLATE", "GALLERY"].map(str::to_owned).to_vec();
    let rows = answer.candidates.iter().map(|candidate| {
        let Candidate { subject, template, gallery, similarity, cosine: _ } = candidate;
        vec![format!("{similarity:.4}"), subject.clone(), template.clone(), gallery.clone()]
    });
    terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}
