//! Every setting of the use cases: key, meaning, field, range. The default is that of the field's type.

use faceward_core::{QualityKey, Scale};
use faceward_models::calibration::thresholds::{MovementThresholds, Rule, Thresholds};
use faceward_settings::{Field, Setting, choices, count, days, number, seconds, span, switch, whole, words};

use super::Settings;
use crate::challenges::ChallengeSettings;
use crate::movement::Movement;
use crate::sessions::SessionSettings;

const DAY_SECONDS: f64 = 24.0 * 60.0 * 60.0;

impl Settings {
    /// All of them, in the order in which they are shown.
    #[must_use]
    pub fn declared() -> Vec<Setting<Self>> {
        let mut all = load();
        all.extend(faces().map(Setting::live));
        all.extend(rules_of_use_cases());
        all.extend(challenges().map(Setting::live));
        all.extend(sessions().map(Setting::live));
        all.extend(webhooks());
        all.extend(scores().map(|setting| setting.live().within(|s: &mut Self| &mut s.thresholds)));
        all.extend(
            movements().map(|setting| setting.live().within(|s: &mut Self| &mut s.thresholds.movement)),
        );
        all
    }
}

fn load() -> Vec<Setting<Settings>> {
    vec![
        Setting::new("workers", "Compute threads", |s: &mut Settings| {
            count(&mut s.compute.workers, 1024, "threads")
        })
        .by_default("one for each CPU core")
        .with_flag("N"),
        Setting::new("max_requests", "Requests inside at once; further ones get 503", |s: &mut Settings| {
            count(&mut s.compute.max_requests, 100_000, "requests")
        }),
        Setting::new("max_candidates", "Most candidates that an identification names", |s: &mut Settings| {
            count(&mut s.max_candidates, 1_000_000, "candidates")
        })
        .live(),
        Setting::new(
            "limits.wait_seconds",
            "Longest time that a request is expected to wait for a compute thread; the others get 503",
            |s: &mut Settings| seconds(&mut s.compute.wait, 0.001..=DAY_SECONDS),
        ),
        Setting::new(
            "limits.compute_seconds",
            "Time from a request's acceptance to its result",
            |s: &mut Settings| seconds(&mut s.compute.request_timeout, 0.001..=DAY_SECONDS),
        )
        .live(),
        Setting::new(
            "limits.shutdown_seconds",
            "Time that accepted requests get on shutdown",
            |s: &mut Settings| seconds(&mut s.compute.drain_timeout, 1.0..=DAY_SECONDS),
        ),
    ]
}

fn faces() -> [Setting<Settings>; 5] {
    [
        Setting::new(
            "faces.min_side",
            "Least side of a face box; smaller ones get code 9",
            |s: &mut Settings| number(&mut s.faces.min_side, 1.0..=10_000.0, "pixels"),
        ),
        Setting::new(
            "faces.second_share",
            "Area of a second face that makes code 6, as a share of the largest",
            |s: &mut Settings| number(&mut s.faces.second_face_share, 0.0..=1.0, ""),
        ),
        Setting::new(
            "faces.mirrored_probes",
            "Embed compared faces together with their mirror images, as enrolled ones always are: slightly fewer errors for half as much time again",
            |s: &mut Settings| switch(&mut s.mirrored_probes),
        ),
        Setting::new("demography.enabled", "Guess gender, age and group; off: null", |s: &mut Settings| {
            switch(&mut s.demography.enabled)
        }),
        Setting::new("demography.race", "Guess the group; off: null", |s: &mut Settings| {
            switch(&mut s.demography.race)
        }),
    ]
}

