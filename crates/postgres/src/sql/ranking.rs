//! From rows that are near to the subjects that are nearest, bit for bit as if everything had been compared.
//!
//! Whoever searches orders rows by cosines of turned vectors, which are a little off. So more rows are asked for than are
//! needed, each is compared with its own vector, and that is enough as soon as the last subject of the answer is nearer than
//! anything can be that was not asked for. Otherwise more are asked for.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use faceward_core::{AppId, Cosine, Embedding, TemplateId};
use faceward_index::Asked;
use faceward_sealing::Sealer;
use faceward_store::{Candidate, Hit, Living, StoreError, TemplateRecord};

use crate::PostgresError;
use crate::sql::compared::Compared;
use crate::sql::data_keys::Reads;
use crate::sql::sealed::{OpenedTemplate, SealedTemplate, opened};

/// How many rows are asked for, beside those that are needed, at first.
const SPARE: usize = 32;
/// By how much more are asked for each time.
const FACTOR: usize = 4;
/// Rows that are compared at once.
const AT_ONCE: usize = 1000;

/// Who is asked.
pub(crate) trait Source {
    /// The rows nearest to the probe, best first; fewer than `limit`: these are all.
    fn hits(&self, limit: usize) -> impl Future<Output = Result<Vec<Hit>, StoreError>> + Send;

    /// Whether no row is nearer than the last of the hits that is none of them.
    fn is_exact(&self) -> bool;

    /// The rows of these templates, compared with the probe; those that are gone are left out.
    fn compared(
        &self,
        templates: Vec<TemplateId>,
    ) -> impl Future<Output = Result<Vec<Candidate>, StoreError>> + Send;
}

/// The subjects most like `probe`, as [`faceward_store::TemplateStore::search`] says.
pub(crate) async fn nearest(
    source: &impl Source,
    probe: &Embedding,
    limit: usize,
    asked: &Asked,
) -> Result<Vec<Candidate>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut known: HashMap<TemplateId, Option<Candidate>> = HashMap::new();
    let mut n_asked = limit.saturating_mul(2).saturating_add(SPARE);
    loop {
        asked.check().map_err(StoreError::failed)?;
        let hits = source.hits(n_asked).await?;
        let new: Vec<_> =
            hits.iter().map(|hit| &hit.template).filter(|id| !known.contains_key(id)).cloned().collect();
        for part in new.chunks(AT_ONCE) {
            asked.check().map_err(StoreError::failed)?;
            known.extend(part.iter().map(|template| (template.clone(), None)));
            for candidate in source.compared(part.to_vec()).await? {
                known.insert(candidate.template.clone(), Some(candidate));
            }
        }
        let best = best(known.values().flatten(), limit);
        let all = hits.len() < n_asked;
        let last = hits.last().map_or(f64::NEG_INFINITY, |hit| f64::from(hit.cosine));
        let out_of_reach = |worst: &&Candidate| f64::from(worst.cosine.0) > last + margin(probe);
        let enough = best.len() == limit && (!source.is_exact() || best.last().is_some_and(out_of_reach));
        if all || enough {
            return Ok(best.into_iter().cloned().collect());
        }
        n_asked = n_asked.saturating_mul(FACTOR);
    }
}

/// The templates of `app` of these ids, compared with a `probe` that is as it is compared; those that are gone are left out.
pub(crate) async fn compared_with(
    reads: &impl Reads,
    (sealer, compared): (&Arc<Sealer>, &Arc<Compared>),
    (app, templates): (&AppId, &[TemplateId]),
    (probe, living): (&Embedding, Living),
) -> Result<Vec<Candidate>, PostgresError> {
    let ids: Vec<&str> = templates.iter().map(TemplateId::as_str).collect();
    let sql = format!("{} WHERE t.app = $1 AND t.id = ANY($2)", SealedTemplate::select());
    let opened = opened(reads, sealer, &reads.rows(&sql, &[&app.0, &ids]).await?).await?;
    let (compared, probe) = (Arc::clone(compared), probe.clone());
    // Some ten microseconds each.
    let comparing = tokio::task::spawn_blocking(move || {
        let candidate = |found: OpenedTemplate| {
            let name = found.name.clone();
            let (record, embedding) = compared.opened(found)?;
            if embedding.model() != probe.model() {
                return Ok(None);
            }
            let cosine = probe.cosine(&embedding).map_err(|_| PostgresError::Corrupt("what was turned"))?;
            let TemplateRecord { template, gallery, subject, .. } = record;
            Ok(Some(Candidate { template, gallery, subject, name, cosine }))
        };
        let counts = |found: &OpenedTemplate| living.counts_record(&found.record);
        opened.into_iter().filter(counts).filter_map(|found| candidate(found).transpose()).collect()
    });
    comparing.await.map_err(PostgresError::TaskDied)?
}

/// How far the cosine of a hit can be from that of the vectors themselves.
///
/// In units of 2^-24: values of turned vectors are rounded once (2 of a cosine), a sum of `n` products in whatever order is at most `n`
/// off, ours of [`faceward_core::dot`] `n / 16 + 5`, and a hit's is rounded once more. Vectors are of unit length to within 10^-4.
fn margin(probe: &Embedding) -> f64 {
    let n = probe.vector().len() as f64;
    1.001 * (n + n / 16.0 + 8.0) * 2.0_f64.powi(-24)
}

/// Each subject by its best template; equals as everywhere.
fn best<'c>(candidates: impl Iterator<Item = &'c Candidate>, limit: usize) -> Vec<&'c Candidate> {
    let mut ranked: Vec<_> = candidates.collect();
    ranked.sort_by(|one, other| order(one, other));
    let mut subjects = HashSet::new();
    ranked.retain(|candidate| subjects.insert((&candidate.gallery, &candidate.subject)));
    ranked.truncate(limit);
    ranked
}

