//! What an operator can set about challenges.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::movement::Movement;

/// How challenges are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeSettings {
    /// Time from the making of a challenge to the arrival of its whole answer.
    pub lifetime: Duration,
    /// Movements of a challenge, the first `front` included, unless the caller says otherwise.
    pub steps: usize,
    /// What is asked for besides `front`, unless the caller says otherwise.
    pub movements: Vec<Movement>,
    /// Most challenges of one app that are open at once.
    pub max_open: NonZeroUsize,
}

impl ChallengeSettings {
    /// Fewest movements of a challenge.
    pub const FEWEST_STEPS: usize = 2;
    /// Most movements of a challenge.
    pub const MOST_STEPS: usize = 8;
    /// Fewest frames of a step: a movement is seen between two.
    pub const FEWEST_FRAMES: usize = 2;
    /// Most frames of an answer.
    pub const MOST_FRAMES: usize = 30;
    /// What can be asked for. A face at rest shows the other movements: they would ask for nothing.
    pub const ACTIVE: [Movement; 6] = [
        Movement::Left,
        Movement::Right,
        Movement::Up,
        Movement::Down,
        Movement::EyesClosed,
        Movement::MouthOpen,
    ];

    /// Whether sequences can be drawn from `movements`: at least two, all different, all active.
    #[must_use]
    pub fn can_draw_from(movements: &[Movement]) -> bool {
        let different: HashSet<_> = movements.iter().collect();
        different.len() == movements.len()
            && movements.len() >= 2
            && movements.iter().all(|movement| Self::ACTIVE.contains(movement))
    }
}

impl Default for ChallengeSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(60),
            steps: 4,
            movements: vec![
                Movement::Left,
                Movement::Right,
                Movement::Up,
                Movement::Down,
                Movement::MouthOpen,
            ],
            max_open: NonZeroUsize::MIN.saturating_add(999),
        }
    }
}
