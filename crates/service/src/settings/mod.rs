//! What an operator can set, with the defaults of the specification. Checked once, all problems told together.
//!
//! Keys, ranges and meanings are in `declared`. Where the values come from (file, environment, flags) is the business of
//! `cli`.

mod declared;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use faceward_engine::{Output, Outputs};
use faceward_models::calibration::similarity::{SimilarityCalibration, similarity};
use faceward_models::calibration::thresholds::{Thresholds, thresholds};
use faceward_store::Demands;

use crate::audit::AuditSettings;
use crate::challenges::ChallengeSettings;
use crate::operators::OperatorSettings;
use crate::sessions::SessionSettings;
use crate::thresholds::movement_problems;
use crate::webhooks::WebhookSettings;

/// Everything that an operator can set about the use cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Threads, slots, times.
    pub compute: ComputeSettings,
    /// When a photo has exactly one usable face.
    pub faces: FaceRules,
    /// When a score is fine. The default comes with the models.
    pub thresholds: Thresholds,
    /// From cosine to similarity. The default comes with the models; it must be of the enabled embedding model.
    pub similarity_map: Arc<SimilarityCalibration>,
    /// Whether a probe's embedding is the sum over the face and its mirror image, as a reference's always is: somewhat
    /// fewer errors for a second pass of the networks.
    pub mirrored_probes: bool,
    /// The operator's gates of enrolment.
    pub enroll: Gates,
    /// What has to be so of a photo that is compared. No setting of the server: apps demand it for themselves.
    pub compare: Gates,
    /// Which guesses about the subject are made.
    pub demography: Demography,
    /// Most candidates that an identification names.
    pub max_candidates: NonZeroUsize,
    /// How active liveness is judged.
    pub active_liveness: ActiveLivenessRules,
    /// How long an access token is accepted.
    pub token_lifetime: Duration,
    /// How long audit records are kept.
    pub audit: AuditSettings,
    /// How long sessions of operators live.
    pub operators: OperatorSettings,
    /// How challenges are made.
    pub challenges: ChallengeSettings,
    /// How receivers of webhooks are called.
    pub webhooks: WebhookSettings,
    /// How verification sessions are made and kept.
    pub sessions: SessionSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compute: ComputeSettings::default(),
            faces: FaceRules::default(),
            thresholds: thresholds().clone(),
            similarity_map: Arc::clone(similarity()),
            mirrored_probes: false,
            enroll: Gates::default(),
            compare: Gates::default(),
            demography: Demography::default(),
            max_candidates: NonZeroUsize::MIN.saturating_add(99),
            active_liveness: ActiveLivenessRules::default(),
            token_lifetime: Duration::from_secs(24 * 3600),
            audit: AuditSettings::default(),
            operators: OperatorSettings::default(),
            challenges: ChallengeSettings::default(),
            webhooks: WebhookSettings::default(),
            sessions: SessionSettings::default(),
        }
    }
}

/// Threads, slots, times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComputeSettings {
    /// Compute threads, each with sessions of its own. The default is one for each core.
    pub workers: NonZeroUsize,
    /// Most requests inside the service, computing or waiting; further ones are refused at once. Each holds its
    /// photos in memory: two of 20 MiB at most, unless told otherwise.
    pub max_requests: NonZeroUsize,
    /// Longest time that a request is expected to wait for a compute thread; what would wait longer is refused at once.
    pub wait: Duration,
    /// Longest time from the acceptance of a request to its last computed value.
    pub request_timeout: Duration,
    /// Longest wait for accepted requests at shutdown.
    pub drain_timeout: Duration,
}

impl Default for ComputeSettings {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            max_requests: NonZeroUsize::MIN.saturating_add(63),
            wait: Duration::from_secs(1),
            request_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(30),
        }
    }
}

/// When a photo has exactly one usable face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceRules {
    /// Shortest side of a usable face's box, in pixels of the photo.
    pub min_side: f32,
    /// A second face counts from this share of the largest one's area on, 0 to 1.
    pub second_face_share: f32,
}

impl Default for FaceRules {
    fn default() -> Self {
        Self { min_side: 32.0, second_face_share: 0.05 }
    }
}

/// What is demanded of a photo beyond the specification.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gates {
    /// Whether the face must pass the liveness check, asked for or not.
    pub require_live: bool,
    /// Least quality, 0 to 1, of the worst of the assessed measures (a defect's probability p counts as 1 - p).
    pub min_quality: Option<f64>,
}

