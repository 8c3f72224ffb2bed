//! The best subjects of a search, each by its best template, in an order that does not depend on storage.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use faceward_core::{Cosine, GalleryId, SubjectId, TemplateId};

/// Up to `limit` subjects. A subject that has been pushed out comes back only with a better template, so offering
/// every template once, in any order, gives the same result.
pub(crate) struct BestOfSubjects<'a> {
    limit: usize,
    ranked: BTreeSet<Ranked<'a>>,
    by_subject: HashMap<(&'a GalleryId, &'a SubjectId), Ranked<'a>>,
}

/// A template that a search came by. Equals in cosine are ordered as these are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found<'a> {
    pub(crate) gallery: &'a GalleryId,
    pub(crate) subject: &'a SubjectId,
    pub(crate) template: &'a TemplateId,
}

#[derive(Clone, Copy)]
struct Ranked<'a> {
    cosine: f32,
    found: Found<'a>,
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

    /// Takes over what another part of the same search has found.
    pub(crate) fn join(&mut self, other: Self) {
        for (found, Cosine(cosine)) in other.ranked() {
            self.offer(cosine, found);
        }
    }

    pub(crate) fn offer(&mut self, cosine: f32, found: Found<'a>) {
        let offered = Ranked { cosine, found };
        let subject = (found.gallery, found.subject);
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
            self.by_subject.remove(&(out.found.gallery, out.found.subject));
        }
    }

    /// The subjects' best templates, best first.
    pub(crate) fn ranked(self) -> impl Iterator<Item = (Found<'a>, Cosine)> {
        self.ranked.into_iter().map(|Ranked { cosine, found }| (found, Cosine(cosine)))
    }
}

impl Ord for Ranked<'_> {
    /// Best first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.cosine.total_cmp(&self.cosine).then_with(|| self.found.cmp(&other.found))
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

    fn ids(subject: &str, template: &str) -> (GalleryId, SubjectId, TemplateId) {
        (
            GalleryId::parse("g").expect("an id"),
            SubjectId::parse(subject).expect("an id"),
            TemplateId::parse(template).expect("an id"),
        )
    }

    #[track_caller]
    fn check(limit: usize, offers: &[(&str, &str, f32)], expected: &[&str]) {
        let records: Vec<_> = offers.iter().map(|(s, t, cosine)| (ids(s, t), *cosine)).collect();
        // Forwards and backwards: the order of storage must not show.
        for backwards in [false, true] {
            let mut best = BestOfSubjects::new(limit);
            let mut order: Vec<_> = records.iter().collect();
            if backwards {
                order.reverse();
            }
            for ((gallery, subject, template), cosine) in order {
                if *cosine >= best.floor() {
                    best.offer(*cosine, Found { gallery, subject, template });
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
