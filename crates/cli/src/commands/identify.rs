//! `faceward identify`: a photo against the gallery.

use std::path::PathBuf;

use clap::Args;
use faceward_core::{GalleryId, Similarity};
use faceward_service::{FaceOptions, Identification, IdentifyRequest, Match};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::enroll::{app_there, parsed, the_app};
use super::verify::read_photo;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Form, Remote};
use crate::{setup, terminal};

/// Tell whom of the gallery a photo shows
///
/// Exit code 0: somebody reaches the threshold. 1: nobody does. Works on the data folder or database, or through the
/// server that uses the folder or that `--server` names.
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

#[derive(Deserialize, Serialize)]
struct Answer {
    matched: bool,
    best_similarity: Option<f32>,
    threshold: f32,
    candidates: Vec<Candidate>,
}

#[derive(Deserialize, Serialize)]
struct Candidate {
    subject: String,
    #[serde(alias = "template_id")]
    template: String,
    gallery: String,
    similarity: f32,
    cosine: f32,
}

impl Identify {
    /// Searches.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let answer = match Remote::find(context)? {
            Some(remote) => setup::executor()?.block_on(self.there(&remote))?,
            None => self.here(context)?,
        };
        if self.json {
            terminal::json(&answer)?;
        } else {
            terminal::line(&in_words(&answer))?;
        }
        Ok(Exit::answer(answer.matched))
    }

    async fn there(&self, remote: &Remote) -> Result<Answer, Failure> {
        let photo = fs_err::read(&self.photo).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
        let app = app_there(remote, self.app).await?;
        let mut form = Form::with_photo(&photo);
        for gallery in &self.gallery {
            form = form.text("gallery", Some(gallery));
        }
        let mut path = format!("/apps/{app}/identify?limit={}", self.limit);
        if let Some(threshold) = self.threshold {
            path += &format!("&threshold={threshold}");
        }
        let found = remote.post(&path, form).await?;
        serde_json::from_value(found).map_err(|error| Failure::new(Exit::Failed, error))
    }

    fn here(&self, context: &Context) -> Result<Answer, Failure> {
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
        Ok(answer(&found))
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