impl Gates {
    /// These and those of an app: the stricter of each.
    pub(crate) fn and(self, app: Demands) -> Self {
        let min_quality = match (self.min_quality, app.quality) {
            (Some(ours), Some(its)) => Some(ours.max(its)),
            (ours, its) => ours.or(its),
        };
        Self { require_live: self.require_live || app.live, min_quality }
    }
}

/// How active liveness is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveLivenessRules {
    /// Whether one and the same still, sent for movements that exclude each other, fails the whole call.
    pub refuse_repeated_stills: bool,
}

impl Default for ActiveLivenessRules {
    fn default() -> Self {
        Self { refuse_repeated_stills: true }
    }
}

/// Which guesses about the subject are made. What is switched off is unavailable, not missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demography {
    /// Gender, age and group at all.
    pub enabled: bool,
    /// The group.
    pub race: bool,
}

impl Demography {
    /// What is not found out because of it.
    pub(crate) fn withheld(self) -> Outputs {
        let race = Outputs::of(&[Output::Race]);
        match self {
            Self { enabled: false, race: _ } => race.and(Outputs::of(&[Output::Gender, Output::Age])),
            Self { enabled: true, race: false } => race,
            Self { enabled: true, race: true } => Outputs::NONE,
        }
    }
}

impl Default for Demography {
    fn default() -> Self {
        Self { enabled: true, race: true }
    }
}

/// Settings that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings cannot be used: {}", .problems.join("; "))]
pub struct SettingsError {
    /// Every problem, by the name of the setting.
    pub problems: Vec<String>,
}

impl Settings {
    /// Checks every value.
    ///
    /// # Errors
    /// Lists all values outside their ranges, and those that contradict each other.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let mut problems: Vec<String> =
            Self::declared().iter().filter_map(|setting| setting.problem(self)).collect();
        problems.extend(movement_problems(&self.thresholds.movement));
        if problems.is_empty() { Ok(()) } else { Err(SettingsError { problems }) }
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::QualityKey;
    use faceward_models::calibration::thresholds::Rule;

    use super::*;

    #[test]
    fn the_defaults_are_the_specification() {
        let settings = Settings::default();
        assert_eq!(settings.validate(), Ok(()));
        assert_eq!(settings.thresholds.similarity, 0.75);
        assert_eq!(settings.thresholds.liveness, Rule::AtLeast(0.85));
        assert_eq!(settings.thresholds.deepfake, Rule::AtLeast(0.9));
        assert_eq!(settings.faces, FaceRules { min_side: 32.0, second_face_share: 0.05 });
        assert_eq!(settings.enroll, Gates { require_live: false, min_quality: None });
        assert_eq!(settings.demography, Demography { enabled: true, race: true });
    }

    #[test]
    fn no_photo_can_be_made_front_and_side_at_once() {
        let mut settings = Settings::default();
        settings.thresholds.movement.left = Rule::AtLeast(10.0);
        settings.thresholds.movement.eyes_closed = Rule::AtMost(0.7);
        let problems = settings.validate().expect_err("two overlaps").problems;
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn all_problems_are_told_together_by_name() {
        let mut settings = Settings::default();
        settings.faces.min_side = f32::NAN;
        settings.thresholds.similarity = 1.5;
        settings.thresholds.quality[QualityKey::Exposure] = Rule::Within(0.8, 0.2);
        settings.enroll.min_quality = Some(-0.1);
        let problems = settings.validate().expect_err("four problems").problems;
        assert_eq!(problems.len(), 4, "{problems:?}");
        for name in ["faces.min_side", "thresholds.similarity", "thresholds.exposure", "enroll.min_quality"] {
            assert!(problems.iter().any(|problem| problem.contains(name)), "{name} in {problems:?}");
        }
    }

    #[test]
    fn what_is_switched_off_is_withheld() {
        let withheld = |enabled, race| Demography { enabled, race }.withheld();
        let all = Outputs::of(&[Output::Gender, Output::Age, Output::Race]);
        assert_eq!(withheld(true, true), Outputs::NONE);
        assert_eq!(withheld(true, false), Outputs::of(&[Output::Race]));
        assert_eq!((withheld(false, true), withheld(false, false)), (all, all));
    }
}
