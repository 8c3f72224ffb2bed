//! Answers from reports: what is there, and that whatever is `null` says why.

use serde_json::Value;

use super::*;
use crate::sample;
use crate::shape::null_paths;

fn json(report: FaceReport) -> String {
    let report = AnalysisReport {
        photo: report.photo,
        faces: vec![report],
        n_detected: 1,
        timings: Vec::new(),
        queued: Duration::from_micros(1500),
    };
    serde_json::to_string(&analysis(&report, TransactionId(uuid::Uuid::nil()))).expect("JSON")
}

fn absent(json: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(json).expect("JSON");
    let rows = answer["faces"][0]["absent"].as_array().expect("a list").clone();
    rows.iter().map(|row| row["value"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn a_complete_analysis_misses_nothing_but_what_the_standard_could_not_assess() {
    let json = json(sample::complete());
    assert_eq!(absent(&json), [""; 0]);
    assert!(null_paths(&json).is_empty(), "{json}");
    assert!(json.contains(r#""queued_ms":1.5"#), "{json}");
    let assessed =
        r#"{"component":"sharpness","assessed":true,"quality":70,"native":0.5,"basis":"standard"}"#;
    let not_assessed = r#"{"component":"no_head_coverings","assessed":false,"quality":null,"native":null,"#;
    assert!(json.contains(assessed) && json.contains(not_assessed), "{json}");
}

#[test]
fn whatever_is_null_says_why() {
    let json = json(sample::bare());
    let absent = absent(&json);
    assert_eq!(absent.len(), 26, "{absent:?}");
    for path in null_paths(&json) {
        // Measures are a list, each with its name: the first one stands for all.
        let path = path.trim_start_matches("faces[].").replace("measures[].score", "uniformity");
        let path = path.replace("measures[].fine", "uniformity");
        assert!(absent.contains(&path), "{path} is null; only {absent:?} say why");
    }
}

#[test]
fn each_kind_of_absence_has_its_word() {
    let mut report = sample::complete();
    report.face.pose = Outcome::NotRequested;
    report.liveness = Outcome::Unavailable;
    report.face.dense = Outcome::Failed("too blurred".to_owned());
    let answer: Value = serde_json::from_str(&json(report)).expect("JSON");
    let expected = serde_json::json!([
        {"value": "pose", "reason": "not_requested"},
        {"value": "landmarks.dense", "reason": "failed", "detail": "too blurred"},
        {"value": "liveness", "reason": "unavailable"},
    ]);
    assert_eq!(answer["faces"][0]["absent"], expected);
}
