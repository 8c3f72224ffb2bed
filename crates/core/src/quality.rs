//! The quality measures of a face: one list of them, and maps that hold something for each.

use std::ops::{Index, IndexMut};

/// Which values of a measure are good. All measures are 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Higher is better.
    Rising,
    /// Best in the middle: both ends are bad.
    Middle,
    /// Probability of a defect: lower is better.
    Defect,
}

/// What the list says about a measure.
struct Row {
    name: &'static str,
    scale: Scale,
    spoils_reference: bool,
    meaning: &'static str,
}

/// Makes the enum and everything that is told about its variants from one list, a line a measure.
macro_rules! quality_keys {
    ($($key:ident $name:literal $scale:ident $spoils_reference:literal $meaning:literal;)*) => {
        /// A quality measure of one face, 0 to 1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum QualityKey {
            $(#[doc = $meaning] $key,)*
        }

        impl QualityKey {
            /// Every measure, in the order in which they are listed everywhere.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$key),*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$key => Row {
                        name: $name,
                        scale: Scale::$scale,
                        spoils_reference: $spoils_reference,
                        meaning: $meaning,
                    },)*
                }
            }
        }
    };
}

// Key, stable name, scale, whether a reference may be turned away for it, what it says. A measure of light has a scale of
// its own, on which "poor" is not 0; an expression spoils no reference. How each is measured: `quality` in the engine.
// When it is fine: `[quality]` in `models/calibration/thresholds.toml`.
quality_keys! {
    Uniformity     "uniformity"       Rising false "Evenness of the light on both cheeks.";
    Exposure       "exposure"         Middle false "Mean brightness of the face as it looks (gamma-encoded).";
    Contrast       "contrast"         Rising false "Spread of brightness in the face.";
    Flare          "flare"            Defect true  "Light shining into the lens.";
    Blur           "blur"             Defect true  "Out of focus or moved.";
    Macroblocks    "macroblocks"      Defect true  "Visible blocks of a strong JPEG compression.";
    Distortion     "distortion"       Defect true  "Bent by a lens, or by too short a distance.";
    Occlusion      "occlusion"        Defect true  "Covered by something.";
    Emotion        "emotion"          Defect false "The expression is not neutral.";
    LeftEyeClosed  "left_eye_closed"  Defect true  "The subject's own left eye is closed.";
    RightEyeClosed "right_eye_closed" Defect true  "The subject's own right eye is closed.";
    Utility        "utility"          Rising true  "Learned utility for recognition.";
}

impl QualityKey {
    /// Stable `snake_case` name, in the calibration data and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Which values are good.
    #[must_use]
    pub const fn scale(self) -> Scale {
        self.row().scale
    }

    /// Whether a reference photo may be turned away for it.
    #[must_use]
    pub const fn spoils_reference(self) -> bool {
        self.row().spoils_reference
    }

    /// What it says, in a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.row().meaning
    }

    /// The measure of this [`Self::name`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

/// Something for every measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityValues<T>([T; QualityKey::ALL.len()]);

impl<T> QualityValues<T> {
    /// `value` of every measure.
    pub fn from_fn(value: impl FnMut(QualityKey) -> T) -> Self {
        Self(QualityKey::ALL.map(value))
    }

    /// Every measure with what is held for it, in the order of [`QualityKey::ALL`].
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (QualityKey, &T)> {
        QualityKey::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<QualityKey> for QualityValues<T> {
    type Output = T;

    fn index(&self, key: QualityKey) -> &T {
        &self.0[key as usize]
    }
}

impl<T> IndexMut<QualityKey> for QualityValues<T> {
    fn index_mut(&mut self, key: QualityKey) -> &mut T {
        &mut self.0[key as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_found_by_its_name_and_holds_its_own_value() {
        let mut values = QualityValues::from_fn(QualityKey::name);
        for (place, key) in QualityKey::ALL.into_iter().enumerate() {
            assert_eq!(QualityKey::named(key.name()), Some(key));
            assert_eq!((key as usize, values[key]), (place, key.name()));
            assert!(key.meaning().ends_with('.'), "{}", key.name());
        }
        values[QualityKey::Blur] = "other";
        let changed = values.iter().filter(|(key, value)| key.name() != **value);
        assert_eq!(changed.map(|(key, _)| key).collect::<Vec<_>>(), [QualityKey::Blur]);
        assert_eq!(QualityKey::named("sharpness"), None);
    }

    #[test]
    fn what_spoils_a_reference_has_a_bad_end_at_0_or_1() {
        for key in QualityKey::ALL {
            assert!(!key.spoils_reference() || key.scale() != Scale::Middle, "{}", key.name());
        }
    }
}
