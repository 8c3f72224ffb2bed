//! What goes into a store and what comes out of it. Timestamps are kept to the microsecond.

use std::fmt;

use faceward_core::{AppId, Cosine, Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::AppSettings;

/// An app: a tenant that owns galleries.
#[derive(Clone, Debug, PartialEq)]
pub struct AppRecord {
    /// Its id, chosen by whoever creates it.
    pub id: AppId,
    /// Name for people; need not be unique.
    pub name: String,
    /// What can be changed about it.
    pub settings: AppSettings,
    /// When it was created.
    pub created_at: Timestamp,
}

/// SHA-256 of an app's key. The key itself is stored nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash {
    /// The digest.
    pub sha256: [u8; 32],
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(..)")
    }
}

/// A key of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// What a presented key is compared with.
    pub hash: KeyHash,
    /// When it was added.
    pub created_at: Timestamp,
    /// From when on it is no longer accepted; `None`: it has no end.
    pub expires_at: Option<Timestamp>,
}

/// The gallery of those who name none, and the only one that needs no creating.
pub const DEFAULT_GALLERY: &str = "default";

/// A gallery of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GalleryRecord {
    /// Its id, unique inside the app.
    pub gallery: GalleryId,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A subject of a gallery. It exists as long as it has a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectRecord {
    /// Its id, unique inside the gallery.
    pub subject: SubjectId,
    /// What people call it, if anybody said.
    pub name: Option<SubjectName>,
    /// How many templates it has, at least 1.
    pub templates: usize,
}

/// A template to be enrolled.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTemplate {
    /// Where it goes. `default` is created on first use, any other gallery must exist.
    pub gallery: GalleryId,
    /// Whose face it is.
    pub subject: SubjectId,
    /// What people call the subject; `None` leaves the name that it has.
    pub name: Option<SubjectName>,
    /// Its id, unique inside the app.
    pub template: TemplateId,
    /// The face.
    pub embedding: Embedding,
    /// When it was enrolled; `None`: now.
    pub created_at: Option<Timestamp>,
    /// From when on it no longer counts, whatever its app says; `None`: as long as its app lets it.
    pub expires_at: Option<Timestamp>,
}

/// What to do when the app already has a template of the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Leave it and say so.
    Refuse,
    /// Put the new one in its place, in whatever gallery and under whatever subject the old one was.
    Replace,
}

/// An enrolled template, without its vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRecord {
    /// The gallery that it lies in.
    pub gallery: GalleryId,
    /// Whose face it is.
    pub subject: SubjectId,
    /// Its id, unique inside the app.
    pub template: TemplateId,
    /// The model of the vector by which it is compared; what is kept may be longer, and of another.
    pub model: ModelId,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// The end of its own, if it has one. [`AppSettings::end_of`] is the one that counts.
    pub expires_at: Option<Timestamp>,
}

/// A template with everything that is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTemplate {
    /// The app that it belongs to.
    pub app: AppId,
    /// All but the vector.
    pub record: TemplateRecord,
    /// What people call its subject, if anybody said.
    pub name: Option<SubjectName>,
    /// The face.
    pub embedding: Embedding,
}

/// A subject that a search came up with.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The subject's template that is most alike.
    pub template: TemplateId,
    /// The gallery that it lies in.
    pub gallery: GalleryId,
    /// Whose face it is.
    pub subject: SubjectId,
    /// What people call the subject, if anybody said.
    pub name: Option<SubjectName>,
    /// How alike it is to the probe.
    pub cosine: Cosine,
}

/// A key that signs access tokens. The private part is kept sealed.
#[derive(Clone)]
pub struct SigningKey {
    /// Its id, in the head of every token that it signs.
    pub id: Uuid,
    /// The private key, PKCS #1 DER. Wiped from memory when dropped.
    pub private: Zeroizing<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on its tokens are no longer accepted; `None`: it signs.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}
