//! Short ways to write ids, embeddings and records.

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use faceward_store::{
    AppRecord, AppSettings, Deletion, KeyHash, NewTemplate, OnConflict, Page, Stores, TemplateRecord,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The model of [`embedding`].
pub const MODEL: &str = "toy-1";

/// The app of that number.
#[must_use]
pub fn app(number: u128) -> AppId {
    AppId(Uuid::from_u128(number))
}

/// An id of a gallery.
///
/// # Panics
/// It is none; as in all of these.
#[must_use]
pub fn gallery_id(text: &str) -> GalleryId {
    GalleryId::parse(text).expect("an id")
}

/// An id of a subject.
#[must_use]
pub fn subject_id(text: &str) -> SubjectId {
    SubjectId::parse(text).expect("an id")
}

/// A name.
#[must_use]
pub fn subject_name(text: &str) -> SubjectName {
    SubjectName::parse(text).expect("a name")
}

/// An id of a template.
#[must_use]
pub fn template_id(text: &str) -> TemplateId {
    TemplateId::parse(text).expect("an id")
}

/// An embedding of [`MODEL`] in the direction of `vector`.
#[must_use]
pub fn embedding(vector: &[f32]) -> Embedding {
    embedding_of(MODEL, vector)
}

/// An embedding of `model` in the direction of `vector`.
#[must_use]
pub fn embedding_of(model: &str, vector: &[f32]) -> Embedding {
    Embedding::normalised(ModelId::new(model), vector.to_vec()).expect("a direction")
}

/// `length` values in -1 to 1 that depend on `seed` alone.
#[must_use]
pub fn seeded(seed: u64, length: usize) -> Vec<f32> {
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
#[must_use]
pub fn new_template(subject: &str, template: &str, vector: &[f32]) -> NewTemplate {
    NewTemplate {
        gallery: gallery_id("default"),
        subject: subject_id(subject),
        name: None,
        template: template_id(template),
        embedding: embedding(vector),
        created_at: None,
        expires_at: None,
    }
}

/// A second after the year 2027 began, for what depends on the time.
#[must_use]
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

/// So many seconds.
#[must_use]
pub const fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

/// The hash of no key.
#[must_use]
pub const fn key_hash(byte: u8) -> KeyHash {
    KeyHash { sha256: [byte; 32] }
}

/// The record of a new app.
#[must_use]
pub fn app_record(id: AppId) -> AppRecord {
    AppRecord { id, name: "a test".to_owned(), settings: AppSettings::default(), created_at: at(0) }
}

/// Creates apps 1 to `count`.
pub async fn create_apps(stores: &Stores, count: u128) {
    for number in 1..=count {
        let hash = key_hash(number as u8);
        stores.directory.create_app(&app_record(app(number)), &hash).await.expect("a new app");
    }
}

/// Creates a gallery of app 1.
pub async fn create_gallery(stores: &Stores, gallery: &str) {
    stores.templates.create_gallery(&app(1), &gallery_id(gallery)).await.expect("a new gallery");
}

/// Enrols a template of app 1 that does not exist yet.
pub async fn add(stores: &Stores, new: &NewTemplate) -> TemplateRecord {
    let (record, replaced) = stores.templates.add(&app(1), new, OnConflict::Refuse).await.expect("added");
    assert_eq!(replaced, Deletion::nothing());
    record
}

/// `subject template` of every template of app 1 in the order of the list.
pub async fn listed(stores: &Stores) -> Vec<String> {
    let mut rows = Vec::new();
    let mut after: Option<TemplateId> = None;
    loop {
        let page = Page::largest(after.as_ref());
        let records = stores.templates.list_templates(&app(1), None, page).await.expect("app 1");
        let Some(last) = records.last() else { return rows };
        after = Some(last.template.clone());
        rows.extend(records.iter().map(|record| format!("{} {}", record.subject, record.template)));
    }
}
