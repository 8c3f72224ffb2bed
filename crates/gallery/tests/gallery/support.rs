//! Short ways to write ids, embeddings and galleries.

use std::path::Path;

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use faceward_gallery::{AppRecord, Gallery, NewTemplate, OnConflict};
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const MODEL: &str = "toy-1";

pub(crate) fn app(number: u128) -> AppId {
    AppId(Uuid::from_u128(number))
}

pub(crate) fn gallery_id(text: &str) -> GalleryId {
    GalleryId::parse(text).expect("an id")
}

pub(crate) fn subject_id(text: &str) -> SubjectId {
    SubjectId::parse(text).expect("an id")
}

pub(crate) fn subject_name(text: &str) -> SubjectName {
    SubjectName::parse(text).expect("a name")
}

pub(crate) fn template_id(text: &str) -> TemplateId {
    TemplateId::parse(text).expect("an id")
}

pub(crate) fn embedding(vector: &[f32]) -> Embedding {
    embedding_of(MODEL, vector)
}

pub(crate) fn embedding_of(model: &str, vector: &[f32]) -> Embedding {
    Embedding::normalised(ModelId::new(model), vector.to_vec()).expect("a direction")
}

/// A unit vector of `length` values that depends on `seed` alone.
pub(crate) fn seeded(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// A template in gallery `default`.
pub(crate) fn new_template(subject: &str, template: &str, vector: &[f32]) -> NewTemplate {
    NewTemplate {
        gallery: gallery_id("default"),
        subject: subject_id(subject),
        name: None,
        template: template_id(template),
        embedding: embedding(vector),
    }
}

pub(crate) fn create_app(gallery: &Gallery, id: AppId) {
    let name = "a test".to_owned();
    gallery
        .create_app(&AppRecord { id, name, mirrored: false, created_at: Timestamp::now() })
        .expect("a new app");
}

pub(crate) fn open(dir: &Path) -> Gallery {
    Gallery::open(dir).expect("a gallery")
}

/// An empty gallery with app 1 in a folder of its own.
pub(crate) fn fresh() -> (TempDir, Gallery) {
    let dir = tempfile::tempdir().expect("a folder");
    let gallery = open(dir.path());
    create_app(&gallery, app(1));
    (dir, gallery)
}

pub(crate) fn add(gallery: &Gallery, new: &NewTemplate) {
    gallery.add(&app(1), new, OnConflict::Refuse).expect("added");
}

/// `subject template` of every template of app 1, in the order of the list.
pub(crate) fn listed(gallery: &Gallery) -> Vec<String> {
    let records = gallery.list(&app(1), None, None, usize::MAX).expect("app 1");
    records.iter().map(|record| format!("{} {}", record.subject, record.template)).collect()
}
