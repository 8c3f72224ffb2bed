//! Counts and times requests.

use crate::metrics;

/// Counts and times one request; part of its [`crate::audit::Trail`]. A caller that hangs up drops it before an outcome is known.
pub(crate) struct Meter {
    use_case: &'static str,
    began: std::time::Instant,
    outcome: &'static str,
}

impl Meter {
    pub(crate) fn start(use_case: &'static str) -> Self {
        Self { use_case, began: std::time::Instant::now(), outcome: "hung_up" }
    }

    /// Notes how the request ended.
    pub(crate) fn ended_as(mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        metrics::request(self.use_case, self.outcome, self.began.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use ::metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

    use super::*;

    /// Keeps counters by their labels' values.
    #[derive(Default)]
    struct Counts(Mutex<BTreeMap<Vec<String>, Arc<AtomicU64>>>);

    impl Recorder for Counts {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            let labels = key.labels().map(|label| label.value().to_owned()).collect();
            let mut counts = self.0.lock().expect("no panic before");
            Counter::from_arc(Arc::clone(counts.entry(labels).or_default()))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn each_request_is_counted_once_with_its_outcome() {
        let counts = Counts::default();
        ::metrics::with_local_recorder(&counts, || {
            Meter::start("verify").ended_as("answered");
            Meter::start("verify").ended_as("answered");
            Meter::start("enroll").ended_as("template_exists");
            drop(Meter::start("identify"));
        });
        let counts = counts.0.into_inner().expect("no panic before");
        let counts = counts.iter().map(|(labels, count)| (labels.join(" "), count.load(Ordering::Relaxed)));
        let expected = [("enroll template_exists", 1), ("identify hung_up", 1), ("verify answered", 2)];
        assert!(counts.eq(expected.map(|(labels, count)| (labels.to_owned(), count))));
    }
}
