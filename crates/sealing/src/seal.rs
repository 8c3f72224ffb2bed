//! Sealing and opening a vector, a name, a signing key or a part of a webhook. Sealed form: version 1 (1 byte), nonce (24), ciphertext, tag (16).
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with random nonces: 192 bits never repeat by chance.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use faceward_core::{AppId, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{MasterKey, SealingError};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
/// What the proof of the key is bound to; no template's context can look like it.
const KEY_PROOF_CONTEXT: &[u8] = b"faceward key proof 1";
const VECTOR_DOMAIN: &[u8] = b"faceward vector 1";
const NAME_DOMAIN: &[u8] = b"faceward subject name 1";
const SIGNING_KEY_DOMAIN: &[u8] = b"faceward signing key 1";
const WEBHOOK_SECRET_DOMAIN: &[u8] = b"faceward webhook secret 1";
const WEBHOOK_BODY_DOMAIN: &[u8] = b"faceward webhook body 1";
const WEBHOOK_ANSWER_DOMAIN: &[u8] = b"faceward webhook answer 1";
const SESSION_DOMAIN: &[u8] = b"faceward session 1";
const SESSION_FACE_DOMAIN: &[u8] = b"faceward session face 1";

/// Seals and opens under one key.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
}

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
    fn context(self, app: &AppId, id: &Uuid) -> Vec<u8> {
        let domain = match self {
            Self::Secret => WEBHOOK_SECRET_DOMAIN,
            Self::Body => WEBHOOK_BODY_DOMAIN,
            Self::Answer => WEBHOOK_ANSWER_DOMAIN,
        };
        framed(&[domain, app.0.as_bytes(), id.as_bytes()])
    }
}

impl Sealer {
    /// One that seals under `key`.
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.bytes().into()) }
    }

    /// `vector`, sealed for the row of `context`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_vector(&self, vector: &[f32], context: VectorContext<'_>) -> Result<Vec<u8>, SealingError> {
        self.seal(&bytes_of(vector), &context.bytes())
    }

    /// The vector in `sealed`; `None` if it was altered or sealed for another row or with another key.
    #[must_use]
    pub fn open_vector(&self, sealed: &[u8], context: VectorContext<'_>) -> Option<Vec<f32>> {
        values_of(&Zeroizing::new(self.open(sealed, &context.bytes())?))
    }

    /// `vector`, sealed for a face of a session.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_session_face(
        &self,
        vector: &[f32],
        context: SessionFaceContext<'_>,
    ) -> Result<Vec<u8>, SealingError> {
        self.seal(&bytes_of(vector), &context.bytes())
    }

    /// The vector in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_session_face(&self, sealed: &[u8], context: SessionFaceContext<'_>) -> Option<Vec<f32>> {
        values_of(&Zeroizing::new(self.open(sealed, &context.bytes())?))
    }

    /// The document of a session, sealed under the ids of its app and itself.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_session(&self, document: &str, app: &AppId, id: &Uuid) -> Result<Vec<u8>, SealingError> {
        self.seal(document.as_bytes(), &framed(&[SESSION_DOMAIN, app.0.as_bytes(), id.as_bytes()]))
    }

    /// The document in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_session(&self, sealed: &[u8], app: &AppId, id: &Uuid) -> Option<String> {
        let plain = self.open(sealed, &framed(&[SESSION_DOMAIN, app.0.as_bytes(), id.as_bytes()]))?;
        String::from_utf8(plain).ok()
    }

    /// `name`, sealed for the subject of `context`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_name(
        &self,
        name: &SubjectName,
        context: SubjectContext<'_>,
    ) -> Result<Vec<u8>, SealingError> {
        self.seal(name.as_str().as_bytes(), &context.bytes())
    }

    /// The name in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_name(&self, sealed: &[u8], context: SubjectContext<'_>) -> Option<SubjectName> {
        let plain = String::from_utf8(self.open(sealed, &context.bytes())?).ok()?;
        SubjectName::stored(&plain).ok()
    }

    /// A private key, sealed under its id.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_signing_key(&self, private: &[u8], id: &Uuid) -> Result<Vec<u8>, SealingError> {
        self.seal(private, &framed(&[SIGNING_KEY_DOMAIN, id.as_bytes()]))
    }

    /// The private key in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_signing_key(&self, sealed: &[u8], id: &Uuid) -> Option<Zeroizing<Vec<u8>>> {
        self.open(sealed, &framed(&[SIGNING_KEY_DOMAIN, id.as_bytes()])).map(Zeroizing::new)
    }

    /// A part of a webhook of `app`, sealed under the id of its secret or event.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_webhook(
        &self,
        part: WebhookPart,
        (app, id): (&AppId, &Uuid),
        plain: &[u8],
    ) -> Result<Vec<u8>, SealingError> {
        self.seal(plain, &part.context(app, id))
    }

    /// The part of a webhook in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_webhook(
        &self,
        part: WebhookPart,
        (app, id): (&AppId, &Uuid),
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open(sealed, &part.context(app, id)).map(Zeroizing::new)
    }

    /// Something that only this key opens.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn key_proof(&self) -> Result<Vec<u8>, SealingError> {
        self.seal(&[], KEY_PROOF_CONTEXT)
    }

    /// Whether `proof` was made with this key.
    #[must_use]
    pub fn accepts_proof(&self, proof: &[u8]) -> bool {
        self.open(proof, KEY_PROOF_CONTEXT).is_some()
    }

    fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(SealingError::Randomness)?;
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context })
            .map_err(|_| SealingError::TooLong)?;
        Ok([&[VERSION][..], &nonce, &ciphertext].concat())
    }

    fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let (&VERSION, rest) = sealed.split_first()? else { return None };
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>()?;
        self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: context }).ok()
    }
}

