//! Wanted outputs to ordered steps, and loaded models to outputs that can be had.

use crate::quality;
use crate::request::{Output, Outputs};
use crate::step::Step;

/// Plans analyses for the models that were loaded.
#[derive(Clone, Debug)]
pub(crate) struct Planner {
    /// Steps that have their models, and whose needs have theirs.
    runnable: Vec<Step>,
}

impl Planner {
    /// For the models that `has` knows by id.
    pub(crate) fn new(has: impl Fn(&str) -> bool) -> Self {
        let mut runnable: Vec<Step> = Vec::new();
        for step in Step::ALL {
            let declaration = step.declaration();
            let complete = declaration.models.iter().all(|model| has(model));
            // What a step needs stands before it.
            if complete && declaration.needs.iter().all(|need| runnable.contains(need)) {
                runnable.push(step);
            }
        }
        Self { runnable }
    }

    /// Everything that can be had.
    pub(crate) fn available(&self) -> Outputs {
        Output::all().filter(|output| self.can_give(*output)).collect()
    }

    /// The steps that give `outputs`, with everything that they read, in order. What cannot be had is left out.
    pub(crate) fn steps(&self, outputs: Outputs) -> Vec<Step> {
        let mut wanted: Vec<Step> = Vec::new();
        for output in outputs.iter().filter(|output| self.can_give(*output)) {
            wanted.push(giver(output));
            wanted.extend(read_for(output));
        }
        // From the last step to the first: whatever a step reads stands before it.
        let mut steps: Vec<Step> = Vec::new();
        for step in Step::ALL.into_iter().rev() {
            if wanted.contains(&step) && self.runnable.contains(&step) {
                let declaration = step.declaration();
                wanted.extend(declaration.needs.iter().chain(declaration.uses));
                steps.insert(0, step);
            }
        }
        steps
    }

    fn can_give(&self, output: Output) -> bool {
        let needs = if let Output::Quality(key) = output { quality::needs(key) } else { &[] };
        self.runnable.contains(&giver(output)) && needs.iter().all(|need| self.runnable.contains(need))
    }
}

/// The step that gives `output`.
fn giver(output: Output) -> Step {
    let gives = |step: &Step| step.declaration().gives.contains(&output);
    Step::ALL.into_iter().find(gives).unwrap_or(Step::Quality)
}

