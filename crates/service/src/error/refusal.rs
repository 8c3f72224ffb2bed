//! What an operator's rules ask for and a photo does not give.

/// A check that lets people in or keeps them out: never silently left out once asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// Presentation attack detection.
    Liveness,
    /// Detection of swapped and generated faces.
    Deepfake,
    /// The direction of the head.
    HeadPose,
    /// Open and closed eyes.
    Eyes,
    /// Open and closed mouths.
    Mouth,
    /// Movements of head, eyes and mouth.
    Movement,
    /// How good a photo is.
    Quality,
}

impl std::fmt::Display for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Liveness => "liveness",
            Self::Deepfake => "deepfake",
            Self::HeadPose => "head pose",
            Self::Eyes => "eye",
            Self::Mouth => "mouth",
            Self::Movement => "movement",
            Self::Quality => "quality",
        })
    }
}

/// Why a photo was turned away.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The liveness score is not fine.
    #[error("the photo does not pass the liveness check")]
    NotLive,
    /// A quality measure is worse than the operator allows.
    #[error("{measure} is too poor: {quality:.2}, at least {required:.2} is required")]
    PoorQuality {
        /// The worst measure, by its stable name.
        measure: &'static str,
        /// Its quality, 0 to 1, higher is better.
        quality: f64,
        /// What the operator requires.
        required: f64,
    },
    /// Quality is required, and no measure could be assessed.
    #[error("the quality cannot be assessed")]
    QualityUnknown,
}
