//! The last hour, minute by minute, kept by the server: what the console draws.
//!
//! Made from the metrics that the process counts anyway. Lost with a restart; a Prometheus keeps more.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use faceward_service::metrics as names;
use jiff::Timestamp;
use parking_lot::RwLock;
use serde::Serialize;
use tokio::time::MissedTickBehavior;
use utoipa::ToSchema;

use crate::exposition::{Sample, samples};
use crate::metrics::Metrics;

/// Minutes that are kept.
const KEPT: usize = 60;
const MINUTE: Duration = Duration::from_secs(60);

/// What happened in a minute.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Minute {
    /// When it ended.
    pub ended_at: String,
    /// Requests that ended in it, whatever came of them.
    pub requests: u64,
    /// Requests that were refused for overload.
    pub refused: u64,
    /// Half of the requests took no longer, in seconds; `null`: there was none.
    #[schema(required)]
    pub p50_seconds: Option<f64>,
    /// 95 of 100 took no longer.
    #[schema(required)]
    pub p95_seconds: Option<f64>,
    /// Photos that waited for a compute thread at its end.
    pub queued: u64,
    /// Memory of the process at its end, in bytes; `null`: the system does not tell.
    #[schema(required)]
    pub memory_bytes: Option<u64>,
}

/// The minutes of the last hour. Cheap to clone.
#[derive(Clone, Default)]
pub struct History(Arc<RwLock<VecDeque<Minute>>>);

impl History {
    /// The minutes, oldest first.
    #[must_use]
    pub fn minutes(&self) -> Vec<Minute> {
        self.0.read().iter().cloned().collect()
    }

    /// Adds a minute each minute, for as long as this is awaited. `memory` tells how much the process has.
    pub async fn keep(self, metrics: Metrics, memory: fn() -> Option<u64>) {
        let mut ticks = tokio::time::interval(MINUTE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut before = Counts::of(&samples(&metrics.render()));
        loop {
            ticks.tick().await;
            let now = Counts::of(&samples(&metrics.render()));
            self.add(now.since(&before, memory()));
            before = now;
        }
    }

    fn add(&self, minute: Minute) {
        let mut minutes = self.0.write();
        minutes.push_back(minute);
        while minutes.len() > KEPT {
            minutes.pop_front();
        }
    }
}

/// What was counted since the start.
#[derive(Debug, Default)]
struct Counts {
    requests: f64,
    refused: f64,
    queued: f64,
    /// Requests that took no longer than so many microseconds. Without those that took longer than the last.
    within: BTreeMap<u64, f64>,
    timed: f64,
}

impl Counts {
    fn of(samples: &[Sample]) -> Self {
        let mut counts = Self::default();
        let [bucket, count] = ["_bucket", "_count"].map(|end| format!("{}{end}", names::REQUEST_SECONDS));
        for Sample { name, labels, value } in samples {
            match name.as_str() {
                names::REQUESTS => counts.requests += value,
                names::OVERLOADS => counts.refused += value,
                names::QUEUE_LENGTH => counts.queued += value,
                name if name == count => counts.timed += value,
                name if name == bucket => {
                    let bound = labels.get("le").and_then(|bound| bound.parse::<f64>().ok());
                    if let Some(bound) = bound.filter(|bound| bound.is_finite()) {
                        *counts.within.entry((bound * 1e6) as u64).or_default() += value;
                    }
                }
                _other => {}
            }
        }
        counts
    }

    fn since(&self, before: &Self, memory_bytes: Option<u64>) -> Minute {
        Minute {
            ended_at: Timestamp::now().to_string(),
            requests: (self.requests - before.requests) as u64,
            refused: (self.refused - before.refused) as u64,
            p50_seconds: self.quantile(before, 0.5),
            p95_seconds: self.quantile(before, 0.95),
            queued: self.queued as u64,
            memory_bytes,
        }
    }

    /// The time within which the share `q` of the requests since `before` ended: between the bounds of its bucket as if they
    /// were spread evenly there, or the last bound where it is beyond.
    fn quantile(&self, before: &Self, q: f64) -> Option<f64> {
        let timed = self.timed - before.timed;
        if timed <= 0.0 {
            return None;
        }
        let (mut below, mut least) = (0.0, 0.0);
        for (bound, count) in &self.within {
            let within = count - before.within.get(bound).copied().unwrap_or_default();
            let bound = *bound as f64 / 1e6;
            if within >= q * timed {
                let share = if within > below { (q * timed - below) / (within - below) } else { 1.0 };
                return Some(least + share * (bound - least));
            }
            (below, least) = (within, bound);
        }
        Some(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Counts {
        Counts::of(&samples(text))
    }

    #[test]
    fn a_minute_is_what_came_since_the_one_before() {
        let before = counts(
            "faceward_requests_total{use_case=\"verify\",outcome=\"answered\"} 100\nfaceward_overloads_total 1\n\
             faceward_request_duration_seconds_bucket{use_case=\"verify\",le=\"0.1\"} 100\n\
             faceward_request_duration_seconds_bucket{use_case=\"verify\",le=\"0.5\"} 100\n\
             faceward_request_duration_seconds_bucket{use_case=\"verify\",le=\"+Inf\"} 100\n\
             faceward_request_duration_seconds_count{use_case=\"verify\"} 100\n",
        );
        // Ten more: four within 0.1 s, five between 0.1 and 0.5, one beyond; two of another use case are fast.
        let after = counts(
            "faceward_requests_total{use_case=\"verify\",outcome=\"answered\"} 108\n\
             faceward_requests_total{use_case=\"verify\",outcome=\"no_face\"} 2\nfaceward_overloads_total 4\n\
             faceward_queue_length 3\n\
             faceward_request_duration_seconds_bucket{use_case=\"verify\",le=\"0.1\"} 102\n\
             faceward_request_duration_seconds_bucket{use_case=\"verify\",le=\"0.5\"} 107\n\
             faceward_request_duration_seconds_bucket{use_case=\"verify\",le=\"+Inf\"} 108\n\
             faceward_request_duration_seconds_count{use_case=\"verify\"} 108\n\
             faceward_request_duration_seconds_bucket{use_case=\"enroll\",le=\"0.1\"} 2\n\
             faceward_request_duration_seconds_bucket{use_case=\"enroll\",le=\"0.5\"} 2\n\
             faceward_request_duration_seconds_count{use_case=\"enroll\"} 2\n",
        );
        let minute = after.since(&before, Some(7));
        assert_eq!(
            (minute.requests, minute.refused, minute.queued, minute.memory_bytes),
            (10, 3, 3, Some(7))
        );
        // 5 of 10: the first of the five above 0.1, so a fifth of the way to 0.5.
        assert!((minute.p50_seconds.expect("a time") - 0.18).abs() < 1e-9, "{minute:?}");
        assert_eq!(minute.p95_seconds, Some(0.5), "beyond the last bound");
        assert_eq!(after.since(&after, None).p50_seconds, None, "nobody came");
    }

    #[test]
    fn an_hour_is_kept() {
        let history = History::default();
        for requests in 0..100 {
            history.add(Minute { requests, ..counts("").since(&counts(""), None) });
        }
        let minutes = history.minutes();
        assert_eq!((minutes.len(), minutes[0].requests, minutes[59].requests), (60, 40, 99));
    }
}
