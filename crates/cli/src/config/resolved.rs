//! The validated configuration, in the types that the other crates take.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use faceward_engine::image::Limits;
use faceward_http::{HttpSettings, RisetSettings, ServerLimits};
use faceward_models::RuntimeName;
use faceward_models::calibration::similarity::SimilarityCalibration;
use faceward_models::calibration::thresholds::{MovementThresholds, Rule, Thresholds, thresholds};
use faceward_service::{
    ActiveLivenessRules, AuditSettings, ChallengeSettings, ComputeSettings, Demography, EnrollGates,
    FaceRules, Movement, Settings,
};

use super::sources::Layers;
use super::values::Value;
use crate::exit::{Exit, Failure};

/// Everything that an operator can set, ready to use.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where the server listens.
    pub(crate) listen: SocketAddr,
    /// Folder of apps, keys and templates.
    pub(crate) data_dir: PathBuf,
    /// Folder of fetched models; `None`: the user's cache folder.
    pub(crate) models_dir: Option<PathBuf>,
    /// Whether the network is never touched.
    pub(crate) offline: bool,
    /// The inference runtime.
    pub(crate) runtime: RuntimeName,
    /// Ids of models that are not loaded.
    pub(crate) disabled_models: Vec<String>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// Which log lines are written; `None`: the command knows.
    pub(crate) log_level: Option<String>,
    /// What a photo may cost.
    pub(crate) photo: Limits,
    /// File with a similarity map; `None`: that of this version.
    pub(crate) similarity_map: Option<PathBuf>,
    /// What the use cases go by.
    pub(crate) service: Settings,
    /// Limits of requests.
    pub(crate) http: HttpSettings,
    /// Limits of connections.
    pub(crate) server: ServerLimits,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For a person at a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads every setting out of `layers`, whose values fit their kinds.
    pub(crate) fn resolve(layers: &Layers) -> Self {
        let read = Reader(layers);
        Self {
            listen: read.text("listen").and_then(|text| text.parse().ok()).unwrap_or(LOCAL),
            data_dir: read.text("data_dir").map_or_else(PathBuf::new, PathBuf::from),
            models_dir: read.text("models_dir").map(PathBuf::from),
            offline: read.switch("offline"),
            runtime: read.runtime(),
            disabled_models: read.words("disabled_models"),
            log_format: if read.text("log.format") == Some("json") {
                LogFormat::Json
            } else {
                LogFormat::Human
            },
            log_level: read.text("log.level").map(str::to_owned),
            photo: read.photo_limits(),
            similarity_map: read.text("similarity_map").map(PathBuf::from),
            service: read.service(),
            http: read.http(),
            server: read.server(),
        }
    }
}

impl Config {
    /// Takes the similarity map that the configuration names instead of the one of this version.
    ///
    /// # Errors
    /// The file cannot be read, or holds no map.
    pub(crate) fn read_similarity_map(&mut self) -> Result<(), Failure> {
        let Some(path) = &self.similarity_map else { return Ok(()) };
        let text = fs_err::read_to_string(path).map_err(|error| Failure::new(Exit::Usage, error))?;
        let map = SimilarityCalibration::parse(&text).map_err(|error| {
            Failure::usage(format_args!("{} is no similarity map: {error}", path.display()))
        })?;
        // Read once, when the process starts, and in use until it ends.
        self.service.similarity_map = Box::leak(Box::new(map));
        Ok(())
    }
}

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// The calibrated threshold called `name`, as it would be typed.
pub(super) fn calibrated_threshold(name: &str) -> String {
    let mut table = thresholds().clone();
    if name == "similarity" {
        return table.similarity.to_string();
    }
    match rule_mut(&mut table, name) {
        Some(Rule::AtLeast(bound) | Rule::AtMost(bound)) => bound.to_string(),
        Some(Rule::Within(low, high)) => format!("{low},{high}"),
        None => String::new(),
    }
}