fn order(one: &Candidate, other: &Candidate) -> Ordering {
    let (Cosine(of_one), Cosine(of_other)) = (one.cosine, other.cosine);
    let ids = |candidate: &Candidate| {
        (candidate.gallery.clone(), candidate.subject.clone(), candidate.template.clone())
    };
    of_other.total_cmp(&of_one).then_with(|| ids(one).cmp(&ids(other)))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering as Atomic};

    use faceward_core::{GalleryId, ModelId, SubjectId};
    use faceward_index::Waiter;

    use super::*;

    /// Rows that whoever searches sees a little off.
    struct Off {
        rows: Vec<Candidate>,
        off: fn(usize) -> f32,
        /// Templates that are there and gone when they are read.
        gone: usize,
        n_asked: AtomicUsize,
    }

    impl Source for Off {
        fn is_exact(&self) -> bool {
            true
        }

        async fn hits(&self, limit: usize) -> Result<Vec<Hit>, StoreError> {
            self.n_asked.fetch_add(1, Atomic::Relaxed);
            let hit = |(at, row): (usize, &Candidate)| Hit {
                template: row.template.clone(),
                cosine: row.cosine.0 + (self.off)(at),
            };
            let mut hits: Vec<_> = self.rows.iter().enumerate().map(hit).collect();
            hits.sort_by(|one, other| other.cosine.total_cmp(&one.cosine));
            hits.truncate(limit);
            Ok(hits)
        }

        async fn compared(&self, templates: Vec<TemplateId>) -> Result<Vec<Candidate>, StoreError> {
            let there = self.rows.iter().skip(self.gone);
            Ok(there.filter(|row| templates.contains(&row.template)).cloned().collect())
        }
    }

    /// `cosines` of templates, of `n_subjects` subjects in turn.
    fn rows(cosines: impl IntoIterator<Item = f32>, n_subjects: usize) -> Vec<Candidate> {
        let row = |(at, cosine)| Candidate {
            template: TemplateId::parse(&format!("t{at:04}")).expect("an id"),
            gallery: GalleryId::parse("g").expect("an id"),
            subject: SubjectId::parse(&format!("s{:04}", at % n_subjects)).expect("an id"),
            name: None,
            cosine: Cosine(cosine),
        };
        cosines.into_iter().enumerate().map(row).collect()
    }

    fn probe() -> Embedding {
        Embedding::normalised(ModelId::new("m"), vec![1.0; 160]).expect("a direction")
    }

    /// The subjects found, and how often was asked.
    async fn found(off: &Off, limit: usize) -> (Vec<Candidate>, usize) {
        let waiter = Waiter::default();
        let found = nearest(off, &probe(), limit, &waiter.asked()).await.expect("an answer");
        (found, off.n_asked.load(Atomic::Relaxed))
    }

    fn all_compared(off: &Off, limit: usize) -> Vec<Candidate> {
        best(off.rows.iter().skip(off.gone), limit).into_iter().cloned().collect()
    }

    #[tokio::test]
    async fn one_question_is_enough_where_the_others_are_far() {
        let rows = rows((0..500_u16).map(|at| 0.9 - f32::from(at) * 1e-3), 500);
        let off = Off {
            rows,
            off: |at| if at % 2 == 0 { 1e-6 } else { -1e-6 },
            gone: 0,
            n_asked: AtomicUsize::new(0),
        };
        assert_eq!(found(&off, 10).await, (all_compared(&off, 10), 1));
    }

    /// Off by all that it may be, in the worst way: the best look worst.
    #[tokio::test]
    async fn of_many_that_are_as_near_none_is_missed() {
        let cosines = (0..2000_u16).map(|at| 0.5 + f32::from(at) * 4e-9);
        let off = Off {
            rows: rows(cosines, 700),
            off: |at| at as f32 * -4e-9,
            gone: 0,
            n_asked: AtomicUsize::new(0),
        };
        for limit in [1, 10, 700, 900] {
            assert_eq!(found(&off, limit).await.0, all_compared(&off, limit), "{limit}");
        }
        assert!(off.n_asked.load(Atomic::Relaxed) > 8, "more was asked for");
    }

    #[tokio::test]
    async fn what_is_gone_is_not_found_and_takes_nobodys_place() {
        let cosines = (0..300_u16).map(|at| 0.9 - f32::from(at) * 1e-3);
        let off = Off { rows: rows(cosines, 300), off: |_| 0.0, gone: 90, n_asked: AtomicUsize::new(0) };
        assert_eq!(found(&off, 10).await.0, all_compared(&off, 10));
        assert_eq!(found(&off, 0).await.0, []);
    }

    #[tokio::test]
    async fn one_subject_with_many_templates_hides_no_other() {
        let mut rows = rows((0..400_u16).map(|at| 0.9 - f32::from(at) * 1e-4), 400);
        for row in &mut rows[..300] {
            row.subject = SubjectId::parse("many").expect("an id");
        }
        let off = Off { rows, off: |_| 0.0, gone: 0, n_asked: AtomicUsize::new(0) };
        let (found, n_asked) = found(&off, 3).await;
        assert_eq!((&found, n_asked > 1), (&all_compared(&off, 3), true));
        assert_eq!(found.len(), 3);
    }

    #[tokio::test]
    async fn nobody_computes_for_those_who_left() {
        let off = Off { rows: rows([0.5; 9], 9), off: |_| 0.0, gone: 0, n_asked: AtomicUsize::new(0) };
        let asked = Waiter::default().asked();
        assert!(matches!(nearest(&off, &probe(), 3, &asked).await, Err(StoreError::Failed(_))));
    }
}