fn rules_of_use_cases() -> Vec<Setting<Settings>> {
    vec![
        Setting::new(
            "enroll.require_live",
            "Enrol only photos that pass the liveness check",
            |s: &mut Settings| switch(&mut s.enroll.require_live),
        )
        .live(),
        Setting::new(
            "enroll.min_quality",
            "Least quality of the worst measure of an enrolled photo",
            |s: &mut Settings| number(&mut s.enroll.min_quality, 0.0..=1.0, ""),
        )
        .by_default("any quality")
        .live(),
        Setting::new(
            "active_liveness.refuse_repeated_stills",
            "Fail a check in which one still stands for movements that exclude each other",
            |s: &mut Settings| switch(&mut s.active_liveness.refuse_repeated_stills),
        )
        .live(),
        Setting::new(
            "tokens.lifetime_seconds",
            "How long an access token is accepted",
            |s: &mut Settings| seconds(&mut s.token_lifetime, 1.0..=3650.0 * DAY_SECONDS),
        ),
        Setting::new(
            "operators.session_idle_seconds",
            "An operator's session that is not used for so long ends",
            |s: &mut Settings| seconds(&mut s.operators.session_idle, 60.0..=30.0 * DAY_SECONDS),
        ),
        Setting::new(
            "operators.session_seconds",
            "An operator's session ends after so long, used or not",
            |s: &mut Settings| seconds(&mut s.operators.session_lifetime, 60.0..=30.0 * DAY_SECONDS),
        ),
        Setting::new(
            "audit.retention_days",
            "How long audit records are kept; older ones are wiped at start and once a day",
            |s: &mut Settings| days(&mut s.audit.retention, 1..=36_500),
        ),
    ]
}

fn challenges() -> [Setting<Settings>; 4] {
    const STEPS: std::ops::RangeInclusive<usize> =
        ChallengeSettings::FEWEST_STEPS..=ChallengeSettings::MOST_STEPS;
    [
        Setting::new(
            "challenges.seconds",
            "Time from the making of a challenge to the arrival of its whole answer",
            |s: &mut Settings| seconds(&mut s.challenges.lifetime, 1.0..=DAY_SECONDS),
        ),
        Setting::new(
            "challenges.steps",
            "Movements of a challenge, the first `front` included",
            |s: &mut Settings| whole(&mut s.challenges.steps, STEPS, "movements"),
        ),
        Setting::new(
            "challenges.movements",
            "What challenges ask for besides `front`",
            |s: &mut Settings| {
                choices(&mut s.challenges.movements, &ChallengeSettings::ACTIVE, Movement::name, 2)
            },
        ),
        Setting::new(
            "challenges.max_open",
            "Challenges of one app that are open at once",
            |s: &mut Settings| count(&mut s.challenges.max_open, 1_000_000, "challenges"),
        ),
    ]
}

fn webhooks() -> [Setting<Settings>; 6] {
    [
        Setting::new(
            "webhooks.allowed_hosts",
            "Hosts of webhooks that may have private addresses and be called without TLS; *: all of them",
            |s: &mut Settings| words(&mut s.webhooks.allowed_hosts),
        ),
        Setting::new(
            "webhooks.timeout_seconds",
            "Longest time of one attempt to deliver an event",
            |s: &mut Settings| seconds(&mut s.webhooks.timeout, 0.1..=60.0),
        ),
        Setting::new(
            "webhooks.first_pause_seconds",
            "From a first failed attempt to the second one; doubles with each further one, up to an hour",
            |s: &mut Settings| seconds(&mut s.webhooks.first_pause, 0.01..=3600.0),
        ),
        Setting::new(
            "webhooks.retried_for_seconds",
            "How long an event is tried before it has failed",
            |s: &mut Settings| seconds(&mut s.webhooks.retried_for, 0.0..=7.0 * DAY_SECONDS),
        ),
        Setting::new(
            "webhooks.retention_days",
            "How long events are kept, delivered or not; older ones are wiped once an hour",
            |s: &mut Settings| days(&mut s.webhooks.retention, 1..=3650),
        ),
        Setting::new(
            "webhooks.max_deliveries",
            "Attempts at once; a quarter of them of one app",
            |s: &mut Settings| count(&mut s.webhooks.max_deliveries, 1000, "attempts"),
        ),
    ]
}

fn sessions() -> [Setting<Settings>; 5] {
    let life = SessionSettings::SHORTEST.as_secs_f64()..=SessionSettings::LONGEST.as_secs_f64();
    [
        Setting::new(
            "sessions.seconds",
            "Time from the making of a verification link to its end, unless its app says otherwise",
            move |s: &mut Settings| seconds(&mut s.sessions.lifetime, life.clone()),
        ),
        Setting::new(
            "sessions.tries",
            "How often a person may be judged over one verification link",
            |s: &mut Settings| count(&mut s.sessions.tries, 10, "tries"),
        ),
        Setting::new(
            "sessions.photos",
            "Photos and challenges that one verification link takes, those that cannot be judged included",
            |s: &mut Settings| count(&mut s.sessions.photos, 1000, "photos"),
        ),
        Setting::new(
            "sessions.kept_seconds",
            "How long the outcome of a verification link can be asked for after its end; then it is wiped",
            |s: &mut Settings| seconds(&mut s.sessions.kept, 60.0..=365.0 * DAY_SECONDS),
        ),
        Setting::new(
            "sessions.max_open",
            "Verification links of one app that have not ended",
            |s: &mut Settings| count(&mut s.sessions.max_open, 1_000_000, "links"),
        ),
    ]
}

