//! Sealing and opening a vector, a name, a part of a webhook, a session or a signing key.
//!
//! Sealed forms: version 1 (1 byte), nonce (24), ciphertext, tag (16), under the master key: signing keys, the proof of the key,
//! and whatever an earlier version of this program has sealed; version 2 (1 byte), generation of the data key (4, little
//! endian), nonce, ciphertext, tag, under a data key of its app.

use std::collections::HashMap;
use std::sync::Arc;

use faceward_core::{AppId, SubjectName};
use parking_lot::RwLock;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::Cipher;
use crate::context::{
    Bound, SessionFaceContext, SubjectContext, VectorContext, WebhookPart, session_context,
    signing_key_context,
};
use crate::data_key::{AppKeys, WrappedKey};
use crate::{MasterKey, SealingError};

const BY_MASTER: u8 = 1;
const BY_DATA_KEY: u8 = 2;
/// What the proof of the key is bound to; no other context can look like it.
const KEY_PROOF_CONTEXT: &[u8] = b"faceward key proof 1";

/// Seals and opens: what is of an app under the data keys of that app, the rest under the master key.
pub struct Sealer {
    master: RwLock<Arc<Cipher>>,
    apps: RwLock<HashMap<AppId, Arc<AppKeys>>>,
}

impl Sealer {
    /// One under the master key `key`, which knows no data key yet.
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        Self { master: RwLock::new(Arc::new(Cipher::new(key.bytes()))), apps: RwLock::default() }
    }

    /// `vector`, sealed for the row of `context`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_vector(&self, vector: &[f32], context: VectorContext<'_>) -> Result<Vec<u8>, SealingError> {
        self.seal(context.app, &bytes_of(vector), &context.bytes())
    }

    /// The vector in `sealed`; `None` if it was altered or sealed for another row or with another key.
    #[must_use]
    pub fn open_vector(&self, sealed: &[u8], context: VectorContext<'_>) -> Option<Vec<f32>> {
        values_of(&self.open(context.app, sealed, &context.bytes())?)
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
        self.seal(context.app, &bytes_of(vector), &context.bytes())
    }

    /// The vector in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_session_face(&self, sealed: &[u8], context: SessionFaceContext<'_>) -> Option<Vec<f32>> {
        values_of(&self.open(context.app, sealed, &context.bytes())?)
    }

    /// The document of a session, sealed under the ids of its app and itself.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_session(&self, document: &str, app: &AppId, id: &Uuid) -> Result<Vec<u8>, SealingError> {
        self.seal(app, document.as_bytes(), &session_context(app, id))
    }

    /// The document in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_session(&self, sealed: &[u8], app: &AppId, id: &Uuid) -> Option<String> {
        let plain = self.open(app, sealed, &session_context(app, id))?;
        std::str::from_utf8(&plain).ok().map(str::to_owned)
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
        self.seal(context.app, name.as_str().as_bytes(), &context.bytes())
    }

    /// The name in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_name(&self, sealed: &[u8], context: SubjectContext<'_>) -> Option<SubjectName> {
        let plain = self.open(context.app, sealed, &context.bytes())?;
        SubjectName::stored(std::str::from_utf8(&plain).ok()?).ok()
    }

    /// A private key, sealed under its id.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_signing_key(&self, private: &[u8], id: &Uuid) -> Result<Vec<u8>, SealingError> {
        self.master().seal(&[BY_MASTER], private, &signing_key_context(id))
    }

    /// The private key in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_signing_key(&self, sealed: &[u8], id: &Uuid) -> Option<Zeroizing<Vec<u8>>> {
        self.open_by_master(sealed, &signing_key_context(id))
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
        self.seal(app, plain, &part.bytes(app, id))
    }

    /// The part of a webhook in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_webhook(
        &self,
        part: WebhookPart,
        (app, id): (&AppId, &Uuid),
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open(app, sealed, &part.bytes(app, id))
    }

    /// Something that only this key opens.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn key_proof(&self) -> Result<Vec<u8>, SealingError> {
        self.master().seal(&[BY_MASTER], &[], KEY_PROOF_CONTEXT)
    }

    /// Whether `proof` was made with this key.
    #[must_use]
    pub fn accepts_proof(&self, proof: &[u8]) -> bool {
        self.open_by_master(proof, KEY_PROOF_CONTEXT).is_some()
    }

    fn seal(&self, app: &AppId, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealingError> {
        let keys = self.keys(app).ok_or(SealingError::NoDataKey(*app))?;
        let (generation, cipher) = keys.newest().ok_or(SealingError::NoDataKey(*app))?;
        let [a, b, c, d] = generation.to_le_bytes();
        cipher.seal(&[BY_DATA_KEY, a, b, c, d], plain, context)
    }

    fn open(&self, app: &AppId, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match generation_of(sealed) {
            Some((generation, rest)) => self.keys(app)?.of_generation(generation)?.open(rest, context),
            None => self.open_by_master(sealed, context),
        }
    }

    fn open_by_master(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&BY_MASTER, rest) = sealed.split_first()? else { return None };
        self.master().open(rest, context)
    }

    fn master(&self) -> Arc<Cipher> {
        Arc::clone(&self.master.read())
    }

    fn keys(&self, app: &AppId) -> Option<Arc<AppKeys>> {
        self.apps.read().get(app).map(Arc::clone)
    }
}

