//! What is known about each verdict: by which models, on which photos, how often it was wrong.
//!
//! From the tables beside this one; nothing is computed but shares.

use std::collections::BTreeMap;

use super::deepfake::{GENUINE, deepfake};
use super::liveness::liveness;
use super::photograph::photograph;
use super::similarity::SimilarityCalibration;
use super::thresholds::thresholds;
use super::usability::usability;
use crate::manifest::{Manifest, Task};

/// What is known about one verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Ids of the models whose score is judged.
    pub models: Vec<String>,
    /// Names of the sets of photos that the scale was fitted on.
    pub data: String,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// The score at which the errors were counted: the default threshold.
    pub at: f64,
    /// How often it is wrong.
    pub rates: Vec<Rate>,
    /// Attacks, generators, kinds of pictures that it was measured on. What is not among them is unknown.
    pub methods: Vec<String>,
}

/// One share of wrong verdicts.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// Of which error.
    pub error: ErrorKind,
    /// Set of photos.
    pub set: String,
    /// The attack, generator or kind of picture; `None`: what must pass.
    pub method: Option<String>,
    /// What the figure does not hold for, or was made without.
    pub condition: Option<String>,
    /// Photos, or pairs of them.
    pub count: u64,
    /// 0 to 1.
    pub share: f64,
    /// 95 % of it, where it was measured over groups.
    pub interval: Option<[f64; 2]>,
}

/// Errors, as ISO/IEC 19795-1 and 30107-3 call them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Pairs of different persons called the same.
    FalseMatch,
    /// Pairs of one person called different.
    FalseNonMatch,
    /// Genuine photos refused.
    BonaFideRefused,
    /// Attacks, forgeries or pictures that pass.
    AttackPassed,
}

impl ErrorKind {
    /// The usual abbreviation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FalseMatch => "FMR",
            Self::FalseNonMatch => "FNMR",
            Self::BonaFideRefused => "BPCER",
            Self::AttackPassed => "APCER",
        }
    }

    const fn of(method: Option<&String>) -> Self {
        if method.is_some() { Self::AttackPassed } else { Self::BonaFideRefused }
    }
}

/// What is known about `similarity` by this map, `liveness`, `deepfake` and `photographed`, by these names.
#[must_use]
pub fn evidence(map: &SimilarityCalibration) -> BTreeMap<&'static str, Evidence> {
    BTreeMap::from([
        ("similarity", of_similarity(map)),
        ("liveness", of_liveness()),
        ("deepfake", of_deepfake()),
        ("photographed", of_photographs()),
    ])
}

fn of_similarity(map: &SimilarityCalibration) -> Evidence {
    let default = f64::from(thresholds().similarity);
    let known = map.operating_points.iter().filter(|point| point.fnmr.is_some());
    let nearest =
        known.min_by(|a, b| (a.similarity - default).abs().total_cmp(&(b.similarity - default).abs()));
    let plain = |error, count, share| Rate {
        error,
        set: map.data.clone(),
        method: None,
        condition: None,
        count,
        share,
        interval: None,
    };
    let ordinary = nearest.into_iter().flat_map(|point| {
        [
            plain(ErrorKind::FalseMatch, map.impostor_pairs, point.fmr),
            plain(ErrorKind::FalseNonMatch, map.genuine_pairs, point.fnmr.unwrap_or_default()),
        ]
    });
    let degraded = usability().measured.iter().filter(|row| row.impostor_pairs > 0).map(|row| Rate {
        error: ErrorKind::FalseMatch,
        set: usability().data.clone(),
        method: Some(row.kind.clone()),
        condition: Some("both photos degraded in this kind, above the floor of utility".to_owned()),
        count: row.impostor_pairs.into(),
        share: f64::from(row.false_matches) / f64::from(row.impostor_pairs),
        interval: None,
    });
    Evidence {
        models: vec![map.model().to_string()],
        data: map.data.clone(),
        date: map.date.clone(),
        at: nearest.map_or(default, |point| point.similarity),
        rates: ordinary.chain(degraded).collect(),
        methods: usability().measured.iter().map(|row| row.kind.clone()).collect(),
    }
}

fn of_liveness() -> Evidence {
    let table = liveness();
    // Rows of the first two networks alone say what was before.
    let rows = table.measured.iter().filter(|row| !row.by.starts_with("two"));
    let rates = rows.map(|row| {
        let method = row.attack().map(str::to_owned);
        let [least, most] = row.context;
        let who = row.people().map(|who| format!("; {who}")).unwrap_or_default();
        Rate {
            error: ErrorKind::of(method.as_ref()),
            set: row.set.clone(),
            method,
            condition: Some(format!("networks: {}; context {least} to {most}{who}", row.by)),
            count: row.photos.into(),
            share: wide(row.error),
            interval: Some(row.interval.map(wide)),
        }
    });
    Evidence {
        models: of_task(Task::Liveness),
        data: table.data.clone(),
        date: table.date.clone(),
        at: wide(table.operating_point),
        rates: rates.collect(),
        methods: table.methods().into_iter().map(str::to_owned).collect(),
    }
}