/// What [`Step::Quality`] reads for `output`, needed or not.
const fn read_for(output: Output) -> &'static [Step] {
    if let Output::Quality(key) = output {
        quality::needs(key)
    } else if matches!(output, Output::Components) {
        quality::COMPONENTS_USE
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::QualityKey;

    use super::*;

    fn everything() -> Planner {
        Planner::new(|_| true)
    }

    /// Networks that run for `outputs`, in their order, with every model loaded.
    fn networks(outputs: Outputs) -> Vec<&'static str> {
        let steps = everything().steps(outputs);
        steps.iter().flat_map(|step| step.declaration().models.iter().copied()).collect()
    }

    #[track_caller]
    fn check(outputs: &[Output], expected: &[&str]) {
        assert_eq!(networks(Outputs::of(outputs)), expected, "{outputs:?}");
    }

    #[test]
    fn an_output_runs_its_networks_and_no_others() {
        const MESH: &str = "face-mesh-478";
        const GATE: &str = "photograph-1";
        const RECOGNITION: [&str; 3] = [MESH, "sface-2021dec", "fr-feature"];
        let measure = |key| [Output::Quality(key)];
        check(&[], &[]);
        check(&[Output::DenseLandmarks], &[MESH]);
        check(&[Output::Pose], &[MESH]);
        check(&[Output::Embedding], &RECOGNITION);
        check(&[Output::Liveness], &[GATE, "fr-liveness", "minifasnet-2.7", "faceward-liveness-1"]);
        check(&[Output::Genuine], &[GATE, "faceward-deepfake-1", "faceward-swap-1", "faceward-deepfake-2"]);
        check(&[Output::Photographed], &[GATE]);
        check(&[Output::Eyes], &[MESH, "eye-state-1"]);
        check(&[Output::Mouth], &[MESH, "mouth-state-1"]);
        check(&[Output::Coverings], &["face-attributes-1"]);
        check(&measure(QualityKey::Blur), &[MESH]);
        check(&measure(QualityKey::Distortion), &[MESH]);
        check(&measure(QualityKey::Flare), &["flare-1"]);
        check(&measure(QualityKey::Occlusion), &["face-attributes-1"]);
        check(&measure(QualityKey::LeftEyeClosed), &[MESH, "eye-state-1"]);
        check(&measure(QualityKey::Utility), &RECOGNITION);
        let person = [&RECOGNITION[..], &["face-attributes-1", "embedding-attributes-1"]].concat();
        check(&[Output::Age], &person);
        check(&[Output::Race], &person);
        check(&[Output::Gender], &[&person[..], &["gender-v1"]].concat());
        let neutral = [&person[..], &["face-blendshapes"]].concat();
        check(&[Output::Expression], &neutral);
        check(&measure(QualityKey::Emotion), &neutral);
        check(&[Output::Components], &neutral);
    }

    #[test]
    fn everything_runs_every_step_once_and_in_order() {
        assert_eq!(everything().steps(Outputs::ALL), Step::ALL);
        assert_eq!(everything().available(), Outputs::ALL);
    }

    #[test]
    fn what_lacks_a_model_takes_with_it_what_needs_it_and_nothing_else() {
        let without = |missing: &'static str| Planner::new(move |model| model != missing);
        let lost = |missing| {
            let available = without(missing).available();
            Output::all().filter(|output| !available.contains(*output)).collect::<Vec<_>>()
        };
        assert_eq!(lost("fr-liveness"), [Output::Liveness]);
        assert_eq!(lost("photograph-1"), [Output::Liveness, Output::Genuine, Output::Photographed]);
        assert_eq!(lost("eye-state-1")[0], Output::Eyes);
        assert_eq!(lost("eye-state-1").len(), 3, "both eyes are measures as well");
        assert_eq!(lost("embedding-attributes-1").len(), 5, "{:?}", lost("embedding-attributes-1"));
        // Without the mesh faces are still embedded, by the detector's points alone.
        let blind = without("face-mesh-478");
        assert_eq!(blind.steps(Outputs::of(&[Output::Embedding, Output::Pose])), [Step::Embedding]);
        assert_eq!(blind.steps(Outputs::of(&[Output::Gender])), []);
        assert_eq!(blind.steps(Outputs::of(&[Output::Components])).last(), Some(&Step::Quality));
    }

    #[test]
    fn a_step_reads_only_what_stands_before_it() {
        assert!(Step::ALL.is_sorted());
        for step in Step::ALL {
            let declaration = step.declaration();
            let mut read = declaration.needs.iter().chain(declaration.uses);
            assert!(read.all(|other| *other < step), "{step:?}");
        }
        for output in Output::all() {
            assert!(read_for(output).iter().all(|other| *other < giver(output)), "{output:?}");
            let n_givers = Step::ALL.iter().filter(|step| step.declaration().gives.contains(&output)).count();
            assert_eq!(n_givers, usize::from(!matches!(output, Output::Quality(_))), "{output:?}");
        }
    }

    #[test]
    fn every_declared_model_is_in_the_manifest() {
        let manifest = faceward_models::Manifest::embedded();
        let declared: Vec<&str> =
            Step::ALL.iter().flat_map(|step| step.declaration().models.iter().copied()).collect();
        assert!(declared.iter().all(|id| manifest.model(id).is_some()), "{declared:?}");
        assert_eq!(declared.len() + 1, manifest.models().len(), "all but the detector belong to one step");
    }
}
