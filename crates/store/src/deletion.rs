//! Deletions, and what they leave for an auditor: a digest of the rows that are gone, made in the transaction that took them.
//!
//! A row's digest is the SHA-256 over these fields, each after its length as eight bytes, most significant first:
//! [`DIGEST_METHOD`]; the 16 bytes of the app's id; gallery, subject, template and model in UTF-8; when the template was enrolled,
//! and its own end or nothing, in microseconds since 1970 as eight bytes, most significant first; the SHA-256 of its sealed vector.
//! The digest of a deletion is the SHA-256 over the digests of its rows, in ascending order. No vector is opened for it. As sealing
//! begins with a random nonce, nobody can compute it who does not have the row: it tells nothing about a face.

use std::collections::BTreeSet;

use faceward_core::{AppId, GalleryId, ModelId, SubjectId, TemplateId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::Traces;

/// How digests are made, as the module says. Another way gets another word.
pub const DIGEST_METHOD: &str = "faceward-rows-1";

/// The templates that are deleted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// One template.
    Template(TemplateId),
    /// All templates of a subject.
    Subject(GalleryId, SubjectId),
    /// A gallery.
    Gallery(GalleryId),
    /// All galleries of an app, which stays.
    Galleries,
    /// The app.
    App,
}

/// A template as it lies in a store.
#[derive(Clone, Copy, Debug)]
pub struct SealedRow<'a> {
    /// Whose it is.
    pub app: &'a AppId,
    /// Its gallery.
    pub gallery: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Its id.
    pub template: &'a str,
    /// The model of its vector.
    pub model: &'a str,
    /// When it was enrolled, in microseconds since 1970.
    pub created_at: i64,
    /// The end that it has of its own, in microseconds since 1970.
    pub expires_at: Option<i64>,
    /// The SHA-256 of its sealed vector.
    pub sealed_sha256: [u8; 32],
}

/// Digests of rows, in whatever order they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    digests: BTreeSet<[u8; 32]>,
    models: BTreeSet<ModelId>,
}

/// What was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "who deletes has to tell whether it is gone from the disk"]
pub struct Deletion {
    /// Templates that were there and no longer are.
    pub n_templates: usize,
    /// Made of their rows, by [`DIGEST_METHOD`]; `None`: there was no template.
    pub sha256: Option<[u8; 32]>,
    /// The models of their vectors, in ascending order.
    pub models: Vec<ModelId>,
    /// What is left of them on disk.
    pub traces: Traces,
}

/// What an auditor is told of a deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionRecord {
    /// Whose templates were deleted.
    pub app: AppId,
    /// Which of them.
    pub extent: Extent,
    /// When it was done.
    pub at: Timestamp,
    /// What there was.
    pub deletion: Deletion,
}

/// Why a text is no deletion record.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDeletionRecord {
    /// It is no JSON of the form.
    #[error("no deletion record: {0}")]
    Json(#[from] serde_json::Error),
    /// A field cannot be what it is.
    #[error("no deletion record: `{0}`")]
    Field(&'static str),
    /// Its digest was made in a way that this version does not know.
    #[error("the digest is made by `{0}`, and this version knows `{DIGEST_METHOD}`")]
    Method(String),
}

impl SealedRow<'_> {
    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let mut field = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        field(DIGEST_METHOD.as_bytes());
        field(self.app.0.as_bytes());
        for text in [self.gallery, self.subject, self.template, self.model] {
            field(text.as_bytes());
        }
        field(&self.created_at.to_be_bytes());
        match self.expires_at {
            Some(end) => field(&end.to_be_bytes()),
            None => field(&[]),
        }
        field(&self.sealed_sha256);
        digest.finalize().into()
    }
}

