//! What a caller wants to know about a photo.

use faceward_core::QualityKey;

/// Something that can be found out about a face. Box, confidence and five points always come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// The 68 points, and the 478-point mesh that they come from.
    DenseLandmarks,
    /// Head rotation.
    Pose,
    /// The face as a vector.
    Embedding,
    /// Presentation attack detection.
    Liveness,
    /// Whether the face is genuine, neither swapped nor generated.
    Genuine,
    /// Whether each eye is open.
    Eyes,
    /// Whether the mouth is open.
    Mouth,
    /// Whether the expression is neutral.
    Expression,
    /// The likelier gender.
    Gender,
    /// Age in years.
    Age,
    /// The most likely group.
    Race,
    /// Whether the face wears a mask, and whether anything covers a part of it.
    Coverings,
    /// The components of ISO/IEC 29794-5.
    Components,
    /// Whether it is the photographed face of a human.
    Photographed,
    /// One quality measure.
    Quality(QualityKey),
}

impl Output {
    /// All but the quality measures, in the order in which they are listed everywhere.
    const PLAIN: [Self; 14] = [
        Self::DenseLandmarks,
        Self::Pose,
        Self::Embedding,
        Self::Liveness,
        Self::Genuine,
        Self::Eyes,
        Self::Mouth,
        Self::Expression,
        Self::Gender,
        Self::Age,
        Self::Race,
        Self::Coverings,
        Self::Components,
        Self::Photographed,
    ];

    /// Every one, in the order in which they are listed everywhere.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PLAIN.into_iter().chain(QualityKey::ALL.map(Self::Quality))
    }

    /// Stable `snake_case` names of the values that it consists of.
    #[must_use]
    pub fn values(self) -> Vec<&'static str> {
        match self {
            Self::DenseLandmarks => vec!["dense_landmarks"],
            Self::Pose => vec!["pose"],
            Self::Embedding => vec!["embedding"],
            Self::Liveness => vec!["liveness"],
            Self::Genuine => vec!["genuine"],
            Self::Eyes => vec!["left_eye_open", "right_eye_open"],
            Self::Mouth => vec!["mouth_open"],
            Self::Expression => vec!["neutral"],
            Self::Gender => vec!["gender"],
            Self::Age => vec!["age"],
            Self::Race => vec!["race"],
            // What covers the face is named by the measure of it, `occlusion`.
            Self::Coverings => vec!["masked"],
            Self::Components => vec!["components"],
            Self::Photographed => vec!["photographed"],
            Self::Quality(key) => vec![key.name()],
        }
    }

    const fn bit(self) -> u64 {
        1 << match self {
            Self::DenseLandmarks => 0,
            Self::Pose => 1,
            Self::Embedding => 2,
            Self::Liveness => 3,
            Self::Genuine => 4,
            Self::Eyes => 5,
            Self::Mouth => 6,
            Self::Expression => 7,
            Self::Gender => 8,
            Self::Age => 9,
            Self::Race => 10,
            Self::Coverings => 11,
            Self::Components => 12,
            Self::Photographed => 13,
            // Room for more of the others below.
            Self::Quality(key) => 32 + key as u64,
        }
    }
}

/// A set of [`Output`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Outputs(u64);

impl Outputs {
    /// Nothing but what always comes.
    pub const NONE: Self = Self(0);
    /// What can be seen of a person: eyes, mouth, expression, gender, age, group, and what covers the face.
    pub const ATTRIBUTES: Self = Self::of(&[
        Output::Eyes,
        Output::Mouth,
        Output::Expression,
        Output::Gender,
        Output::Age,
        Output::Race,
        Output::Coverings,
    ]);
    /// Every quality measure.
    pub const MEASURES: Self = Self::measures();
    /// Every quality measure and the components of ISO/IEC 29794-5.
    pub const QUALITY: Self = Self::MEASURES.with(Output::Components);
    /// Everything.
    pub const ALL: Self = Self::of(&Output::PLAIN).and(Self::QUALITY);

    /// Exactly `outputs`.
    #[must_use]
    pub const fn of(outputs: &[Output]) -> Self {
        let (mut set, mut at) = (Self::NONE, 0);
        while at < outputs.len() {
            set = set.with(outputs[at]);
            at += 1;
        }
        set
    }

    const fn measures() -> Self {
        let (mut set, mut at) = (Self::NONE, 0);
        while at < QualityKey::ALL.len() {
            set = set.with(Output::Quality(QualityKey::ALL[at]));
            at += 1;
        }
        set
    }

    /// The set with `output` in it.
    #[must_use]
    pub const fn with(self, output: Output) -> Self {
        Self(self.0 | output.bit())
    }

    /// The same, if `wanted`.
    #[must_use]
    pub const fn with_if(self, output: Output, wanted: bool) -> Self {
        if wanted { self.with(output) } else { self }
    }

    /// What is in it and not in `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// What is in one of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `output` is in it.
    #[must_use]
    pub const fn contains(self, output: Output) -> bool {
        self.0 & output.bit() != 0
    }

    /// What is in it, in the order of [`Output::all`].
    pub fn iter(self) -> impl Iterator<Item = Output> {
        Output::all().filter(move |output| self.contains(*output))
    }
}

impl FromIterator<Output> for Outputs {
    fn from_iter<I: IntoIterator<Item = Output>>(outputs: I) -> Self {
        outputs.into_iter().fold(Self::NONE, Self::with)
    }
}

impl std::fmt::Debug for Outputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Which faces of the photo are analysed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The largest one.
    #[default]
    Primary,
    /// The largest ones, at most so many.
    Largest(usize),
    /// All of them, however many.
    All,
}

impl Scope {
    /// How many of `n_detected` faces are analysed.
    pub(crate) fn n_faces(self, n_detected: usize) -> usize {
        match self {
            Self::Primary => n_detected.min(1),
            Self::Largest(most) => n_detected.min(most),
            Self::All => n_detected,
        }
    }
}

/// One analysis to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What to compute for each face.
    pub outputs: Outputs,
    /// For which faces.
    pub scope: Scope,
    /// Whether the embedding is the sum over the face and its mirror image: better, for a second pass of the
    /// networks. Comparable with embeddings made without. No other value depends on it.
    pub mirrored_embedding: bool,
    /// What is not computed even if it is wanted: it comes back as [`faceward_core::Outcome::Unavailable`].
    pub withheld: Outputs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for output in Output::all() {
            let only = Outputs::of(&[output]);
            assert_eq!(only.iter().collect::<Vec<_>>(), [output]);
            assert_eq!(only.without(only), Outputs::NONE);
            assert!(Outputs::ALL.contains(output), "{output:?}");
            assert_eq!(Outputs::ALL.without(only).iter().count(), Output::all().count() - 1);
        }
        assert_eq!(Output::all().collect::<Outputs>(), Outputs::ALL);
        assert_eq!(Outputs::MEASURES.iter().count(), QualityKey::ALL.len());
        let pose = Outputs::NONE.with_if(Output::Eyes, false).with_if(Output::Pose, true);
        assert_eq!(format!("{pose:?}"), "{Pose}");
    }

    #[test]
    fn no_two_outputs_share_a_name() {
        let mut names: Vec<&str> = Output::all().flat_map(Output::values).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
