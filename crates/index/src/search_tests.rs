//! A search finds what comparing every vector finds, bit for bit, ties included: with every kernel, on one thread and on
//! several, after any mixture of additions, replacements and deletions.

use std::collections::{BTreeMap, BTreeSet};

use faceward_core::{Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_kernels::Kernel;
use faceward_store::{AppSettings, Living, StoreError, TemplateRecord};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::asking::{Abandoned, Asked, Search, Waiter};
use crate::chunk::{CHUNK, End, Row};
use crate::filling::filled;
use crate::portions::{Portion, Portions};
use crate::segment::Unfit;
use crate::tenant::Tenant;
use crate::workers::Workers;

/// Reproducible numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }

    /// -1 to 1.
    fn value(&mut self) -> f32 {
        self.below(1 << 24) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// Vectors that are hard to tell apart, among others that are not.
fn vector(dice: &mut Dice, length: usize, earlier: &[Vec<f32>]) -> Vec<f32> {
    let values = |dice: &mut Dice| (0..length).map(|_| dice.value()).collect::<Vec<_>>();
    let some = |dice: &mut Dice| earlier.get(dice.below(earlier.len().max(1))).cloned();
    let raw = match dice.below(8) {
        0 => some(dice),
        // A few units in the last place away.
        1 | 2 => some(dice).map(|mut near| {
            for _ in 0..=dice.below(3) {
                let at = dice.below(length);
                near[at] = f32::from_bits(near[at].to_bits().wrapping_add(dice.below(3) as u32));
            }
            near
        }),
        // About a step of the codes away.
        3 => some(dice).map(|mut near| {
            near[dice.below(length)] += dice.value() / 127.0;
            near
        }),
        4 => some(dice).map(|near| near.iter().map(|v| -v).collect()),
        5 => {
            let mut peak = vec![[0.0, 1e-45, 1e-38, 1e-20][dice.below(4)]; length];
            peak[dice.below(length)] = 1.0;
            Some(peak)
        }
        // Many equal values, so that cosines are equal without the vectors being.
        6 => Some((0..length).map(|_| [1.0, -1.0][dice.below(2)]).collect()),
        _ => None,
    };
    let raw = raw.unwrap_or_else(|| values(dice));
    Embedding::normalised(model(), raw).map_or_else(|| unit(length), |made| made.vector().to_vec())
}

fn unit(length: usize) -> Vec<f32> {
    let mut unit = vec![0.0; length];
    unit[0] = 1.0;
    unit
}

fn model() -> ModelId {
    ModelId::new("m")
}

fn living() -> Living {
    Living::at(Timestamp::UNIX_EPOCH, &AppSettings::default())
}

fn gallery(index: usize) -> GalleryId {
    GalleryId::parse(&format!("g{index}")).expect("an id")
}

/// What the tenant should hold.
type Expected = BTreeMap<TemplateId, (GalleryId, SubjectId, Vec<f32>)>;

fn put(tenant: &mut Tenant, expected: &mut Expected, [g, s, t]: [usize; 3], vector: Vec<f32>) {
    let subject = SubjectId::parse(&format!("s{s}")).expect("an id");
    let template = TemplateId::parse(&format!("t{t}")).expect("an id");
    let record = TemplateRecord {
        gallery: gallery(g),
        subject: subject.clone(),
        template: template.clone(),
        model: model(),
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: is_over(&template).then_some(Timestamp::UNIX_EPOCH),
    };
    tenant.insert(record, &vector);
    expected.insert(template, (gallery(g), subject, vector));
}

/// Whether its time is over: it is in the tenant, and never found.
fn is_over(template: &TemplateId) -> bool {
    template.as_str().ends_with(['4', '9'])
}

/// A tenant of the same, made at once, from portions of up to `most` rows.
fn refilled(expected: &Expected, most: usize) -> Tenant {
    let mut rows: Vec<_> = expected.iter().collect();
    // Unlike the order of the ids.
    rows.sort_by_key(|(template, _)| template.as_str().bytes().rev().collect::<Vec<_>>());
    let portions = rows.chunks(most).flat_map(|rows| {
        let mut portions = Portions::default();
        for (template, (gallery, subject, vector)) in rows {
            let record = TemplateRecord {
                gallery: gallery.clone(),
                subject: subject.clone(),
                template: (*template).clone(),
                model: model(),
                created_at: Timestamp::UNIX_EPOCH,
                expires_at: is_over(template).then_some(Timestamp::UNIX_EPOCH),
            };
            portions.push(record, vector).expect("one length");
        }
        portions.into_portions()
    });
    let galleries = (0..3).map(|index| (gallery(index), Timestamp::UNIX_EPOCH));
    filled(None, galleries, portions.collect()).expect("it fits together")
}

/// Takes every third template out of both.
fn thin_out(tenant: &mut Tenant, expected: &mut Expected) {
    for template in expected.keys().step_by(3).cloned().collect::<Vec<_>>() {
        assert!(tenant.remove(&template) && expected.remove(&template).is_some());
    }
    assert_eq!(tenant.n_templates(), expected.len());
}

/// What is listed of a tenant: everything but the vectors.
fn listed(tenant: &Tenant) -> Vec<String> {
    let galleries = tenant.list_galleries(None, usize::MAX);
    let subjects = galleries
        .iter()
        .flat_map(|record| tenant.list_subjects(&record.gallery, None, usize::MAX).expect("known"));
    let subjects: Vec<_> = subjects.map(|record| format!("{record:?}")).collect();
    let templates = tenant.list(None, None, usize::MAX);
    subjects.into_iter().chain(templates.iter().map(|record| format!("{record:?}"))).collect()
}

type Answer = Vec<(u32, GalleryId, SubjectId, TemplateId)>;

/// Compares with every vector, sorts, and keeps the first template of each subject.
fn brute_force(
    expected: &Expected,
    galleries: Option<&[GalleryId]>,
    probe: &Embedding,
    limit: usize,
) -> Answer {
    let looked_at = |gallery: &GalleryId| galleries.is_none_or(|named| named.contains(gallery));
    let mut all: Vec<_> = expected
        .iter()
        .filter(|(template, (gallery, _, _))| looked_at(gallery) && !is_over(template))
        .map(|(template, (gallery, subject, vector))| {
            let stored = Embedding::restored(model(), vector.clone()).expect("a unit vector");
            (probe.cosine(&stored).expect("one model").0, gallery.clone(), subject.clone(), template.clone())
        })
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1, &a.2, &a.3).cmp(&(&b.1, &b.2, &b.3))));
    let mut seen = BTreeSet::new();
    all.retain(|(_, gallery, subject, _)| seen.insert((gallery.clone(), subject.clone())));
    all.into_iter().take(limit).map(|(cosine, g, s, t)| (cosine.to_bits(), g, s, t)).collect()
}

