//! An analysis that nobody waits for ends at its next step, and one that is lent a core finds the same.

use std::cell::Cell;

use faceward_engine::{AnalyzeError, Output, Outputs, Request};

use crate::setup::{analyze_on_two_cores, analyze_while, try_analyze};

#[test]
fn an_analysis_ends_before_the_next_step_once_it_is_not_wanted() {
    let photo = faceward_testkit::photo("obama.jpg");
    let request = Request { outputs: Outputs::of(&[Output::Pose]), ..Request::default() };
    let n_asked = Cell::new(0);
    let patient = || {
        n_asked.set(n_asked.get() + 1);
        true
    };
    let analysis = analyze_while(&photo, &request, &patient).expect("a photo");
    // Decoding and detection come before the first questions; the clock counts faces' steps only.
    let n_steps = analysis.timings.len() - 3;
    assert_eq!(
        n_asked.get(),
        2 + n_steps,
        "before detection, before the face, before each of {n_steps} steps"
    );
    for n_patient in 0..n_asked.get() {
        let n_left = Cell::new(n_patient);
        let wanted = || {
            let is_wanted = n_left.get() > 0;
            n_left.set(n_left.get().saturating_sub(1));
            is_wanted
        };
        let ended = analyze_while(&photo, &request, &wanted);
        assert!(matches!(ended, Err(AnalyzeError::Cancelled)), "after {n_patient} questions: {ended:?}");
    }
}

#[test]
fn a_second_core_changes_nothing_but_the_time() {
    let photo = faceward_testkit::photo("obama.jpg");
    let request = Request { outputs: Outputs::ALL, ..Request::default() };
    let alone = try_analyze(&photo, &request).expect("a photo");
    let beside = analyze_on_two_cores(&photo, &request).expect("a photo");
    assert!(alone.faces[0].genuine.value().is_some() && alone.faces[0].embedding.value().is_some());
    assert_eq!(format!("{:?}", beside.faces), format!("{:?}", alone.faces));
    let steps = |analysis: &faceward_engine::Analysis| -> Vec<&str> {
        analysis.timings.iter().map(|timing| timing.step).collect()
    };
    assert_eq!(steps(&beside), steps(&alone));
    let runs = |analysis: &faceward_engine::Analysis| -> Vec<(&str, u32)> {
        analysis.networks.iter().map(|network| (network.model, network.runs)).collect()
    };
    assert_eq!(runs(&beside), runs(&alone));
}