impl Rows {
    /// Adds a row.
    pub fn add(&mut self, row: &SealedRow<'_>) {
        self.digests.insert(row.digest());
        if !self.models.iter().any(|model| model.as_str() == row.model) {
            self.models.insert(ModelId::new(row.model));
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// How many of them are among `others`, as they are here.
    #[must_use]
    pub fn shared_with(&self, others: &Self) -> usize {
        self.digests.intersection(&others.digests).count()
    }

    /// The digest of all; `None`: there is no row.
    #[must_use]
    pub fn sha256(&self) -> Option<[u8; 32]> {
        if self.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        self.digests.iter().for_each(|row| digest.update(row));
        Some(digest.finalize().into())
    }

    /// What is to be told of these, which are deleted and have left `traces`.
    pub fn deleted(self, traces: Traces) -> Deletion {
        Deletion {
            n_templates: self.len(),
            sha256: self.sha256(),
            traces,
            models: self.models.into_iter().collect(),
        }
    }
}

impl Deletion {
    /// Nothing was there.
    pub fn nothing() -> Self {
        Rows::default().deleted(Traces::Wiped)
    }

    /// Its digest in 64 hexadecimal digits; `None`: there was no template.
    #[must_use]
    pub fn sha256_in_hex(&self) -> Option<String> {
        self.sha256.map(|digest| hex(&digest))
    }
}

/// A record as it is written. The audit log and the answers of our own APIs have the same.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    what: String,
    app_id: Uuid,
    gallery: Option<String>,
    subject: Option<String>,
    template: Option<String>,
    at: String,
    templates: usize,
    models: Vec<String>,
    method: String,
    sha256: Option<String>,
    log: String,
}

impl Extent {
    /// Its word in a record.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Template(_) => "template",
            Self::Subject(..) => "subject",
            Self::Gallery(_) => "gallery",
            Self::Galleries => "galleries",
            Self::App => "app",
        }
    }

    /// The ids that it names.
    #[must_use]
    pub const fn ids(&self) -> (Option<&GalleryId>, Option<&SubjectId>, Option<&TemplateId>) {
        match self {
            Self::Template(template) => (None, None, Some(template)),
            Self::Subject(gallery, subject) => (Some(gallery), Some(subject), None),
            Self::Gallery(gallery) => (Some(gallery), None, None),
            Self::Galleries | Self::App => (None, None, None),
        }
    }
}

impl DeletionRecord {
    /// As JSON.
    ///
    /// # Errors
    /// None that is known: those of the writer.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let Deletion { n_templates, sha256: _, models, traces } = &self.deletion;
        let (gallery, subject, template) = self.extent.ids();
        serde_json::to_string(&Written {
            what: self.extent.word().to_owned(),
            app_id: self.app.0,
            gallery: gallery.map(ToString::to_string),
            subject: subject.map(ToString::to_string),
            template: template.map(ToString::to_string),
            at: self.at.to_string(),
            templates: *n_templates,
            models: models.iter().map(ToString::to_string).collect(),
            method: DIGEST_METHOD.to_owned(),
            sha256: self.deletion.sha256_in_hex(),
            log: traces.word().to_owned(),
        })
    }

    /// Out of JSON.
    ///
    /// # Errors
    /// It is no record, or its digest is made in another way.
    pub fn from_json(text: &str) -> Result<Self, InvalidDeletionRecord> {
        let written: Written = serde_json::from_str(text)?;
        if written.method != DIGEST_METHOD {
            return Err(InvalidDeletionRecord::Method(written.method));
        }
        let extent = written.extent().ok_or(InvalidDeletionRecord::Field("what"))?;
        let sha256 = match &written.sha256 {
            Some(text) => Some(unhex(text).ok_or(InvalidDeletionRecord::Field("sha256"))?),
            None => None,
        };
        if sha256.is_some() != (written.templates > 0) {
            return Err(InvalidDeletionRecord::Field("templates"));
        }
        let traces = Traces::ALL.into_iter().find(|traces| traces.word() == written.log);
        let deletion = Deletion {
            n_templates: written.templates,
            sha256,
            models: written.models.iter().map(|model| ModelId::new(model)).collect(),
            traces: traces.ok_or(InvalidDeletionRecord::Field("log"))?,
        };
        let at = written.at.parse().map_err(|_| InvalidDeletionRecord::Field("at"))?;
        Ok(Self { app: AppId(written.app_id), extent, at, deletion })
    }
}