/// Data keys.
impl Sealer {
    /// A new data key for `app`, which is not in use yet. No other key of the database may have or have had this `generation`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new_data_key(&self, app: &AppId, generation: u32) -> Result<WrappedKey, SealingError> {
        WrappedKey::random(&self.master(), app, generation)
    }

    /// Takes what is stored as the data keys of `app`; the newest seals from now on.
    ///
    /// # Errors
    /// One was altered, belongs to another app, or was wrapped by another master key.
    pub fn take_data_keys(&self, app: &AppId, stored: &[WrappedKey]) -> Result<(), SealingError> {
        let known = self.keys(app);
        let keys = AppKeys::of(&self.master(), app, stored, known.as_deref())?;
        self.apps.write().insert(*app, Arc::new(keys));
        Ok(())
    }

    /// Forgets the data keys of `app`.
    pub fn forget_data_keys(&self, app: &AppId) {
        self.apps.write().remove(app);
    }

    /// `sealed` under the newest data key of its app; `None` where it is that already.
    ///
    /// # Errors
    /// It was altered, or its key is not known; the system gives no random numbers.
    pub fn reseal(&self, sealed: &[u8], bound: &Bound<'_>) -> Result<Option<Vec<u8>>, SealingError> {
        let Bound { app, context } = bound;
        let keys = self.keys(app).ok_or(SealingError::NoDataKey(**app))?;
        let newest = keys.newest().map(|(generation, _)| generation);
        if newest.is_some() && generation_of(sealed).map(|(generation, _)| generation) == newest {
            return Ok(None);
        }
        let plain = self.open(app, sealed, context).ok_or(SealingError::Altered(**app))?;
        self.seal(app, &plain, context).map(Some)
    }

    /// Whether `stored` is the key that seals for `app`.
    #[must_use]
    pub fn seals_by(&self, app: &AppId, stored: &WrappedKey) -> bool {
        self.keys(app).is_some_and(|keys| keys.is_newest(stored))
    }

    /// Whether the key that has sealed `sealed` of `app` is known. What is no sealed form is for whoever opens it to refuse.
    #[must_use]
    pub fn knows_key_of(&self, app: &AppId, sealed: &[u8]) -> bool {
        let Some((generation, _)) = generation_of(sealed) else { return true };
        self.keys(app).is_some_and(|keys| keys.of_generation(generation).is_some())
    }
}

/// Another master key.
impl Sealer {
    /// `stored` of `app`, wrapped by the master key of `next` instead.
    ///
    /// # Errors
    /// It was altered; the system gives no random numbers.
    pub fn rewrap(&self, app: &AppId, stored: &WrappedKey, next: &Self) -> Result<WrappedKey, SealingError> {
        stored.rewrapped(app, &self.master(), &next.master())
    }

    /// Goes on under the master key of `next`. Data keys that are in use stay so.
    pub fn go_on_under(&self, next: &Self) {
        *self.master.write() = next.master();
    }
}

/// The generation of the data key that has sealed `sealed`, and what follows; `None` where no data key has.
fn generation_of(sealed: &[u8]) -> Option<(u32, &[u8])> {
    let (&BY_DATA_KEY, rest) = sealed.split_first()? else { return None };
    let (generation, rest) = rest.split_first_chunk()?;
    Some((u32::from_le_bytes(*generation), rest))
}

