//! What `faceward bench search` says.

use serde::Serialize;

use crate::terminal;

/// A search among made-up templates. Times are of wall clock.
#[derive(Debug, Serialize)]
pub(super) struct SearchReport {
    /// Templates that were searched.
    pub(super) templates: u64,
    /// Values of each.
    pub(super) values: usize,
    /// Searches that were timed, each for one probe.
    pub(super) probes: usize,
    /// Threads of a search.
    pub(super) threads: usize,
    /// Instructions of the first look.
    pub(super) instructions: &'static str,
    /// Median of a search.
    pub(super) p50_ms: f64,
    /// 99th percentile of a search.
    pub(super) p99_ms: f64,
    /// Share of the templates that comparing everything finds among the best, which the search finds too.
    pub(super) recall: f64,
    /// Whether the answers are those of comparing everything, bit for bit and in the same order.
    pub(super) identical: bool,
    /// Probes for which everything was compared.
    pub(super) checked_probes: usize,
    /// Bytes a second at which as many threads read as much memory as the first look reads.
    pub(super) bandwidth: f64,
    /// What the first look reads a second in the median search, as a share of that.
    pub(super) bandwidth_share: f64,
    /// Median of a search for eight probes, as a multiple of that for one.
    pub(super) eight_probes_ratio: f64,
    /// Resident memory, by the growth of the process; `null` where the system does not tell.
    pub(super) bytes_per_template: Option<f64>,
    /// Median of putting one more template into the memory at this size.
    pub(super) insert_ms: f64,
    /// The slowest of them.
    pub(super) insert_max_ms: f64,
    /// Templates of the folder that the next five are of.
    pub(super) folder_templates: u64,
    /// Median of an enrolment, on disk before it is acknowledged.
    pub(super) enrol_ms: f64,
    /// Opening the folder with snapshots of all templates, seconds.
    pub(super) open_s: f64,
    /// Opening it without any.
    pub(super) open_without_snapshots_s: f64,
    /// Writing them.
    pub(super) write_snapshots_s: f64,
    /// Median of a deletion from a snapshot, without a trace before it is acknowledged.
    pub(super) delete_ms: f64,
}

impl SearchReport {
    /// A table for people.
    pub(super) fn in_words(&self) -> String {
        let memory =
            self.bytes_per_template.map_or("unknown".to_owned(), |bytes| format!("{bytes:.0} bytes"));
        let found = if self.identical { "bit for bit" } else { "NOT bit for bit" };
        let rows = [
            ["templates", &format!("{} of {} values", self.templates, self.values)],
            ["threads, instructions", &format!("{}, {}", self.threads, self.instructions)],
            ["a search, p50 and p99", &format!("{:.2}, {:.2} ms", self.p50_ms, self.p99_ms)],
            ["recall", &format!("{:.4}, {found} ({} probes)", self.recall, self.checked_probes)],
            ["memory is read at", &format!("{:.1} GB/s", self.bandwidth / 1e9)],
            ["of which a search uses", &format!("{:.0} %", 100.0 * self.bandwidth_share)],
            ["eight probes as a multiple of one", &format!("{:.2}", self.eight_probes_ratio)],
            ["memory a template", &memory],
            [
                "one more into memory, p50 and slowest",
                &format!("{:.4}, {:.3} ms", self.insert_ms, self.insert_max_ms),
            ],
            ["an enrolment on disk, p50", &format!("{:.2} ms of {}", self.enrol_ms, self.folder_templates)],
            [
                "opening that folder, without snapshots",
                &format!("{:.2}, {:.2} s", self.open_s, self.open_without_snapshots_s),
            ],
            ["writing its snapshots", &format!("{:.2} s", self.write_snapshots_s)],
            ["a deletion from them, p50", &format!("{:.2} ms", self.delete_ms)],
        ];
        terminal::columns(&rows.map(|row| row.map(str::to_owned).to_vec()))
    }
}
