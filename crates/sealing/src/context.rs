//! What a sealed value is bound to: the row that it belongs to, and what it is there. Moved elsewhere, it does not open.

use faceward_core::{AppId, GalleryId, ModelId, SubjectId, TemplateId};
use uuid::Uuid;

const VECTOR_DOMAIN: &[u8] = b"faceward vector 1";
const NAME_DOMAIN: &[u8] = b"faceward subject name 1";
const SIGNING_KEY_DOMAIN: &[u8] = b"faceward signing key 1";
const WEBHOOK_SECRET_DOMAIN: &[u8] = b"faceward webhook secret 1";
const WEBHOOK_BODY_DOMAIN: &[u8] = b"faceward webhook body 1";
const WEBHOOK_ANSWER_DOMAIN: &[u8] = b"faceward webhook answer 1";
const SESSION_DOMAIN: &[u8] = b"faceward session 1";
const SESSION_FACE_DOMAIN: &[u8] = b"faceward session face 1";

/// The row that a vector belongs to. A sealed vector moved to another row does not open.
#[derive(Clone, Copy)]
pub struct VectorContext<'a> {
    /// Its app.
    pub app: &'a AppId,
    /// Its gallery.
    pub gallery: &'a GalleryId,
    /// Its subject.
    pub subject: &'a SubjectId,
    /// Its id.
    pub template: &'a TemplateId,
    /// The model that made it.
    pub model: &'a ModelId,
}

/// The face of a session that a sealed vector belongs to.
#[derive(Clone, Copy)]
pub struct SessionFaceContext<'a> {
    /// The app of the session.
    pub app: &'a AppId,
    /// The session.
    pub session: &'a Uuid,
    /// Which of its faces.
    pub role: &'a str,
    /// The model that made it.
    pub model: &'a ModelId,
}

/// The subject that a sealed name belongs to.
#[derive(Clone, Copy)]
pub struct SubjectContext<'a> {
    /// Its app.
    pub app: &'a AppId,
    /// Its gallery.
    pub gallery: &'a GalleryId,
    /// Its subject.
    pub subject: &'a SubjectId,
}

/// What of a webhook is sealed, each for the row of the id that it has.
#[derive(Clone, Copy)]
pub enum WebhookPart {
    /// A secret that signs.
    Secret,
    /// The body of an event.
    Body,
    /// What was answered to an event.
    Answer,
}

impl WebhookPart {
    pub(crate) fn bytes(self, app: &AppId, id: &Uuid) -> Vec<u8> {
        let domain = match self {
            Self::Secret => WEBHOOK_SECRET_DOMAIN,
            Self::Body => WEBHOOK_BODY_DOMAIN,
            Self::Answer => WEBHOOK_ANSWER_DOMAIN,
        };
        framed(&[domain, app.0.as_bytes(), id.as_bytes()])
    }
}

impl VectorContext<'_> {
    pub(crate) fn bytes(self) -> Vec<u8> {
        framed(&[
            VECTOR_DOMAIN,
            self.app.0.as_bytes(),
            self.gallery.as_str().as_bytes(),
            self.subject.as_str().as_bytes(),
            self.template.as_str().as_bytes(),
            self.model.as_str().as_bytes(),
        ])
    }
}

impl SessionFaceContext<'_> {
    pub(crate) fn bytes(self) -> Vec<u8> {
        framed(&[
            SESSION_FACE_DOMAIN,
            self.app.0.as_bytes(),
            self.session.as_bytes(),
            self.role.as_bytes(),
            self.model.as_str().as_bytes(),
        ])
    }
}

impl SubjectContext<'_> {
    pub(crate) fn bytes(self) -> Vec<u8> {
        framed(&[
            NAME_DOMAIN,
            self.app.0.as_bytes(),
            self.gallery.as_str().as_bytes(),
            self.subject.as_str().as_bytes(),
        ])
    }
}

/// What a sealed value of an app is bound to, whatever it is: for sealing it anew.
pub struct Bound<'a> {
    pub(crate) app: &'a AppId,
    pub(crate) context: Vec<u8>,
}

impl<'a> Bound<'a> {
    /// A vector.
    #[must_use]
    pub fn vector(context: VectorContext<'a>) -> Self {
        Self { app: context.app, context: context.bytes() }
    }

    /// The name of a subject.
    #[must_use]
    pub fn name(context: SubjectContext<'a>) -> Self {
        Self { app: context.app, context: context.bytes() }
    }

    /// The document of a session.
    #[must_use]
    pub fn session(app: &'a AppId, id: &Uuid) -> Self {
        Self { app, context: session_context(app, id) }
    }

    /// A face of a session.
    #[must_use]
    pub fn session_face(context: SessionFaceContext<'a>) -> Self {
        Self { app: context.app, context: context.bytes() }
    }

    /// A part of a webhook.
    #[must_use]
    pub fn webhook(part: WebhookPart, app: &'a AppId, id: &Uuid) -> Self {
        Self { app, context: part.bytes(app, id) }
    }
}

/// Every field with its length in front, so that no two rows have the same bytes.
pub(crate) fn framed(fields: &[&[u8]]) -> Vec<u8> {
    fields.iter().flat_map(|field| [&(field.len() as u64).to_le_bytes()[..], field].concat()).collect()
}

/// The context of the document of a session.
pub(crate) fn session_context(app: &AppId, id: &Uuid) -> Vec<u8> {
    framed(&[SESSION_DOMAIN, app.0.as_bytes(), id.as_bytes()])
}

/// The context of a private key that signs tokens.
pub(crate) fn signing_key_context(id: &Uuid) -> Vec<u8> {
    framed(&[SIGNING_KEY_DOMAIN, id.as_bytes()])
}
