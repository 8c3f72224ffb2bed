//! What was sealed opens in its place, by its key, and nowhere else.

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
        VectorContext { app: &self.0, gallery: &self.1, subject: &self.2, template: &self.3, model: &self.4 }
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
        !opens(&second) && !sealer.knows_key_of(&row.0, &second) && sealer.knows_key_of(&row.0, &by_master)
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
