//! Movements of active liveness: does a face look left, close its eyes, open its mouth?
//!
//! Signs and sides are the subject's own: left is yaw > 0, chin down is pitch > 0. Between front and every side lies a
//! dead zone, and between open and closed: no photo shows both of two movements that exclude each other.

use faceward_core::{HeadPose, Outcome};
use faceward_engine::{FaceAnalysis, Output, Outputs};
use faceward_models::calibration::thresholds::{MovementThresholds, Rule};

/// A movement that a subject can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Movement {
    /// The head is turned to the subject's own left.
    Left,
    /// The head is turned to the subject's own right.
    Right,
    /// The chin is up.
    Up,
    /// The chin is down.
    Down,
    /// The head faces the camera.
    Front,
    /// Both eyes are open.
    EyesOpen,
    /// Both eyes are closed.
    EyesClosed,
    /// The mouth is open.
    MouthOpen,
    /// The mouth is closed.
    MouthClosed,
}

/// What of a face a movement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MovementPart {
    /// The direction of the head.
    Head,
    /// The eyes.
    Eyes,
    /// The mouth.
    Mouth,
}

impl MovementPart {
    /// Without which a movement of it cannot be told.
    #[must_use]
    pub const fn output(self) -> Output {
        match self {
            Self::Head => Output::Pose,
            Self::Eyes => Output::Eyes,
            Self::Mouth => Output::Mouth,
        }
    }
}

/// What tells `movements`: a mouth can hide under a mask.
pub(crate) fn outputs_of(movements: &[Movement]) -> Outputs {
    let about = |movement: &Movement| movement.part().output();
    let parts: Outputs = movements.iter().map(about).collect();
    parts.with_if(Output::Coverings, parts.contains(Output::Mouth))
}

impl Movement {
    /// Every movement.
    pub const ALL: [Self; 9] = [
        Self::Left,
        Self::Right,
        Self::Up,
        Self::Down,
        Self::Front,
        Self::EyesOpen,
        Self::EyesClosed,
        Self::MouthOpen,
        Self::MouthClosed,
    ];

    /// A stable `snake_case` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Up => "up",
            Self::Down => "down",
            Self::Front => "front",
            Self::EyesOpen => "eyes_open",
            Self::EyesClosed => "eyes_closed",
            Self::MouthOpen => "mouth_open",
            Self::MouthClosed => "mouth_closed",
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn part(self) -> MovementPart {
        match self {
            Self::Left | Self::Right | Self::Up | Self::Down | Self::Front => MovementPart::Head,
            Self::EyesOpen | Self::EyesClosed => MovementPart::Eyes,
            Self::MouthOpen | Self::MouthClosed => MovementPart::Mouth,
        }
    }

    /// Whether no photo can show both. A raised head can be turned left; a head that faces the camera is neither.
    #[must_use]
    pub const fn excludes(self, other: Self) -> bool {
        match self {
            Self::Left => matches!(other, Self::Right | Self::Front),
            Self::Right => matches!(other, Self::Left | Self::Front),
            Self::Up => matches!(other, Self::Down | Self::Front),
            Self::Down => matches!(other, Self::Up | Self::Front),
            Self::Front => matches!(other, Self::Left | Self::Right | Self::Up | Self::Down),
            Self::EyesOpen => matches!(other, Self::EyesClosed),
            Self::EyesClosed => matches!(other, Self::EyesOpen),
            Self::MouthOpen => matches!(other, Self::MouthClosed),
            Self::MouthClosed => matches!(other, Self::MouthOpen),
        }
    }
}

impl std::fmt::Display for Movement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a face does, with the subject's own signs and sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Stance {
    /// Head rotation in degrees.
    pub pose: Outcome<HeadPose>,
    /// Probability that the subject's own left eye is open.
    pub left_eye_open: Outcome<f32>,
    /// Probability that the subject's own right eye is open.
    pub right_eye_open: Outcome<f32>,
    /// Probability that the mouth is open.
    pub mouth_open: Outcome<f32>,
    /// Probability that the face wears a mask.
    pub masked: Outcome<f32>,
}

