//! What `faceward bench store` says.

use serde::Serialize;

use crate::terminal;

/// Made-up templates in a store. Times are of wall clock, and of the store alone: no photo, no HTTP.
#[derive(Debug, Serialize)]
pub(super) struct StoreReport {
    /// Templates that were enrolled.
    pub(super) templates: u64,
    /// Values of each.
    pub(super) values: usize,
    /// Who enrolled, and deleted, at once.
    pub(super) clients: usize,
    /// Acknowledged, of all together.
    pub(super) enrolments_a_second: f64,
    /// Median of an enrolment, waits included for those who were told to.
    pub(super) enrol_p50_ms: f64,
    /// 99th percentile.
    pub(super) enrol_p99_ms: f64,
    /// How long searches were refused after the last enrolment, seconds.
    pub(super) refused_s: f64,
    /// Searches that were timed, one after the other.
    pub(super) probes: usize,
    /// Median of a search.
    pub(super) search_p50_ms: f64,
    /// 99th percentile.
    pub(super) search_p99_ms: f64,
    /// Share of the ten templates that comparing everything finds, which the search found too.
    pub(super) recall: f64,
    /// Share of the probes of enrolled persons whose template is among the ten that were found.
    pub(super) mates: f64,
    /// Median of a deletion, one after the other.
    pub(super) delete_p50_ms: f64,
    /// 99th percentile.
    pub(super) delete_p99_ms: f64,
    /// Acknowledged, by all at once.
    pub(super) deletions_a_second: f64,
}

impl StoreReport {
    /// A table for people.
    pub(super) fn in_words(&self) -> String {
        let ms = |value: f64| format!("{value:.1} ms");
        let rows = [
            (format!("{} templates of {} values", self.templates, self.values), String::new()),
            (
                format!("enrolments, {} at once", self.clients),
                format!(
                    "{:.0} a second, p50 {}, p99 {}",
                    self.enrolments_a_second,
                    ms(self.enrol_p50_ms),
                    ms(self.enrol_p99_ms)
                ),
            ),
            ("searches refused after them".to_owned(), format!("{:.1} s", self.refused_s)),
            (
                format!("{} searches, one after the other", self.probes),
                format!("p50 {}, p99 {}", ms(self.search_p50_ms), ms(self.search_p99_ms)),
            ),
            ("recall of the ten nearest".to_owned(), format!("{:.4}", self.recall)),
            ("enrolled persons found".to_owned(), format!("{:.4}", self.mates)),
            (
                "deletions, one after the other".to_owned(),
                format!("p50 {}, p99 {}", ms(self.delete_p50_ms), ms(self.delete_p99_ms)),
            ),
            (
                format!("deletions, {} at once", self.clients),
                format!("{:.1} a second", self.deletions_a_second),
            ),
        ];
        terminal::columns(&rows.map(|(what, value)| vec![what, value]))
    }
}