impl Written {
    fn extent(&self) -> Option<Extent> {
        let gallery = self.gallery.as_deref().map(GalleryId::stored).transpose().ok()?;
        let subject = self.subject.as_deref().map(SubjectId::stored).transpose().ok()?;
        let template = self.template.as_deref().map(TemplateId::stored).transpose().ok()?;
        let extent = match (gallery, subject, template) {
            (None, None, Some(template)) => Extent::Template(template),
            (Some(gallery), Some(subject), None) => Extent::Subject(gallery, subject),
            (Some(gallery), None, None) => Extent::Gallery(gallery),
            (None, None, None) if self.what == Extent::App.word() => Extent::App,
            (None, None, None) => Extent::Galleries,
            _ => return None,
        };
        (extent.word() == self.what).then_some(extent)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let bytes: Vec<u8> = digits?.chunks_exact(2).map(|pair| 16 * pair[0] + pair[1]).collect();
    if text.len() == 64 { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: AppId = AppId(Uuid::from_u128(7));

    fn row(template: &str) -> SealedRow<'_> {
        SealedRow {
            app: &APP,
            gallery: "default",
            subject: "anna",
            template,
            model: "toy-1",
            created_at: 1_000_000,
            expires_at: None,
            sealed_sha256: [3; 32],
        }
    }

    fn rows(all: &[SealedRow<'_>]) -> Rows {
        let mut rows = Rows::default();
        all.iter().for_each(|row| rows.add(row));
        rows
    }

    #[test]
    fn a_digest_does_not_depend_on_the_order_and_on_everything_else() {
        let both = rows(&[row("a"), row("b")]);
        assert_eq!(both.sha256(), rows(&[row("b"), row("a")]).sha256());
        let (other_app, other) = (AppId(Uuid::from_u128(8)), "other");
        let others = [
            SealedRow { app: &other_app, ..row("b") },
            SealedRow { gallery: other, ..row("b") },
            SealedRow { subject: other, ..row("b") },
            SealedRow { template: other, ..row("b") },
            SealedRow { model: other, ..row("b") },
            SealedRow { created_at: 1_000_001, ..row("b") },
            SealedRow { expires_at: Some(0), ..row("b") },
            SealedRow { sealed_sha256: [4; 32], ..row("b") },
            // The same letters, divided otherwise.
            SealedRow { gallery: "defaul", subject: "tanna", ..row("b") },
        ];
        for other in others {
            let changed = rows(&[row("a"), other]);
            assert_ne!(changed.sha256(), both.sha256(), "{other:?}");
            assert_eq!(changed.shared_with(&both), 1);
        }
    }

    #[test]
    fn the_bytes_are_as_documented() {
        // Made by another program from the words above: of the rows a and b.
        let made = rows(&[row("a"), row("b")]).sha256().map(|digest| hex(&digest));
        assert_eq!(made.as_deref(), Some("242006a564d79d59c40f5f4015d315b45657f733895b88ee1800e91c217fc405"));
    }

    #[test]
    fn nothing_has_no_digest() {
        let deletion = Deletion::nothing();
        assert_eq!((deletion.n_templates, deletion.sha256, deletion.traces), (0, None, Traces::Wiped));
    }

    #[test]
    fn a_record_is_read_as_it_was_written_and_no_other() {
        let (gallery, subject) =
            (GalleryId::stored("g").expect("an id"), SubjectId::stored("s").expect("an id"));
        let extents = [
            Extent::Template(TemplateId::stored("t").expect("an id")),
            Extent::Subject(gallery.clone(), subject),
            Extent::Gallery(gallery),
            Extent::Galleries,
            Extent::App,
        ];
        for (extent, traces) in extents.into_iter().zip(Traces::ALL.into_iter().cycle()) {
            let deletion = rows(&[row("a")]).deleted(traces);
            let at = Timestamp::from_second(5).expect("a time");
            let record = DeletionRecord { app: APP, extent, at, deletion };
            let text = record.to_json().expect("written");
            assert_eq!(DeletionRecord::from_json(&text).expect(&text), record);
            let wrong = [
                ("faceward-rows-1", "faceward-rows-2"),
                ("\"templates\":1", "\"templates\":0"),
                ("\"log\":\"", "\"log\":\"no"),
                ("\"what\":\"", "\"what\":\"no"),
                ("\"sha256\":\"", "\"sha256\":\"0"),
                ("\"app_id\"", "\"id\""),
            ];
            for (from, to) in wrong {
                let text = text.replace(from, to);
                assert!(DeletionRecord::from_json(&text).is_err(), "{text}");
            }
        }
    }
}
