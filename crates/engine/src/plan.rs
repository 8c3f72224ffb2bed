//! Wanted outputs to ordered steps.

use crate::request::Outputs;

/// What is done for one face. The order of the variants is the order in which they run: later ones build on earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The mesh, and the 68 points from it.
    Landmarks,
    /// Head rotation, from the mesh.
    Pose,
    /// The face as a vector, aligned in part by the mesh.
    Embedding,
    /// Presentation attack detection.
    Liveness,
    /// Genuine or manipulated.
    Deepfake,
    /// Eyes, mouth, expression and demography, from the mesh and the embedding.
    Attributes,
    /// Quality measures, from all of the geometry, from attributes and from what the recognition networks say.
    Quality,
}

impl Step {
    /// Every step, in order.
    const ALL: [Self; 7] = [
        Self::Landmarks,
        Self::Pose,
        Self::Embedding,
        Self::Liveness,
        Self::Deepfake,
        Self::Attributes,
        Self::Quality,
    ];

    /// Stable `snake_case` name, as it stands in timings.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Landmarks => "landmarks",
            Self::Pose => "pose",
            Self::Embedding => "embedding",
            Self::Liveness => "liveness",
            Self::Deepfake => "deepfake",
            Self::Attributes => "attributes",
            Self::Quality => "quality",
        }
    }

    /// Whether somebody who wants `outputs` wants what this step gives.
    pub(crate) const fn gives(self, outputs: Outputs) -> bool {
        match self {
            Self::Landmarks => outputs.dense_landmarks,
            Self::Pose => outputs.pose,
            Self::Embedding => outputs.embedding,
            Self::Liveness => outputs.liveness,
            Self::Deepfake => outputs.deepfake,
            Self::Attributes => outputs.attributes,
            Self::Quality => outputs.quality,
        }
    }

    /// Steps whose results this one reads.
    const fn needs(self) -> &'static [Self] {
        match self {
            Self::Landmarks | Self::Liveness | Self::Deepfake => &[],
            Self::Pose | Self::Embedding => &[Self::Landmarks],
            Self::Attributes => &[Self::Landmarks, Self::Embedding],
            Self::Quality => &[Self::Landmarks, Self::Pose, Self::Embedding, Self::Attributes],
        }
    }
}

/// The steps that give `outputs`, with everything that they need, in order.
pub(crate) fn steps(outputs: Outputs) -> Vec<Step> {
    let wanted: Vec<Step> = Step::ALL.into_iter().filter(|step| step.gives(outputs)).collect();
    let needed =
        |step: &Step| wanted.contains(step) || wanted.iter().any(|other| other.needs().contains(step));
    Step::ALL.into_iter().filter(needed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(outputs: Outputs, expected: &[Step]) {
        assert_eq!(steps(outputs), expected, "{outputs:?}");
    }

    #[test]
    fn steps_bring_what_they_need_and_nothing_else() {
        check(Outputs::default(), &[]);
        check(Outputs { liveness: true, ..Outputs::default() }, &[Step::Liveness]);
        check(Outputs { embedding: true, ..Outputs::default() }, &[Step::Landmarks, Step::Embedding]);
        check(Outputs { pose: true, ..Outputs::default() }, &[Step::Landmarks, Step::Pose]);
        check(
            Outputs { quality: true, ..Outputs::default() },
            &[Step::Landmarks, Step::Pose, Step::Embedding, Step::Attributes, Step::Quality],
        );
        check(Outputs::ALL, &Step::ALL);
    }

    #[test]
    fn what_a_step_needs_runs_before_it_and_needs_nothing_unlisted() {
        for step in Step::ALL {
            for needed in step.needs() {
                assert!(*needed < step, "{step:?} needs {needed:?}");
                // `steps` looks one level deep: what is needed must name its own needs here.
                assert!(needed.needs().iter().all(|deeper| step.needs().contains(deeper)), "{step:?}");
            }
        }
    }
}