fn check(tenant: &Tenant, expected: &Expected, probes: &[Embedding], workers: &[Workers]) {
    let two = [gallery(1), gallery(0), gallery(1), gallery(77)];
    for galleries in [None, Some(&two[..])] {
        for limit in [0, 1, 2, 5, 1000] {
            let right: Vec<_> =
                probes.iter().map(|probe| brute_force(expected, galleries, probe, limit)).collect();
            for workers in workers {
                let search = Search { galleries, probes, limit, living: living(), asked: &Asked::default() };
                let found = tenant.search(search, workers).expect("no error");
                let found: Vec<Answer> = found
                    .into_iter()
                    .map(|list| {
                        list.into_iter()
                            .map(|c| (c.cosine.0.to_bits(), c.gallery, c.subject, c.template))
                            .collect()
                    })
                    .collect();
                assert_eq!(found, right, "{}, limit {limit}", workers.kernel.name());
            }
        }
    }
}

fn every_kernel() -> Vec<Workers> {
    Kernel::all().into_iter().map(|kernel| Workers::new(kernel, 1)).collect()
}

/// Additions, replacements and deletions as the dice fall; then probes that are near what is stored.
fn play(seed: u64, length: usize, n_steps: usize, n_probes: usize) {
    let (mut dice, mut tenant, mut expected) = (Dice::new(seed), Tenant::default(), Expected::new());
    let mut made = Vec::new();
    for _ in 0..n_steps {
        let vector = vector(&mut dice, length, &made);
        let template = dice.below(n_steps);
        match dice.below(12) {
            0 => {
                tenant.remove_gallery(&gallery(2));
                expected.retain(|_, (of, _, _)| *of != gallery(2));
            }
            1 | 2 => {
                let template = TemplateId::parse(&format!("t{template}")).expect("an id");
                assert_eq!(tenant.remove(&template), expected.remove(&template).is_some());
            }
            _ => {
                let ids = [dice.below(3), dice.below(n_steps / 2 + 1), template];
                put(&mut tenant, &mut expected, ids, vector.clone());
            }
        }
        made.push(vector);
    }
    assert_eq!(tenant.n_templates(), expected.len());
    let probes: Vec<_> = (0..n_probes)
        .map(|_| Embedding::restored(model(), vector(&mut dice, length, &made)).expect("a unit vector"))
        .collect();
    check(&tenant, &expected, &probes, &every_kernel());
    let mut refilled = refilled(&expected, dice.below(40) + 1);
    assert_eq!(listed(&refilled), listed(&tenant));
    check(&refilled, &expected, &probes, &every_kernel());
    thin_out(&mut refilled, &mut expected);
    check(&refilled, &expected, &probes, &every_kernel());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_answer_is_that_of_comparing_everything(
        seed: u64, length in 1_usize..70, n_steps in 1_usize..300, n_probes in 1_usize..12,
    ) {
        play(seed, length, n_steps, n_probes);
    }
}