/// The rule of the setting called `name`. One keeps the name that it had before the measure got another.
fn rule_mut<'a>(table: &'a mut Thresholds, name: &str) -> Option<&'a mut Rule> {
    match name.strip_prefix("movement.") {
        Some(name) => movement_rule_mut(&mut table.movement, name),
        None => table.rule_mut(match name {
            "crfiqa" => "utility",
            name => name,
        }),
    }
}

/// The rule of the movement called `name`.
fn movement_rule_mut<'a>(table: &'a mut MovementThresholds, name: &str) -> Option<&'a mut Rule> {
    let MovementThresholds {
        left,
        right,
        up,
        down,
        front_yaw,
        front_pitch,
        eyes_open,
        eyes_closed,
        mouth_open,
        mouth_closed,
        masked,
    } = table;
    Some(match name {
        "left" => left,
        "right" => right,
        "up" => up,
        "down" => down,
        "front_yaw" => front_yaw,
        "front_pitch" => front_pitch,
        "eyes_open" => eyes_open,
        "eyes_closed" => eyes_closed,
        "mouth_open" => mouth_open,
        "mouth_closed" => mouth_closed,
        "masked" => masked,
        _ => return None,
    })
}

/// Typed access. A value that is absent has no default: its place says so.
struct Reader<'a>(&'a Layers);

