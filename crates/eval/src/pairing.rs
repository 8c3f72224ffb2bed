//! Embeddings to scores: every photo against every other, or the pairs of a list.
//!
//! Every-pair scoring keeps counts and the strongest impostors instead of the scores.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicUsize;
use std::thread;

use crate::error::EvalError;
use crate::index::PairList;
use crate::matrix::{Matrix, Pair};
use crate::metrics::{
    ComparisonScores, FoldCounts, Genuine, Histogram, Impostor, ImpostorDesign, SplitMix64, Strongest,
};
use faceward_core::Embedding;

/// Folds for lists that name none.
const N_FOLDS: usize = 10;
/// Largest share of impostor pairs kept: intervals at FMR 1e-2 need some room beyond it.
const KEPT_SHARE: f64 = 0.03;
/// Seed of the split of persons into folds.
const FOLD_SEED: u64 = 0xFACE;

/// Scores of all pairs, and the same pairs by fold.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    /// All pairs.
    pub(crate) scores: ComparisonScores,
    /// Pairs within each fold.
    pub(crate) folds: Vec<FoldCounts>,
}

/// Compares every photo with every other. `persons[i]` is the person of photo `i`; photos without embedding are left out.
///
/// Persons are split at random, with a fixed seed, into ten folds; a pair belongs to a fold if both persons do.
///
/// # Errors
/// Embeddings of different models, or a dead thread.
pub(crate) fn score_every_pair(
    embeddings: &[Option<Embedding>],
    persons: &[u32],
) -> Result<Scored, EvalError> {
    let photos = Matrix::new(embeddings, persons)?;
    let n_photos = photos.photos_per_person(persons.iter().max().map_or(0, |last| *last as usize + 1));
    let n_impostor = impostor_pairs(&n_photos);
    let folds = person_folds(n_photos.len());
    let capacity = (n_impostor as f64 * KEPT_SHARE).ceil() as usize;
    let next_row = AtomicUsize::new(0);
    let n_threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let parts: Vec<Result<Tally, EvalError>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut tally = Tally::new(capacity);
                    photos.score_rows(&next_row, |score, pair| tally.add(score, &pair, &folds));
                    tally
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| EvalError::WorkerDied)).collect()
    });
    let mut total = Tally::new(capacity);
    for part in parts {
        total.merge(part?);
    }
    Ok(total.finish(n_impostor, n_photos))
}

/// Compares the pairs of a list. Pairs with a photo that has no embedding are left out.
///
/// Pairs without a fold are dealt to ten folds in turn, genuine and impostor pairs apart.
///
/// # Errors
/// Embeddings of different models.
pub(crate) fn score_listed_pairs(
    list: &PairList,
    embeddings: &[Option<Embedding>],
) -> Result<Scored, EvalError> {
    let persons = list.persons();
    let mut folds: Vec<FoldCounts> = Vec::new();
    let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
    for pair in &list.pairs {
        let [a, b] = pair.photos.map(|photo| photo as usize);
        let (Some(left), Some(right)) = (&embeddings[a], &embeddings[b]) else { continue };
        let score = left.cosine(right).map_err(|error| EvalError::Unusable(error.to_string()))?.0;
        let turn = if pair.same { genuine.len() } else { impostor.len() };
        let fold = pair.fold.map_or(turn % N_FOLDS, |fold| fold as usize);
        if folds.len() <= fold {
            folds.resize_with(fold + 1, FoldCounts::default);
        }
        if pair.same {
            folds[fold].genuine.add(score);
            genuine.push(Genuine { score, person: persons[a], photos: pair.photos });
        } else {
            folds[fold].impostor.add(score);
            impostor.push(Impostor { score, persons: [persons[a], persons[b]], photos: pair.photos });
        }
    }
    let n_persons = persons.iter().max().map_or(0, |last| last + 1);
    Ok(Scored { scores: ComparisonScores::from_lists(genuine, impostor, n_persons), folds })
}

/// The fold of each person.
fn person_folds(n_persons: usize) -> Vec<u8> {
    let mut folds: Vec<u8> = (0..n_persons).map(|person| (person % N_FOLDS) as u8).collect();
    SplitMix64::new(FOLD_SEED).shuffle(&mut folds);
    folds
}

fn impostor_pairs(n_photos: &[u32]) -> u64 {
    let photos = || n_photos.iter().map(|n| u64::from(*n));
    let (sum, squares) = (photos().sum::<u64>(), photos().map(|n| n * n).sum::<u64>());
    (sum * sum - squares) / 2
}

/// What one thread has seen.
struct Tally {
    genuine: Vec<Genuine>,
    strongest: Strongest,
    genuine_counts: Histogram,
    impostor_counts: Histogram,
    folds: Vec<FoldCounts>,
}