fn of_deepfake() -> Evidence {
    let table = deepfake();
    let rates = table.measured.iter().map(|row| {
        let method = Some(&row.kind).filter(|kind| *kind != GENUINE);
        Rate {
            error: ErrorKind::of(method),
            set: row.set.clone(),
            method: method.cloned(),
            condition: None,
            count: row.photos.into(),
            share: wide(row.error),
            interval: row.interval.map(|ends| ends.map(wide)),
        }
    });
    Evidence {
        models: of_task(Task::Deepfake),
        data: table.data.clone(),
        date: table.date.clone(),
        at: wide(table.operating_point),
        rates: rates.collect(),
        methods: table.methods().into_iter().map(str::to_owned).collect(),
    }
}

fn of_photographs() -> Evidence {
    let table = photograph();
    let share = |wrong: u32, all: u32| f64::from(wrong) / f64::from(all.max(1));
    let ordinary = Rate {
        error: ErrorKind::BonaFideRefused,
        set: "ordinary photos that were not trained on".to_owned(),
        method: None,
        condition: None,
        count: table.held_out.photos.into(),
        share: share(table.held_out.refused, table.held_out.photos),
        interval: None,
    };
    let kinds = table.left_out.iter().map(|row| Rate {
        error: ErrorKind::AttackPassed,
        set: "made".to_owned(),
        method: Some(row.kind.clone()),
        condition: Some(format!("trained without all {}", row.group)),
        count: row.photos.into(),
        share: share(row.photos - row.refused.min(row.photos), row.photos),
        interval: None,
    });
    Evidence {
        models: of_task(Task::Photograph),
        data: table.data.clone(),
        date: table.date.clone(),
        at: 0.5,
        rates: [ordinary].into_iter().chain(kinds).collect(),
        methods: table.left_out.iter().map(|row| row.kind.clone()).collect(),
    }
}

fn of_task(task: Task) -> Vec<String> {
    let models = Manifest::embedded().models().iter().filter(|model| model.task == task);
    models.map(|model| model.id.clone()).collect()
}

/// The double nearest to the shortest decimal that names `value`: what a table says, not what a float makes of it.
fn wide(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::super::similarity::similarity;
    use super::*;

    #[test]
    fn every_verdict_names_its_models_its_data_its_errors_and_its_methods() {
        for (name, known) in evidence(similarity()) {
            assert!(
                !known.models.is_empty() && !known.data.is_empty() && !known.methods.is_empty(),
                "{name}"
            );
            let rates: Vec<_> = known.rates.iter().map(|rate| rate.error).collect();
            let both = if name == "similarity" {
                [ErrorKind::FalseMatch, ErrorKind::FalseNonMatch]
            } else {
                [ErrorKind::BonaFideRefused, ErrorKind::AttackPassed]
            };
            assert!(both.iter().all(|error| rates.contains(error)), "{name}: {rates:?}");
            for rate in &known.rates {
                let within = rate.interval.is_none_or(|[low, high]| low <= rate.share && rate.share <= high);
                assert!((0.0..=1.0).contains(&rate.share) && rate.count > 0 && within, "{name}: {rate:?}");
            }
        }
    }

    #[test]
    fn errors_are_counted_at_the_default_thresholds() {
        let known = evidence(similarity());
        for (name, threshold) in [("similarity", 0.75_f64), ("liveness", 0.85), ("deepfake", 0.9)] {
            assert_eq!(known[name].at.to_bits(), threshold.to_bits(), "{name}");
        }
        let matched = &known["similarity"].rates[0];
        assert_eq!((matched.error.name(), matched.share.to_bits()), ("FMR", 1e-4_f64.to_bits()));
    }

    #[test]
    fn refused_people_of_one_group_are_no_attack_that_passes() {
        let liveness = &evidence(similarity())["liveness"];
        assert!(
            !liveness.methods.iter().any(|method| method.contains("bona fide")),
            "{:?}",
            liveness.methods
        );
        let of_indian =
            |rate: &&Rate| rate.condition.as_ref().is_some_and(|condition| condition.ends_with("; Indian"));
        let found: Vec<_> = liveness.rates.iter().filter(of_indian).map(|rate| rate.error).collect();
        assert_eq!(found, [ErrorKind::BonaFideRefused]);
    }

    #[test]
    fn a_method_is_named_once() {
        let methods = &evidence(similarity())["deepfake"].methods;
        assert!(methods.iter().any(|method| method == "deepfacelive"), "{methods:?}");
        assert_eq!(methods.iter().filter(|method| *method == "sdxl").count(), 1);
        assert!(!methods.iter().any(|method| method == GENUINE));
    }
}
