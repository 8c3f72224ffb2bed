//! Every setting there is: key, kind, default, meaning. The file, the environment, the flags and `faceward config`
//! all read this list.

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A file or folder.
    Path,
    /// Address and port to listen on.
    Address,
    /// A whole number of at least 1.
    Count,
    /// A number of bytes: `1048576`, or with a unit as in `20 MiB`.
    Bytes,
    /// A number of seconds of at least 1.
    Seconds,
    /// A share or score, 0 to 1.
    Score,
    /// Two scores, the lower one first.
    ScoreRange,
    /// An angle in degrees, -90 to 90.
    Degrees,
    /// Two angles in degrees, the lower one first.
    DegreesRange,
    /// true or false.
    Switch,
    /// A list of words; separated by commas in a variable or flag.
    Words,
}

/// What holds if nobody says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preset {
    /// This text, read as if it had been typed.
    Text(&'static str),
    /// Nothing; what that means, in words.
    Unset(&'static str),
    /// The threshold of this name in the calibration tables.
    Calibrated(&'static str),
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Its key in the file, with dots between tables.
    pub(crate) key: &'static str,
    /// What it takes.
    pub(crate) kind: Kind,
    /// What holds otherwise.
    pub(crate) preset: Preset,
    /// What it does, one line.
    pub(crate) help: &'static str,
}

impl Setting {
    /// Its environment variable.
    pub(crate) fn variable(&self) -> String {
        match self.key {
            // The one variable that packagers and tests share with the model store.
            "models_dir" => "FACEWARD_MODELS".to_owned(),
            key => format!("FACEWARD_{}", key.replace('.', "__").to_uppercase()),
        }
    }

    /// What it means that the setting has no value, in words.
    pub(crate) const fn meaning_of_absence(&self) -> &'static str {
        match self.preset {
            Unset(meaning) => meaning,
            Text(_) | Calibrated(_) => "",
        }
    }

    /// The setting called `key`.
    pub(crate) fn by_key(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}

const fn setting(key: &'static str, kind: Kind, preset: Preset, help: &'static str) -> Setting {
    Setting { key, kind, preset, help }
}

const fn threshold(key: &'static str, kind: Kind, name: &'static str, help: &'static str) -> Setting {
    setting(key, kind, Calibrated(name), help)
}

use Preset::{Calibrated, Text, Unset};

/// All settings, in the order in which they are shown.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("listen", Kind::Address, Text("127.0.0.1:8080"), "address and port of the server"),
    setting("data_dir", Kind::Path, Text("faceward-data"), "folder of apps, keys and templates"),
    setting("models_dir", Kind::Path, Unset("the user's cache folder"), "folder of fetched models"),
    setting("offline", Kind::Switch, Text("false"), "never fetch anything; say what is missing instead"),
    setting("runtime", Kind::OneOf(&["openvino", "onnxruntime"]), Text("openvino"), "inference runtime"),
    setting("workers", Kind::Count, Unset("one a CPU core"), "compute threads"),
    setting("max_requests", Kind::Count, Text("64"), "requests inside at once; further ones get 503"),
    setting("max_candidates", Kind::Count, Text("100"), "most candidates that an identification names"),
    setting(
        "disabled_models",
        Kind::Words,
        Text(""),
        "ids of models that are not loaded; their values become null",
    ),
    setting("log.format", Kind::OneOf(&["human", "json"]), Text("human"), "how log lines look"),
    setting(
        "log.level",
        Kind::Text,
        Unset("info for serve, warn otherwise"),
        "which log lines are written: error, warn, info, debug, or a filter",
    ),
    setting("limits.photo_bytes", Kind::Bytes, Text("20 MiB"), "largest photo, encoded"),
    setting("limits.photo_pixels", Kind::Count, Text("64000000"), "largest photo, width x height"),
    setting(
        "limits.uploads_bytes",
        Kind::Bytes,
        Text("512 MiB"),
        "uploads in memory at once, all requests together",
    ),
    setting("limits.upload_seconds", Kind::Seconds, Text("60"), "time to receive a whole body"),
    setting("limits.upload_idle_seconds", Kind::Seconds, Text("15"), "longest pause within a body"),
    setting("limits.json_bytes", Kind::Bytes, Text("64 MiB"), "largest JSON body, photos in it as base64"),
    setting("limits.request_seconds", Kind::Seconds, Text("120"), "time from a request's head to its answer"),
    setting(
        "limits.compute_seconds",
        Kind::Seconds,
        Text("30"),
        "time from a request's acceptance to its result",
    ),
    setting("limits.connections", Kind::Count, Text("1024"), "connections served at once"),
    setting("limits.http2_streams", Kind::Count, Text("32"), "requests under way on one HTTP/2 connection"),
    setting("limits.header_seconds", Kind::Seconds, Text("30"), "time to receive a request's head"),
    setting("limits.header_bytes", Kind::Bytes, Text("32 KiB"), "largest request head"),
    setting(
        "limits.shutdown_seconds",
        Kind::Seconds,
        Text("30"),
        "time that accepted requests get on shutdown",
    ),
    setting(
        "faces.min_side",
        Kind::Count,
        Text("32"),
        "least side of a face box in pixels; smaller ones get code 9",
    ),
    setting(
        "faces.second_share",
        Kind::Score,
        Text("0.05"),
        "area of a second face that makes code 6, as a share of the largest",
    ),
    setting(
        "faces.mirrored_probes",
        Kind::Switch,
        Text("true"),
        "embed compared faces together with their mirror images, as enrolled ones always are",
    ),
    setting("demography.enabled", Kind::Switch, Text("true"), "guess gender, age and group; off: null"),
    setting("demography.race", Kind::Switch, Text("true"), "guess the group; off: null"),
    setting(
        "enroll.require_live",
        Kind::Switch,
        Text("false"),
        "enrol only photos that pass the liveness check",
    ),
    setting(
        "enroll.min_quality",
        Kind::Score,
        Unset("any quality"),
        "least quality of the worst measure of an enrolled photo",
    ),
    setting(
        "similarity_map",
        Kind::Path,
        Unset("the map of this version"),
        "file with the map from cosine to similarity, as `faceward calibrate similarity` writes it",
    ),
    setting(
        "active_liveness.refuse_repeated_stills",
        Kind::Switch,
        Text("true"),
        "fail a check in which one still stands for movements that exclude each other",
    ),
    setting("tokens.lifetime_seconds", Kind::Seconds, Text("86400"), "how long an access token is accepted"),
    setting(
        "riset.http_status_is_status",
        Kind::Switch,
        Text("false"),
        "Riset.ai API: send the status in the body as HTTP status too, not 200",
    ),
    setting(
        "riset.gateway_envelope",
        Kind::Switch,
        Text("false"),
        "Riset.ai API: every body inside {\"risetai\": ...}, as behind a gateway",
    ),
    setting(
        "riset.enroll_min_side",
        Kind::Count,
        Text("125"),
        "Riset.ai API: least side in pixels of a face enrolled without force_register",
    ),
    setting(
        "challenges.seconds",
        Kind::Seconds,
        Text("60"),
        "time from the making of a challenge to the arrival of its whole answer",
    ),
    setting("challenges.steps", Kind::Count, Text("4"), "movements of a challenge, `front` included: 2 to 8"),
    setting(
        "challenges.movements",
        Kind::Words,
        Text("left,right,up,down,mouth_open"),
        "what challenges ask for besides `front`; eyes_closed can be added",
    ),
    setting("challenges.max_open", Kind::Count, Text("1000"), "challenges of one app that are open at once"),
    setting(
        "audit.retention_days",
        Kind::Count,
        Text("365"),
        "days that audit records are kept; older ones are wiped at start and once a day",
    ),
    threshold("thresholds.similarity", Kind::Score, "similarity", "least similarity of the same person"),
    threshold("thresholds.liveness", Kind::Score, "liveness", "least liveness score that is fine"),
    threshold("thresholds.deepfake", Kind::Score, "deepfake", "least genuineness score that is fine"),
    threshold("thresholds.uniformity", Kind::Score, "uniformity", "least evenness of the light"),
    threshold("thresholds.exposure", Kind::ScoreRange, "exposure", "brightness that is fine, from and to"),
    threshold("thresholds.contrast", Kind::Score, "contrast", "least contrast"),
    threshold("thresholds.flare", Kind::Score, "flare", "most flare"),
    threshold("thresholds.blur", Kind::Score, "blur", "most blur"),
    threshold("thresholds.macroblocks", Kind::Score, "macroblocks", "most compression blocks"),
    threshold("thresholds.distortion", Kind::Score, "distortion", "most lens distortion"),
    threshold("thresholds.occlusion", Kind::Score, "occlusion", "most occlusion"),
    threshold("thresholds.emotion", Kind::Score, "emotion", "most expression"),
    threshold(
        "thresholds.left_eye_closed",
        Kind::Score,
        "left_eye_closed",
        "most closedness of the left eye",
    ),
    threshold(
        "thresholds.right_eye_closed",
        Kind::Score,
        "right_eye_closed",
        "most closedness of the right eye",
    ),
    threshold("thresholds.crfiqa", Kind::Score, "crfiqa", "least unified quality"),
    threshold("thresholds.movement.left", Kind::Degrees, "movement.left", "least yaw of a head turned left"),
    threshold(
        "thresholds.movement.right",
        Kind::Degrees,
        "movement.right",
        "most yaw of a head turned right: below 0",
    ),
    threshold("thresholds.movement.up", Kind::Degrees, "movement.up", "most pitch of a raised head: below 0"),
    threshold("thresholds.movement.down", Kind::Degrees, "movement.down", "least pitch of a lowered head"),
    threshold(
        "thresholds.movement.front_yaw",
        Kind::DegreesRange,
        "movement.front_yaw",
        "yaw of a head that faces the camera, from and to",
    ),
    threshold(
        "thresholds.movement.front_pitch",
        Kind::DegreesRange,
        "movement.front_pitch",
        "pitch of a head that faces the camera, from and to",
    ),
    threshold(
        "thresholds.movement.eyes_open",
        Kind::Score,
        "movement.eyes_open",
        "least openness of each of two open eyes",
    ),
    threshold(
        "thresholds.movement.eyes_closed",
        Kind::Score,
        "movement.eyes_closed",
        "most openness of each of two closed eyes",
    ),
    threshold(
        "thresholds.movement.mouth_open",
        Kind::Score,
        "movement.mouth_open",
        "least openness of an open mouth",
    ),
    threshold(
        "thresholds.movement.mouth_closed",
        Kind::Score,
        "movement.mouth_closed",
        "most openness of a closed mouth",
    ),
    threshold("thresholds.movement.masked", Kind::Score, "movement.masked", "least probability of a mask"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_and_variables_are_unique() {
        let keys: HashSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        let variables: HashSet<_> = SETTINGS.iter().map(Setting::variable).collect();
        assert_eq!((keys.len(), variables.len()), (SETTINGS.len(), SETTINGS.len()));
    }

    #[test]
    fn a_dot_becomes_two_underscores() {
        let variable = |key| Setting::by_key(key).map(Setting::variable);
        assert_eq!(variable("limits.photo_bytes").as_deref(), Some("FACEWARD_LIMITS__PHOTO_BYTES"));
        assert_eq!(variable("models_dir").as_deref(), Some("FACEWARD_MODELS"));
    }
}