#[test]
fn the_answer_is_that_of_comparing_everything_at_the_lengths_in_use() {
    for (seed, length) in [128, 192, 512, 640].into_iter().enumerate() {
        play(seed as u64, length, 400, 9);
    }
}

#[test]
fn several_threads_and_chunks_give_the_same_answer() {
    let (mut dice, mut tenant, mut expected) = (Dice::new(5), Tenant::default(), Expected::new());
    let mut made: Vec<Vec<f32>> = Vec::new();
    for template in 0..40_000 {
        let vector = vector(&mut dice, 9, &made);
        put(&mut tenant, &mut expected, [template % 2, template % 30_000, template], vector.clone());
        if template < 500 {
            made.push(vector);
        }
    }
    for template in (0..40_000).step_by(7) {
        let template = TemplateId::parse(&format!("t{template}")).expect("an id");
        assert!(tenant.remove(&template) && expected.remove(&template).is_some());
    }
    let probes: Vec<_> = (0..3)
        .map(|_| Embedding::restored(model(), vector(&mut dice, 9, &made)).expect("a unit vector"))
        .collect();
    let workers = [Workers::new(Kernel::fastest(), 3)];
    check(&tenant, &expected, &probes, &workers);
    // Portions of which no two of a gallery fit into one chunk, and such that are joined.
    for most in [CHUNK + 2000, 2048] {
        let mut refilled = refilled(&expected, most);
        check(&refilled, &expected, &probes, &workers);
        thin_out(&mut refilled, &mut expected);
        check(&refilled, &expected, &probes, &workers);
    }
}

/// Rows of gallery 0, all of one subject, of the templates `from` to before `to`.
fn rows(from: usize, to: usize) -> Vec<Row> {
    let row = |at| Row {
        subject: SubjectId::parse("s").expect("an id"),
        template: TemplateId::parse(&format!("{at:06}")).expect("an id"),
        created_at: Timestamp::UNIX_EPOCH,
        end: End::of(None),
    };
    (from..to).map(row).collect()
}

fn put_into(portions: &mut Portions, rows: Vec<Row>, length: usize, n_values: usize) -> Result<(), Unfit> {
    let rows = (rows, vec![1.0; n_values].into_iter());
    portions.append(&(gallery(0), model()), length, rows, usize::MAX)
}

fn n_filled(portions: Vec<Portion>) -> Result<usize, Unfit> {
    filled(None, [(gallery(0), Timestamp::UNIX_EPOCH)], portions).map(|tenant| tenant.n_templates())
}

