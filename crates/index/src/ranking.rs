//! The best subjects of a search, each by its best template, in an order that does not depend on storage.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use faceward_core::{Cosine, GalleryId, SubjectId};
use faceward_store::TemplateRecord;

/// Up to `limit` subjects. A subject that has been pushed out comes back only with a better template, so offering
/// every template once, in any order, gives the same result.
pub(crate) struct BestOfSubjects<'a> {
    limit: usize,
    ranked: BTreeSet<Ranked<'a>>,
    by_subject: HashMap<(&'a GalleryId, &'a SubjectId), Ranked<'a>>,
}

#[derive(Clone, Copy)]
struct Ranked<'a> {
    cosine: f32,
    record: &'a TemplateRecord,
}

impl<'a> BestOfSubjects<'a> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ranked: BTreeSet::new(), by_subject: HashMap::new() }
    }

    /// Templates below this cosine need not be offered.
    pub(crate) fn floor(&self) -> f32 {
        match self.ranked.last() {
            Some(worst) if self.ranked.len() >= self.limit => worst.cosine,
            Some(_) | None => f32::NEG_INFINITY,
        }
    }

    pub(crate) fn offer(&mut self, cosine: f32, record: &'a TemplateRecord) {
        let offered = Ranked { cosine, record };
        let subject = (&record.gallery, &record.subject);
        match self.by_subject.get(&subject) {
            Some(held) if *held <= offered => return,
            Some(held) => {
                self.ranked.remove(held);
            }
            None => {}
        }
        self.ranked.insert(offered);
        self.by_subject.insert(subject, offered);
        if self.ranked.len() > self.limit
            && let Some(out) = self.ranked.pop_last()
        {
            self.by_subject.remove(&(&out.record.gallery, &out.record.subject));
        }
    }

    /// The subjects' best templates, best first.
    pub(crate) fn ranked(self) -> impl Iterator<Item = (&'a TemplateRecord, Cosine)> {
        self.ranked.into_iter().map(|Ranked { cosine, record }| (record, Cosine(cosine)))
    }
}

impl Ord for Ranked<'_> {
    /// Best first.
    fn cmp(&self, other: &Self) -> Ordering {
        let ids = |ranked: &Self| (&ranked.record.gallery, &ranked.record.subject, &ranked.record.template);
        other.cosine.total_cmp(&self.cosine).then_with(|| ids(self).cmp(&ids(other)))
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use faceward_core::{ModelId, TemplateId};
    use jiff::Timestamp;

    fn record(subject: &str, template: &str) -> TemplateRecord {
        TemplateRecord {
            gallery: GalleryId::parse("g").expect("an id"),
            subject: SubjectId::parse(subject).expect("an id"),
            template: TemplateId::parse(template).expect("an id"),
            model: ModelId::new("m"),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[track_caller]
    fn check(limit: usize, offers: &[(&str, &str, f32)], expected: &[&str]) {
        let records: Vec<_> = offers.iter().map(|(s, t, cosine)| (record(s, t), *cosine)).collect();
        // Forwards and backwards: the order of storage must not show.
        for backwards in [false, true] {
            let mut best = BestOfSubjects::new(limit);
            let mut order: Vec<_> = records.iter().collect();
            if backwards {
                order.reverse();
            }
            for (record, cosine) in order {
                if *cosine >= best.floor() {
                    best.offer(*cosine, record);
                }
            }
            let found: Vec<_> =
                best.ranked().map(|(found, _)| format!("{} {}", found.subject, found.template)).collect();
            assert_eq!(found, expected, "backwards: {backwards}");
        }
    }

    #[test]
    fn a_subject_counts_once_by_its_best_template() {
        let offers = [("anna", "a1", 0.2), ("anna", "a2", 0.9), ("bert", "b1", 0.5), ("anna", "a3", 0.4)];
        check(10, &offers, &["anna a2", "bert b1"]);
        check(1, &offers, &["anna a2"]);
        check(0, &offers, &[]);
    }

    #[test]
    fn equal_cosines_are_ordered_by_subject_then_template() {
        let offers = [("bert", "z", 0.5), ("anna", "y", 0.5), ("anna", "x", 0.5), ("carl", "w", 0.5)];
        check(2, &offers, &["anna x", "bert z"]);
        check(3, &offers, &["anna x", "bert z", "carl w"]);
    }

    #[test]
    fn a_subject_that_was_pushed_out_returns_with_a_better_template() {
        let offers = [("anna", "a1", 0.1), ("bert", "b1", 0.2), ("carl", "c1", 0.3), ("anna", "a2", 0.4)];
        check(2, &offers, &["anna a2", "carl c1"]);
    }
}
