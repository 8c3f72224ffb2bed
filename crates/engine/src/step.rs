//! The steps of one face: what each computes with, what it reads, and what comes of it. The list from which plans and
//! capabilities are made; `steps` runs them.

use crate::request::Output;

/// What is done for one face. The order of the variants is the order in which they run: later ones build on earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The mesh, and the 68 points from it.
    Landmarks,
    /// Head rotation, from the mesh.
    Pose,
    /// The face as a vector, aligned in part by the mesh, and how useful it is for recognition.
    Embedding,
    /// How the picture came about.
    Picture(PictureStep),
    /// Whether each eye is open.
    Eyes,
    /// Whether the mouth is open.
    Mouth,
    /// What a network that sees the face takes the person for, and what covers the face.
    FaceAttributes,
    /// What a network that sees the embedding takes the person for.
    EmbeddingAttributes,
    /// Whether the expression is neutral: both impressions and the shape of the mesh.
    Expression,
    /// Both impressions and a network that sees the aligned mesh.
    Gender,
    /// Both impressions.
    AgeAndRace,
    /// Light shining into the lens.
    Flare,
    /// Quality measures and components, by arithmetic on what other steps found.
    Quality,
}

/// What is asked of the picture, whoever is on it. These steps read the photo and the detection alone, and no other step reads
/// what comes of them: they may run beside all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PictureStep {
    /// Whether it is the photographed face of a human.
    Photograph,
    /// Presentation attack detection.
    Liveness,
    /// Genuine or manipulated.
    Deepfake,
}

/// What a step is.
pub(crate) struct Declaration {
    /// Stable `snake_case` name, as it stands in timings; steps that answer one question share theirs.
    pub(crate) name: &'static str,
    /// Ids of the models whose networks it runs, in the order in which it takes their sessions.
    pub(crate) models: &'static [&'static str],
    /// Steps without which it has nothing to say.
    pub(crate) needs: &'static [Step],
    /// Steps whose results it reads where they can be had.
    pub(crate) uses: &'static [Step],
    /// What comes of it for a caller; of [`Step::Quality`] also every measure.
    pub(crate) gives: &'static [Output],
}

impl Declaration {
    /// A step that needs nothing but models.
    const fn by(name: &'static str, models: &'static [&'static str], gives: &'static [Output]) -> Self {
        Self { name, models, needs: &[], uses: &[], gives }
    }
}

impl Step {
    /// Every step, in order.
    pub(crate) const ALL: [Self; 15] = [
        Self::Landmarks,
        Self::Pose,
        Self::Embedding,
        Self::Picture(PictureStep::Photograph),
        Self::Picture(PictureStep::Liveness),
        Self::Picture(PictureStep::Deepfake),
        Self::Eyes,
        Self::Mouth,
        Self::FaceAttributes,
        Self::EmbeddingAttributes,
        Self::Expression,
        Self::Gender,
        Self::AgeAndRace,
        Self::Flare,
        Self::Quality,
    ];

    /// What it is.
    pub(crate) const fn declaration(self) -> Declaration {
        match self {
            Self::Landmarks => Declaration::by("landmarks", &["face-mesh-478"], &[Output::DenseLandmarks]),
            Self::Pose => {
                Declaration { needs: &[Self::Landmarks], ..Declaration::by("pose", &[], &[Output::Pose]) }
            }
            Self::Embedding => Declaration {
                uses: &[Self::Landmarks],
                ..Declaration::by("embedding", &["sface-2021dec", "fr-feature"], &[Output::Embedding])
            },
            Self::Picture(step) => step.declaration(),
            Self::Eyes => Declaration {
                needs: &[Self::Landmarks],
                ..Declaration::by("attributes", &["eye-state-1"], &[Output::Eyes])
            },
            Self::Mouth => Declaration {
                needs: &[Self::Landmarks],
                ..Declaration::by("attributes", &["mouth-state-1"], &[Output::Mouth])
            },
            Self::FaceAttributes => {
                Declaration::by("attributes", &["face-attributes-1"], &[Output::Coverings])
            }
            Self::EmbeddingAttributes => Declaration {
                needs: &[Self::Embedding],
                ..Declaration::by("attributes", &["embedding-attributes-1"], &[])
            },
            Self::Expression => Declaration {
                needs: &[Self::Landmarks, Self::FaceAttributes, Self::EmbeddingAttributes],
                ..Declaration::by("attributes", &["face-blendshapes"], &[Output::Expression])
            },
            Self::Gender => Declaration {
                needs: &[Self::Landmarks, Self::FaceAttributes, Self::EmbeddingAttributes],
                ..Declaration::by("attributes", &["gender-v1"], &[Output::Gender])
            },
            Self::AgeAndRace => Declaration {
                needs: &[Self::FaceAttributes, Self::EmbeddingAttributes],
                ..Declaration::by("attributes", &[], &[Output::Age, Output::Race])
            },
            Self::Flare => Declaration::by("quality", &["flare-1"], &[]),
            Self::Quality => Declaration::by("quality", &[], &[Output::Components]),
        }
    }
}

impl PictureStep {
    /// What it is. A picture that no camera took of a face is neither live nor genuine: without that gate there is no check.
    pub(crate) const fn declaration(self) -> Declaration {
        const GATE: &[Step] = &[Step::Picture(PictureStep::Photograph)];
        match self {
            Self::Photograph => Declaration::by("photograph", &["photograph-1"], &[Output::Photographed]),
            Self::Liveness => {
                let models = &["fr-liveness", "minifasnet-2.7", "faceward-liveness-1"];
                Declaration { needs: GATE, ..Declaration::by("liveness", models, &[Output::Liveness]) }
            }
            Self::Deepfake => {
                let models = &["faceward-deepfake-1", "faceward-swap-1", "faceward-deepfake-2"];
                Declaration { needs: GATE, ..Declaration::by("deepfake", models, &[Output::Genuine]) }
            }
        }
    }
}