/// A setting of a structure of rules: which one, what it means, where it is.
type Row<T> = (&'static str, &'static str, fn(&mut T) -> &mut Rule);

fn scores() -> impl Iterator<Item = Setting<Thresholds>> {
    let similarity = Setting::new(
        "thresholds.similarity",
        "Least similarity of the same person",
        |thresholds: &mut Thresholds| number(&mut thresholds.similarity, 0.0..=1.0, ""),
    );
    let liveness = Setting::new(
        "thresholds.liveness",
        "Least liveness score that is fine",
        |thresholds: &mut Thresholds| score(&mut thresholds.liveness),
    );
    let deepfake = Setting::new(
        "thresholds.deepfake",
        "Least score of the deepfake check that is fine; it is high for a genuine face",
        |thresholds: &mut Thresholds| score(&mut thresholds.deepfake),
    );
    [similarity, liveness, deepfake].into_iter().chain(QualityKey::ALL.into_iter().map(measure))
}

fn measure(key: QualityKey) -> Setting<Thresholds> {
    // One keeps the name that it had before the measure got another.
    let name = if key == QualityKey::Utility { "crfiqa" } else { key.name() };
    let fine = match key.scale() {
        Scale::Rising => "Least that is fine",
        Scale::Defect => "Most that is fine",
        Scale::Middle => "From where to where it is fine",
    };
    let sentence = format!("{fine}: {}", key.meaning().trim_end_matches('.'));
    Setting::new(format!("thresholds.{name}"), sentence, move |thresholds: &mut Thresholds| {
        score(&mut thresholds.quality[key])
    })
}

fn movements() -> impl Iterator<Item = Setting<MovementThresholds>> {
    const ANGLES: [Row<MovementThresholds>; 6] = [
        ("left", "Least yaw of a head turned left", |m| &mut m.left),
        ("right", "Most yaw of a head turned right: below 0", |m| &mut m.right),
        ("up", "Most pitch of a raised head: below 0", |m| &mut m.up),
        ("down", "Least pitch of a lowered head", |m| &mut m.down),
        ("front_yaw", "Yaw of a head that faces the camera, from and to", |m| &mut m.front_yaw),
        ("front_pitch", "Pitch of a head that faces the camera, from and to", |m| &mut m.front_pitch),
    ];
    const SCORES: [Row<MovementThresholds>; 5] = [
        ("eyes_open", "Least openness of each of two open eyes", |m| &mut m.eyes_open),
        ("eyes_closed", "Most openness of each of two closed eyes", |m| &mut m.eyes_closed),
        ("mouth_open", "Least openness of an open mouth", |m| &mut m.mouth_open),
        ("mouth_closed", "Most openness of a closed mouth", |m| &mut m.mouth_closed),
        ("masked", "Least probability of a mask", |m| &mut m.masked),
    ];
    let key = |name| format!("thresholds.movement.{name}");
    let angles = ANGLES.into_iter().map(move |(name, sentence, rule)| {
        Setting::new(key(name), sentence, move |table| angle(rule(table)))
    });
    let scores = SCORES.into_iter().map(move |(name, sentence, rule)| {
        Setting::new(key(name), sentence, move |table| score(rule(table)))
    });
    angles.chain(scores)
}

fn score(rule: &mut Rule) -> Field<'_> {
    bound(rule, 1.0, "")
}

fn angle(rule: &mut Rule) -> Field<'_> {
    bound(rule, 90.0, "degrees")
}

/// The bound of a rule is a setting; which side of it is fine is none. Degrees go below 0, scores do not.
fn bound<'a>(rule: &'a mut Rule, most: f64, unit: &'static str) -> Field<'a> {
    let least = if unit.is_empty() { 0.0 } else { -most };
    match rule {
        Rule::AtLeast(bound) | Rule::AtMost(bound) => number(bound, least..=most, unit),
        Rule::Within(low, high) => span(low, high, least..=most, unit),
    }
}