impl Reader<'_> {
    fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|(value, _)| value)
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            Value::Whole(_) | Value::Number(_) | Value::Range(_) | Value::Switch(_) | Value::Words(_) => None,
        }
    }

    fn switch(&self, key: &str) -> bool {
        self.value(key) == Some(&Value::Switch(true))
    }

    fn words(&self, key: &str) -> Vec<String> {
        match self.value(key) {
            Some(Value::Words(words)) => words.clone(),
            Some(
                Value::Text(_) | Value::Whole(_) | Value::Number(_) | Value::Range(_) | Value::Switch(_),
            )
            | None => Vec::new(),
        }
    }

    fn whole(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::Whole(number) => Some(*number),
            Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Switch(_) | Value::Words(_) => None,
        }
    }

    fn number(&self, key: &str) -> Option<f64> {
        match self.value(key)? {
            Value::Number(number) => Some(*number),
            Value::Text(_) | Value::Whole(_) | Value::Range(_) | Value::Switch(_) | Value::Words(_) => None,
        }
    }

    /// Clamped rather than wrapped on machines whose `usize` is small.
    fn size(&self, key: &str, otherwise: usize) -> usize {
        self.whole(key).map_or(otherwise, |number| usize::try_from(number).unwrap_or(usize::MAX))
    }

    fn count(&self, key: &str, otherwise: NonZeroUsize) -> NonZeroUsize {
        NonZeroUsize::new(self.size(key, otherwise.get())).unwrap_or(otherwise)
    }

    fn seconds(&self, key: &str, otherwise: Duration) -> Duration {
        self.number(key).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(otherwise)
    }

    /// A word that is no movement leaves none to draw from: the service refuses to start and names the setting.
    fn challenges(&self, default: &ChallengeSettings) -> ChallengeSettings {
        let movement = |word: &String| Movement::ALL.into_iter().find(|movement| movement.name() == word);
        let named: Option<Vec<Movement>> = self.words("challenges.movements").iter().map(movement).collect();
        ChallengeSettings {
            lifetime: self.seconds("challenges.seconds", default.lifetime),
            steps: self.size("challenges.steps", default.steps),
            movements: named.unwrap_or_default(),
            max_open: self.count("challenges.max_open", default.max_open),
        }
    }

    /// More days than a date can hold mean for ever.
    fn days(&self, key: &str, otherwise: Duration) -> Duration {
        self.whole(key).map_or(otherwise, |days| Duration::from_secs(days.saturating_mul(AuditSettings::DAY)))
    }

    fn runtime(&self) -> RuntimeName {
        let named = self.text("runtime").unwrap_or_default();
        RuntimeName::ALL
            .into_iter()
            .find(|runtime| runtime.as_str() == named)
            .unwrap_or(RuntimeName::Openvino)
    }

    fn photo_limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            bytes: self.size("limits.photo_bytes", default.bytes),
            pixels: self.whole("limits.photo_pixels").unwrap_or(default.pixels),
            ..default
        }
    }

    fn service(&self) -> Settings {
        let default = Settings::default();
        let (compute, faces) = (default.compute, default.faces);
        Settings {
            compute: ComputeSettings {
                workers: self.count("workers", compute.workers),
                max_requests: self.count("max_requests", compute.max_requests),
                request_timeout: self.seconds("limits.compute_seconds", compute.request_timeout),
                drain_timeout: self.seconds("limits.shutdown_seconds", compute.drain_timeout),
            },
            faces: FaceRules {
                min_side: self.whole("faces.min_side").map_or(faces.min_side, |side| side as f32),
                second_face_share: self
                    .number("faces.second_share")
                    .map_or(faces.second_face_share, |s| s as f32),
            },
            thresholds: self.thresholds(default.thresholds),
            similarity_map: default.similarity_map,
            mirrored_probes: self.switch("faces.mirrored_probes"),
            enroll: EnrollGates {
                require_live: self.switch("enroll.require_live"),
                min_quality: self.number("enroll.min_quality"),
            },
            demography: Demography {
                enabled: self.switch("demography.enabled"),
                race: self.switch("demography.race"),
            },
            max_candidates: self.count("max_candidates", default.max_candidates),
            active_liveness: ActiveLivenessRules {
                refuse_repeated_stills: self.switch("active_liveness.refuse_repeated_stills"),
            },
            token_lifetime: self.seconds("tokens.lifetime_seconds", default.token_lifetime),
            challenges: self.challenges(&default.challenges),
            audit: AuditSettings { retention: self.days("audit.retention_days", default.audit.retention) },
        }
    }

    /// The bounds come from the settings; which side of them is fine is no setting.
    fn thresholds(&self, mut table: Thresholds) -> Thresholds {
        for setting in super::SETTINGS {
            let Some(name) = setting.key.strip_prefix("thresholds.") else { continue };
            match (rule_mut(&mut table, name), self.value(setting.key)) {
                (Some(Rule::AtLeast(bound) | Rule::AtMost(bound)), Some(Value::Number(set))) => *bound = *set,
                (Some(Rule::Within(low, high)), Some(Value::Range(set))) => [*low, *high] = *set,
                (_, _) => {}
            }
        }
        table.similarity =
            self.number("thresholds.similarity").map_or(table.similarity, |least| least as f32);
        table
    }

    fn http(&self) -> HttpSettings {
        let default = HttpSettings::default();
        HttpSettings {
            photo_bytes: self.size("limits.photo_bytes", default.photo_bytes),
            uploads_bytes: self.size("limits.uploads_bytes", default.uploads_bytes),
            upload_timeout: self.seconds("limits.upload_seconds", default.upload_timeout),
            upload_idle_timeout: self.seconds("limits.upload_idle_seconds", default.upload_idle_timeout),
            request_timeout: self.seconds("limits.request_seconds", default.request_timeout),
            json_bytes: self.size("limits.json_bytes", default.json_bytes),
            riset: RisetSettings {
                http_status_is_status: self.switch("riset.http_status_is_status"),
                gateway_envelope: self.switch("riset.gateway_envelope"),
                enroll_min_side: self
                    .whole("riset.enroll_min_side")
                    .map_or(default.riset.enroll_min_side, |side| u32::try_from(side).unwrap_or(u32::MAX)),
            },
        }
    }

    fn server(&self) -> ServerLimits {
        let default = ServerLimits::default();
        ServerLimits {
            connections: self.size("limits.connections", default.connections),
            header_bytes: self.size("limits.header_bytes", default.header_bytes),
            header_read_timeout: self.seconds("limits.header_seconds", default.header_read_timeout),
            http2_streams: self.whole("limits.http2_streams").map_or(default.http2_streams, |n| n as u32),
            shutdown_deadline: self.seconds("limits.shutdown_seconds", default.shutdown_deadline),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::{Environment, TypedFlags};
    use faceward_core::QualityKey;

    use super::*;

    fn resolve(set: &[&str]) -> Config {
        let set = set.iter().map(|text| (*text).to_owned()).collect();
        let typed = TypedFlags { file: None, own: Vec::new(), set };
        Config::resolve(&Layers::read(&Environment::default(), &typed).expect("a fine configuration"))
    }

    #[test]
    fn the_defaults_here_are_those_of_the_crates() {
        let config = resolve(&[]);
        assert_eq!(config.service, Settings::default());
        assert_eq!(config.photo, Limits::default());
        assert_eq!(format!("{:?}", config.http), format!("{:?}", HttpSettings::default()));
        assert_eq!(format!("{:?}", config.server), format!("{:?}", ServerLimits::default()));
        assert_eq!((config.listen, config.offline, config.runtime), (LOCAL, false, RuntimeName::Openvino));
    }

    #[test]
    fn every_setting_arrives() {
        let config = resolve(&[
            "thresholds.liveness=0.9",
            "thresholds.blur=0.4",
            "thresholds.exposure=0.1,0.9",
            "thresholds.similarity=0.8",
            "thresholds.movement.right=-25",
            "thresholds.movement.front_yaw=-8,9",
            "enroll.min_quality=0.3",
            "demography.race=off",
            "faces.mirrored_probes=no",
            "tokens.lifetime_seconds=60",
            "active_liveness.refuse_repeated_stills=off",
            "riset.gateway_envelope=on",
            "riset.enroll_min_side=100",
            "limits.json_bytes=2 MiB",
            "limits.photo_bytes=1 MiB",
            "runtime=onnxruntime",
            "disabled_models=gender-v1",
            "audit.retention_days=30",
            "challenges.movements=up,eyes_closed",
            "challenges.seconds=20",
        ]);
        let thresholds = &config.service.thresholds;
        assert_eq!(thresholds.liveness, Rule::AtLeast(0.9));
        assert_eq!(thresholds.quality[QualityKey::Blur], Rule::AtMost(0.4));
        assert_eq!(thresholds.quality[QualityKey::Exposure], Rule::Within(0.1, 0.9));
        assert_eq!(thresholds.similarity, 0.8);
        assert_eq!(thresholds.movement.right, Rule::AtMost(-25.0));
        assert_eq!(thresholds.movement.front_yaw, Rule::Within(-8.0, 9.0));
        assert_eq!(config.service.enroll.min_quality, Some(0.3));
        assert_eq!(config.service.demography, Demography { enabled: true, race: false });
        assert!(!config.service.mirrored_probes);
        assert_eq!((config.photo.bytes, config.http.photo_bytes), (1 << 20, 1 << 20));
        assert_eq!(config.service.token_lifetime, Duration::from_secs(60));
        assert!(!config.service.active_liveness.refuse_repeated_stills);
        assert!(config.http.riset.gateway_envelope && !config.http.riset.http_status_is_status);
        assert_eq!((config.http.riset.enroll_min_side, config.http.json_bytes), (100, 2 << 20));
        assert_eq!(config.runtime, RuntimeName::Onnxruntime);
        assert_eq!(config.service.audit.retention, Duration::from_secs(30 * 24 * 60 * 60));
        let challenges = &config.service.challenges;
        assert_eq!(challenges.movements, [Movement::Up, Movement::EyesClosed]);
        assert_eq!((challenges.lifetime, challenges.steps), (Duration::from_secs(20), 4));
        assert!(resolve(&["challenges.movements=up,sideways"]).service.validate().is_err());
        assert_eq!(config.disabled_models, ["gender-v1"]);
    }
}
