//! An analysis that nobody waits for ends at its next step.

use std::cell::Cell;

use faceward_engine::{AnalyzeError, Output, Outputs, Request};

use crate::setup::analyze_while;

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