fn bytes_of(vector: &[f32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vector.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn values_of(plain: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = plain.as_chunks::<4>();
    rest.is_empty().then(|| values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use faceward_core::{GalleryId, ModelId, SubjectId, TemplateId};

    use super::*;

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

    fn fresh() -> Sealer {
        let dir = tempfile::tempdir().expect("a folder");
        Sealer::new(&MasterKey::create(&dir.path().join("key")).expect("a key"))
    }

    /// With data keys of apps 1 and 2.
    fn sealer() -> Sealer {
        let sealer = fresh();
        for number in [1, 2] {
            give(&sealer, number, &[number as u32]);
        }
        sealer
    }

    /// Makes new keys of these generations for the app; gives them.
    fn give(sealer: &Sealer, app: u128, generations: &[u32]) -> Vec<WrappedKey> {
        let app = AppId(Uuid::from_u128(app));
        let keys = generations.iter().map(|&generation| sealer.new_data_key(&app, generation).expect("made"));
        let keys: Vec<_> = keys.collect();
        sealer.take_data_keys(&app, &keys).expect("its own");
        keys
    }

    /// As an earlier version has sealed.
    fn seal_by_master(sealer: &Sealer, row: &Row) -> Vec<u8> {
        sealer.master().seal(&[BY_MASTER], &bytes_of(&VECTOR), &row.context().bytes()).expect("sealed")
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
        assert_eq!(first.len(), 1 + 4 + 24 + 4 * VECTOR.len() + 16);
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
    fn the_newest_key_seals_and_older_ones_and_the_master_key_still_open() {
        let (sealer, row) = (fresh(), Row::new(1, ["g", "s", "t", "m"]));
        let opens = |sealed: &[u8]| sealer.open_vector(sealed, row.context()).as_deref() == Some(&VECTOR[..]);
        let by_master = seal_by_master(&sealer, &row);
        assert!(matches!(sealer.seal_vector(&VECTOR, row.context()), Err(SealingError::NoDataKey(_))));
        let mut keys = give(&sealer, 1, &[7]);
        let first = sealer.seal_vector(&VECTOR, row.context()).expect("sealed");
        keys.push(sealer.new_data_key(&row.0, 9).expect("made"));
        assert!(!sealer.seals_by(&row.0, &keys[1]) && sealer.seals_by(&row.0, &keys[0]));
        sealer.take_data_keys(&row.0, &keys).expect("its own");
        let second = sealer.seal_vector(&VECTOR, row.context()).expect("sealed");
        assert_eq!(
            (generation_of(&first).expect("of a data key").0, generation_of(&second).expect("too").0),
            (7, 9)
        );
        assert!(opens(&by_master) && opens(&first) && opens(&second));
        // Whoever has read a value before it was sealed anew can still open it, but not for ever.
        sealer.take_data_keys(&row.0, &keys[1..]).expect("its own");
        assert!(opens(&first));
        give(&sealer, 1, &[11]);
        assert!(!opens(&first) && opens(&second));
        sealer.forget_data_keys(&row.0);
        assert!(
            !opens(&second)
                && !sealer.knows_key_of(&row.0, &second)
                && sealer.knows_key_of(&row.0, &by_master)
        );
    }

    #[test]
    fn what_is_sealed_anew_is_the_same_under_the_newest_key() {
        let (sealer, row) = (fresh(), Row::new(1, ["g", "s", "t", "m"]));
        let by_master = seal_by_master(&sealer, &row);
        let mut keys = give(&sealer, 1, &[1]);
        let old = sealer.seal_vector(&VECTOR, row.context()).expect("sealed");
        keys.push(sealer.new_data_key(&row.0, 2).expect("made"));
        sealer.take_data_keys(&row.0, &keys).expect("its own");
        for sealed in [&by_master, &old] {
            let bound = Bound::vector(row.context());
            let anew = sealer.reseal(sealed, &bound).expect("it opens").expect("by another key");
            assert_eq!(generation_of(&anew).expect("of a data key").0, 2);
            assert_eq!(sealer.open_vector(&anew, row.context()).as_deref(), Some(&VECTOR[..]));
            assert_eq!(sealer.reseal(&anew, &bound).expect("nothing to do"), None);
        }
        let other = Row::new(1, ["g", "s", "u", "m"]);
        let moved = sealer.reseal(&old, &Bound::vector(other.context()));
        assert!(matches!(moved, Err(SealingError::Altered(_))), "{moved:?}");
    }

    #[test]
    fn a_data_key_is_of_one_app_one_generation_and_one_master_key() {
        let (ours, theirs) = (fresh(), fresh());
        let [one, two] = [1, 2].map(|number| AppId(Uuid::from_u128(number)));
        let key = ours.new_data_key(&one, 5).expect("made");
        let wrong = |sealer: &Sealer, app: &AppId, key: WrappedKey| matches!(sealer.take_data_keys(app, &[key]), Err(SealingError::DataKeyDamaged(named)) if named == *app);
        assert!(wrong(&ours, &two, key.clone()));
        assert!(wrong(&ours, &one, WrappedKey { generation: 6, ..key.clone() }));
        assert!(wrong(&theirs, &one, key.clone()));
        assert!(ours.take_data_keys(&one, &[key]).is_ok());
        // What one app's key has sealed, another's does not open.
        give(&ours, 2, &[5]);
        let row = Row::new(1, ["g", "s", "t", "m"]);
        let sealed = ours.seal_vector(&VECTOR, row.context()).expect("sealed");
        assert_eq!(ours.open_vector(&sealed, Row::new(2, ["g", "s", "t", "m"]).context()), None);
    }

    #[test]
    fn a_proof_tells_keys_apart() {
        let (ours, theirs) = (sealer(), sealer());
        let proof = ours.key_proof().expect("sealed");
        assert!(ours.accepts_proof(&proof));
        assert!(!theirs.accepts_proof(&proof));
    }
}