impl VectorContext<'_> {
    fn bytes(self) -> Vec<u8> {
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
    fn bytes(self) -> Vec<u8> {
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
    fn bytes(self) -> Vec<u8> {
        framed(&[
            NAME_DOMAIN,
            self.app.0.as_bytes(),
            self.gallery.as_str().as_bytes(),
            self.subject.as_str().as_bytes(),
        ])
    }
}

fn bytes_of(vector: &[f32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vector.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn values_of(plain: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = plain.as_chunks::<4>();
    rest.is_empty().then(|| values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

/// Every field with its length in front, so that no two rows have the same bytes.
fn framed(fields: &[&[u8]]) -> Vec<u8> {
    fields.iter().flat_map(|field| [&(field.len() as u64).to_le_bytes()[..], field].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const VECTOR: [f32; 4] = [0.5, -0.5, 0.5, -0.5];

    struct Row(AppId, GalleryId, SubjectId, TemplateId, ModelId);

    impl Row {
        fn new(app: u128, [gallery, subject, template, model]: [&str; 4]) -> Self {
            Self(
                AppId(Uuid::from_u128(app)),
                GalleryId::parse(gallery).expect("an id"),
                SubjectId::parse(subject).expect("an id"),
                TemplateId::parse(template).expect("an id"),
                ModelId::new(model),
            )
        }

        fn context(&self) -> VectorContext<'_> {
            VectorContext {
                app: &self.0,
                gallery: &self.1,
                subject: &self.2,
                template: &self.3,
                model: &self.4,
            }
        }
    }

    fn sealer() -> Sealer {
        let dir = tempfile::tempdir().expect("a folder");
        Sealer::new(&MasterKey::create(&dir.path().join("key")).expect("a key"))
    }

    #[test]
    fn a_vector_opens_only_in_its_own_row() {
        let sealer = sealer();
        let row = Row::new(1, ["g", "s", "t", "m"]);
        let sealed = sealer.seal_vector(&VECTOR, row.context()).expect("sealed");
        assert_eq!(sealer.open_vector(&sealed, row.context()).as_deref(), Some(&VECTOR[..]));
        let others = [
            Row::new(2, ["g", "s", "t", "m"]),
            Row::new(1, ["h", "s", "t", "m"]),
            Row::new(1, ["g", "r", "t", "m"]),
            Row::new(1, ["g", "s", "u", "m"]),
            Row::new(1, ["g", "s", "t", "n"]),
            Row::new(1, ["gs", "t", "m", "x"]),
        ];
        for other in &others {
            assert_eq!(sealer.open_vector(&sealed, other.context()), None);
        }
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_noticed() {
        let sealer = sealer();
        let row = Row::new(1, ["g", "s", "t", "m"]);
        let sealed = sealer.seal_vector(&VECTOR, row.context()).expect("sealed");
        for index in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[index] ^= 1;
            assert_eq!(sealer.open_vector(&altered, row.context()), None, "byte {index}");
            assert_eq!(sealer.open_vector(&sealed[..index], row.context()), None, "cut at {index}");
        }
    }

    #[test]
    fn two_sealings_of_one_vector_differ_and_hide_it() {
        let sealer = sealer();
        let row = Row::new(1, ["g", "s", "t", "m"]);
        let [first, second] = [(); 2].map(|()| sealer.seal_vector(&VECTOR, row.context()).expect("sealed"));
        assert_ne!(first, second);
        assert_eq!(first.len(), 1 + 24 + 4 * VECTOR.len() + 16);
        let plain: Vec<u8> = VECTOR.iter().flat_map(|v| v.to_le_bytes()).collect();
        assert!(!first.windows(4).any(|window| plain.chunks(4).any(|value| value == window)));
    }

    #[test]
    fn a_part_of_a_webhook_opens_only_as_what_it_is_and_in_its_own_row() {
        let (sealer, app, id) = (sealer(), AppId(Uuid::from_u128(1)), Uuid::from_u128(2));
        let sealed = sealer.seal_webhook(WebhookPart::Secret, (&app, &id), b"key").expect("sealed");
        let opened = |part, app, id| {
            sealer.open_webhook(part, (&AppId(Uuid::from_u128(app)), &Uuid::from_u128(id)), &sealed)
        };
        assert_eq!(opened(WebhookPart::Secret, 1, 2).as_deref().map(Vec::as_slice), Some(&b"key"[..]));
        assert_eq!(opened(WebhookPart::Body, 1, 2), None);
        assert_eq!(opened(WebhookPart::Answer, 1, 2), None);
        assert_eq!(opened(WebhookPart::Secret, 2, 2), None);
        assert_eq!(opened(WebhookPart::Secret, 1, 1), None);
    }

    #[test]
    fn a_proof_tells_keys_apart() {
        let (ours, theirs) = (sealer(), sealer());
        let proof = ours.key_proof().expect("sealed");
        assert!(ours.accepts_proof(&proof));
        assert!(!theirs.accepts_proof(&proof));
    }
}