impl Stance {
    /// Reads it off an analysis. `mirrored`: the photo is a mirror image, as some front cameras make them; the sides and
    /// the signs of yaw and roll are turned back to the subject's own.
    #[must_use]
    pub fn of(face: &FaceAnalysis, mirrored: bool) -> Self {
        let attributes = &face.attributes;
        let (left, right) = (attributes.left_eye_open.clone(), attributes.right_eye_open.clone());
        let (left_eye_open, right_eye_open) = if mirrored { (right, left) } else { (left, right) };
        let unmirror = |pose: HeadPose| {
            if mirrored { HeadPose { yaw: -pose.yaw, roll: -pose.roll, ..pose } } else { pose }
        };
        Self {
            pose: face.pose.clone().map(unmirror),
            left_eye_open,
            right_eye_open,
            mouth_open: attributes.mouth_open.clone(),
            masked: attributes.masked.clone(),
        }
    }

    /// Whether the mouth is hidden under a mask. False where no model can tell.
    #[must_use]
    pub fn mouth_hidden(&self, thresholds: &MovementThresholds) -> bool {
        self.masked.value().is_some_and(|masked| thresholds.masked.accepts(f64::from(*masked)))
    }

    /// Whether the face shows `movement`. Absent where what it is about is.
    #[must_use]
    pub fn shows(&self, movement: Movement, thresholds: &MovementThresholds) -> Outcome<bool> {
        let yaw = |rule: Rule| self.pose.as_ref().map(|pose| rule.accepts(f64::from(pose.yaw)));
        let pitch = |rule: Rule| self.pose.as_ref().map(|pose| rule.accepts(f64::from(pose.pitch)));
        match movement {
            Movement::Left => yaw(thresholds.left),
            Movement::Right => yaw(thresholds.right),
            Movement::Up => pitch(thresholds.up),
            Movement::Down => pitch(thresholds.down),
            Movement::Front => both(yaw(thresholds.front_yaw), pitch(thresholds.front_pitch)),
            Movement::EyesOpen => self.both_eyes(thresholds.eyes_open),
            Movement::EyesClosed => self.both_eyes(thresholds.eyes_closed),
            Movement::MouthOpen => self.mouth(thresholds.mouth_open, thresholds),
            Movement::MouthClosed => self.mouth(thresholds.mouth_closed, thresholds),
        }
    }

    fn both_eyes(&self, rule: Rule) -> Outcome<bool> {
        let eye = |open: &Outcome<f32>| open.as_ref().map(|open| rule.accepts(f64::from(*open)));
        both(eye(&self.left_eye_open), eye(&self.right_eye_open))
    }

    /// A mouth under a mask is neither open nor closed.
    fn mouth(&self, rule: Rule, thresholds: &MovementThresholds) -> Outcome<bool> {
        if self.mouth_hidden(thresholds) {
            return Outcome::Value(false);
        }
        self.mouth_open.as_ref().map(|open| rule.accepts(f64::from(*open)))
    }
}