impl Tally {
    fn new(capacity: usize) -> Self {
        let [genuine_counts, impostor_counts] = ComparisonScores::empty_counts();
        let folds = vec![FoldCounts::default(); N_FOLDS];
        Self {
            genuine: Vec::new(),
            strongest: Strongest::new(capacity),
            genuine_counts,
            impostor_counts,
            folds,
        }
    }

    fn add(&mut self, score: f32, pair: &Pair, folds: &[u8]) {
        let Pair { persons, photos } = *pair;
        let [fold, other_fold] = persons.map(|person| folds[person as usize]);
        let same = persons[0] == persons[1];
        if same {
            self.genuine_counts.add(score);
            self.genuine.push(Genuine { score, person: persons[0], photos });
        } else {
            self.impostor_counts.add(score);
            self.strongest.offer(Impostor { score, persons, photos });
        }
        if fold == other_fold {
            let counts = &mut self.folds[usize::from(fold)];
            if same { counts.genuine.add(score) } else { counts.impostor.add(score) }
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { genuine, strongest, genuine_counts, impostor_counts, folds } = other;
        self.genuine.extend(genuine);
        self.strongest.merge(strongest);
        self.genuine_counts.merge(&genuine_counts);
        self.impostor_counts.merge(&impostor_counts);
        self.folds.iter_mut().zip(&folds).for_each(|(fold, more)| fold.merge(more));
    }

    fn finish(self, n_impostor: u64, n_photos: Vec<u32>) -> Scored {
        let Self { genuine, strongest, genuine_counts, impostor_counts, folds } = self;
        let strongest = strongest.into_kept();
        let design = ImpostorDesign::EveryPair { n_photos };
        let scores =
            ComparisonScores { genuine, strongest, n_impostor, genuine_counts, impostor_counts, design }
                .sorted();
        Scored { scores, folds }
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::ModelId;

    use crate::matrix::TILE;

    use super::*;

    fn embedding(angle: f32) -> Option<Embedding> {
        let (sine, cosine) = angle.to_radians().sin_cos();
        Embedding::normalised(ModelId::new("m"), vec![cosine, sine, 0.0])
    }

    fn check_scores(actual: impl Iterator<Item = f32>, expected: &[f32]) {
        let actual: Vec<f32> = actual.collect();
        assert_eq!(actual.len(), expected.len(), "{actual:?}");
        for (actual, expected) in actual.iter().zip(expected) {
            assert!((actual - expected).abs() < 1e-6, "{actual} instead of {expected}");
        }
    }

    #[test]
    fn every_pair_is_scored_once() {
        // Person 0 at 0 and 60 degrees, person 1 at 90, one failure in between.
        let embeddings = [embedding(0.0), None, embedding(60.0), embedding(90.0)];
        let scored = score_every_pair(&embeddings, &[0, 0, 0, 1]).expect("one model");
        check_scores(scored.scores.genuine.iter().map(|pair| pair.score), &[0.5]);
        check_scores(scored.scores.strongest.iter().map(|pair| pair.score), &[0.75_f32.sqrt()]);
        assert_eq!((scored.scores.n_impostor, scored.scores.impostor_counts.total()), (2, 2));
    }

    #[test]
    fn many_tiles_hold_every_pair() {
        let n = 3 * TILE + 5;
        let embeddings: Vec<_> = (0..n).map(|photo| embedding(photo as f32)).collect();
        let persons: Vec<u32> = (0..n as u32).map(|photo| photo / 2).collect();
        let scored = score_every_pair(&embeddings, &persons).expect("one model");
        let n_pairs = (n * (n - 1) / 2) as u64;
        let n_genuine = (n / 2) as u64;
        assert_eq!(scored.scores.genuine.len() as u64, n_genuine);
        assert_eq!(
            (scored.scores.n_impostor, scored.scores.impostor_counts.total()),
            (n_pairs - n_genuine, n_pairs - n_genuine)
        );
        let in_folds: u64 = scored.folds.iter().map(|fold| fold.genuine.total()).sum();
        assert_eq!(in_folds, n_genuine, "a genuine pair lies in its person's fold");
    }

    #[test]
    fn listed_pairs_keep_their_folds_and_lose_failures() {
        let csv = b"path_a,path_b,same,fold\na,b,1,0\na,c,0,1\nb,d,1,1\n";
        let list = PairList::parse(csv).expect("a fine list");
        let embeddings = [embedding(0.0), embedding(60.0), embedding(90.0), None];
        let scored = score_listed_pairs(&list, &embeddings).expect("one model");
        check_scores(scored.scores.genuine.iter().map(|pair| pair.score), &[0.5]);
        check_scores(scored.scores.strongest.iter().map(|pair| pair.score), &[0.0]);
        assert_eq!(
            scored.folds.iter().map(|fold| (fold.genuine.total(), fold.impostor.total())).collect::<Vec<_>>(),
            [(1, 0), (0, 1)]
        );
    }
}