#[test]
fn rows_that_do_not_fit_together_fill_no_tenant() {
    let portion = |template: usize, length: usize| {
        let mut portions = Portions::default();
        put_into(&mut portions, rows(template, template + 1), length, length).expect("the first");
        portions.into_portions().remove(0)
    };
    assert_eq!(n_filled(vec![portion(0, 3), portion(1, 3)]), Ok(2));
    assert_eq!(n_filled(vec![portion(0, 3), portion(1, 4)]), Err(Unfit::Length));
    assert_eq!(n_filled(vec![portion(0, 3), portion(0, 3)]), Err(Unfit::Twice));
    assert_eq!(n_filled(vec![]), Ok(0));
}

#[test]
fn values_that_are_not_those_of_the_rows_are_refused() {
    let mut portions = Portions::default();
    for n_values in [2, 5, 7] {
        assert_eq!(put_into(&mut portions, rows(0, 2), 3, n_values), Err(Unfit::Length), "{n_values}");
    }
    assert_eq!(put_into(&mut portions, rows(0, 2), usize::MAX, 6), Err(Unfit::Length));
    assert_eq!(put_into(&mut portions, rows(0, 2), 3, 6), Ok(()));
    assert_eq!(put_into(&mut portions, rows(2, 4), 4, 8), Err(Unfit::Length), "another length than before");
    assert_eq!(n_filled(portions.into_portions()), Ok(2));
}

#[test]
fn more_rows_than_a_portion_has_are_several_portions() {
    let mut portions = Portions::default();
    let ends = [0, 5, CHUNK - 3, 2 * CHUNK + 40];
    for pair in ends.windows(2) {
        let n_rows = pair[1] - pair[0];
        put_into(&mut portions, rows(pair[0], pair[1]), 1, n_rows).expect("one length");
    }
    let portions = portions.into_portions();
    let lengths: Vec<_> = portions.iter().map(|portion| portion.chunk.len()).collect();
    assert_eq!(lengths, [CHUNK, CHUNK, 40]);
    assert_eq!(n_filled(portions), Ok(2 * CHUNK + 40));
}

#[test]
fn probes_of_several_models_find_their_own_and_one_that_fits_nothing_is_an_error() {
    let (mut tenant, mut expected) = (Tenant::default(), Expected::new());
    put(&mut tenant, &mut expected, [0, 0, 0], unit(4));
    let probe =
        |model: &str, length| Embedding::restored(ModelId::new(model), unit(length)).expect("a unit vector");
    let (asked, workers) = (Asked::default(), Workers::new(Kernel::PLAIN, 1));
    let search = |probes: &[Embedding]| {
        let found = tenant.search(
            Search { galleries: None, probes, limit: 1, living: living(), asked: &asked },
            &workers,
        )?;
        Ok::<_, StoreError>(found.iter().map(Vec::len).collect::<Vec<_>>())
    };
    let counts = search(&[probe("n", 4), probe("m", 4), probe("n", 3), probe("m", 4)]).expect("no error");
    assert_eq!(counts, [0, 1, 0, 1]);
    assert!(matches!(search(&[probe("m", 3)]), Err(StoreError::Length { expected: 4, actual: 3, .. })));
    assert_eq!(search(&[]).expect("no error"), [0_usize; 0]);
}

#[test]
fn a_search_that_nobody_waits_for_has_no_answer() {
    let (mut tenant, mut expected) = (Tenant::default(), Expected::new());
    put(&mut tenant, &mut expected, [0, 0, 0], unit(4));
    let probes = [Embedding::restored(model(), unit(4)).expect("a unit vector")];
    let waiter = Waiter::default();
    let asked = waiter.asked();
    let search = Search { galleries: None, probes: &probes, limit: 1, living: living(), asked: &asked };
    let workers = Workers::new(Kernel::PLAIN, 1);
    assert_eq!(tenant.search(search, &workers).expect("no error")[0].len(), 1);
    drop(waiter);
    let Err(StoreError::Failed(cause)) = tenant.search(search, &workers) else {
        panic!("an answer for nobody")
    };
    assert!(cause.is::<Abandoned>());
}