/// Both; the first absence otherwise.
fn both(first: Outcome<bool>, second: Outcome<bool>) -> Outcome<bool> {
    match (first, second) {
        (Outcome::Value(first), Outcome::Value(second)) => Outcome::Value(first && second),
        (Outcome::Value(_), absent) | (absent, _) => absent,
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::{FivePoints, PixelRect, Point};
    use faceward_engine::Attributes;
    use faceward_models::calibration::thresholds::thresholds;

    use super::*;

    fn stance(yaw: f32, pitch: f32) -> Stance {
        Stance {
            pose: Outcome::Value(HeadPose { yaw, pitch, roll: 0.0 }),
            left_eye_open: Outcome::Value(0.9),
            right_eye_open: Outcome::Value(0.9),
            mouth_open: Outcome::Value(0.1),
            masked: Outcome::Unavailable,
        }
    }

    fn shown(stance: &Stance) -> Vec<&'static str> {
        let table = &thresholds().movement;
        let shows = |movement: &Movement| stance.shows(*movement, table) == Outcome::Value(true);
        Movement::ALL.into_iter().filter(shows).map(Movement::name).collect()
    }

    #[test]
    fn the_head_has_five_directions_and_dead_zones_between_them() {
        let rows: [(f32, f32, &[&str]); 9] = [
            (0.0, 5.0, &["front"]),
            (40.0, 5.0, &["left"]),
            (-40.0, 5.0, &["right"]),
            (0.0, -30.0, &["up"]),
            (0.0, 35.0, &["down"]),
            (40.0, -30.0, &["left", "up"]),
            (13.0, 5.0, &[]),
            (-13.0, 5.0, &[]),
            (f32::NAN, f32::NAN, &[]),
        ];
        for (yaw, pitch, expected) in rows {
            let mut found = shown(&stance(yaw, pitch));
            found.retain(|name| !name.contains("eyes") && !name.contains("mouth"));
            assert_eq!(found, expected, "yaw {yaw}, pitch {pitch}");
        }
    }

    #[test]
    fn no_face_shows_two_movements_that_exclude_each_other() {
        let table = &thresholds().movement;
        for (yaw, pitch, open) in (-90_i16..=90).flat_map(|yaw| {
            (-90_i16..=90).step_by(2).map(move |pitch| (yaw, pitch, (yaw + 90) as f32 / 180.0))
        }) {
            let face = Stance {
                left_eye_open: Outcome::Value(open),
                right_eye_open: Outcome::Value(open),
                mouth_open: Outcome::Value(open),
                ..stance(f32::from(yaw), f32::from(pitch))
            };
            let shows: Vec<_> =
                Movement::ALL.into_iter().filter(|m| face.shows(*m, table) == Outcome::Value(true)).collect();
            for first in &shows {
                assert!(
                    shows.iter().all(|second| !first.excludes(*second)),
                    "{yaw} {pitch} {open}: {shows:?}"
                );
            }
        }
    }

    /// A face turned to its own left, winking with its own left eye.
    fn winking() -> FaceAnalysis {
        let somewhere = Point::new(0.0, 0.0);
        let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        FaceAnalysis {
            pose: Outcome::Value(HeadPose { yaw: 30.0, pitch: 5.0, roll: 2.0 }),
            attributes: Attributes {
                left_eye_open: Outcome::Value(0.1),
                right_eye_open: Outcome::Value(0.9),
                ..Attributes::NOT_REQUESTED
            },
            ..FaceAnalysis::detected(rect, 1.0, FivePoints::from_array([somewhere; 5]))
        }
    }

    #[test]
    fn a_mirror_image_is_turned_back_to_the_subjects_own_sides() {
        let plain = Stance::of(&winking(), false);
        assert_eq!(plain.pose, Outcome::Value(HeadPose { yaw: 30.0, pitch: 5.0, roll: 2.0 }));
        assert_eq!((plain.left_eye_open.clone(), shown(&plain)), (Outcome::Value(0.1), vec!["left"]));
        let mirrored = Stance::of(&winking(), true);
        assert_eq!(mirrored.pose, Outcome::Value(HeadPose { yaw: -30.0, pitch: 5.0, roll: -2.0 }));
        assert_eq!((mirrored.left_eye_open.clone(), shown(&mirrored)), (Outcome::Value(0.9), vec!["right"]));
    }

    #[test]
    fn both_eyes_count() {
        let eyes = |left, right| Stance {
            left_eye_open: Outcome::Value(left),
            right_eye_open: Outcome::Value(right),
            ..stance(0.0, 5.0)
        };
        assert_eq!(shown(&eyes(0.9, 0.9)), ["front", "eyes_open", "mouth_closed"]);
        assert_eq!(shown(&eyes(0.05, 0.05)), ["front", "eyes_closed", "mouth_closed"]);
        assert_eq!(shown(&eyes(0.9, 0.05)), ["front", "mouth_closed"], "a wink is neither");
        let one = Stance { left_eye_open: Outcome::Unavailable, ..eyes(0.9, 0.9) };
        assert_eq!(one.shows(Movement::EyesOpen, &thresholds().movement), Outcome::Unavailable);
    }

    #[test]
    fn a_mouth_under_a_mask_is_neither_open_nor_closed() {
        let mouth = |open, masked| Stance {
            mouth_open: Outcome::Value(open),
            masked: Outcome::Value(masked),
            ..stance(0.0, 5.0)
        };
        assert_eq!(shown(&mouth(0.95, 0.1)), ["front", "eyes_open", "mouth_open"]);
        assert_eq!(shown(&mouth(0.95, 0.9)), ["front", "eyes_open"]);
        assert_eq!(shown(&mouth(0.1, 0.9)), ["front", "eyes_open"]);
    }

    #[test]
    fn excluding_is_mutual_and_never_oneself() {
        for first in Movement::ALL {
            assert!(!first.excludes(first));
            for second in Movement::ALL {
                assert_eq!(first.excludes(second), second.excludes(first), "{first} {second}");
                assert!(!first.excludes(second) || first.part() == second.part(), "{first} {second}");
            }
        }
    }
}
