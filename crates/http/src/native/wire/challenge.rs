//! Challenges in the JSON of `/v1`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a challenge is to be. An unknown key is an error.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ChallengeRequest {
    /// Whom the answer has to show: an enrolled subject. Without it anybody, but one person.
    pub(crate) subject: Option<String>,
    /// The subject's gallery; without it `default`.
    pub(crate) gallery: Option<String>,
    /// How many movements, `front` included. Default: as configured (4).
    #[schema(minimum = 2, maximum = 8)]
    pub(crate) steps: Option<usize>,
    /// What they are drawn from besides `front`, at least two. Default: as configured.
    pub(crate) movements: Option<Vec<AskedMovement>>,
    /// Whether the frames will be mirror images, as some front cameras make them.
    pub(crate) mirrored: bool,
    /// An id of yours, kept in the audit log.
    pub(crate) trx_id: Option<String>,
}

/// Movements that can be asked for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AskedMovement {
    /// The head turned to the subject's own left.
    Left,
    /// The head turned to the subject's own right.
    Right,
    /// Chin up.
    Up,
    /// Chin down.
    Down,
    /// Both eyes closed.
    EyesClosed,
    /// Mouth open.
    MouthOpen,
}

/// An open challenge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Challenge {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// What the answer names. Secret until then, and good for one answer.
    pub(crate) challenge_id: String,
    /// What has to be done, in this order: `front` first, then of `left`, `right`, `up`, `down`, `eyes_closed`,
    /// `mouth_open`.
    pub(crate) movements: Vec<&'static str>,
    /// Seconds until the whole answer must have arrived.
    pub(crate) expires_in: u64,
    /// What an answer has to keep to.
    pub(crate) frames: FrameLimits,
}

/// How many frames an answer has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FrameLimits {
    /// Fewest of a step.
    pub(crate) least_per_step: usize,
    /// Most of the answer.
    pub(crate) most: usize,
}

/// What came of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeVerdict {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The challenge, now spent.
    pub(crate) challenge_id: String,
    /// Whether nothing speaks against it.
    pub(crate) passed: bool,
    /// Why it did not pass, of a closed list: `unusable_frame`, `movement_not_shown`, `duplicate_frames`,
    /// `reused_frames`, `different_person`, `not_the_subject`, `not_live`, `not_genuine`, `motion_not_continuous`,
    /// `scene_not_constant`.
    pub(crate) reasons: Vec<&'static str>,
    /// Each movement that was asked for.
    pub(crate) steps: Vec<ChallengeStep>,
    /// Each frame, in its order.
    pub(crate) frames: Vec<ChallengeFrame>,
    /// The greatest changes between neighbouring frames.
    pub(crate) motion: ChallengeMotion,
    /// The subject that the challenge was made for; `null`: none.
    #[schema(required)]
    pub(crate) subject: Option<ChallengeSubject>,
    /// Least similarity of one person.
    pub(crate) threshold: f32,
}

/// One movement of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeStep {
    /// What was asked for.
    pub(crate) movement: &'static str,
    /// Whether a frame of the step shows it.
    pub(crate) shown: bool,
}

/// One frame of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeFrame {
    /// The step that it was sent for, from 1 on.
    pub(crate) step: usize,
    /// Why it cannot be used, as an error code of photos; `null`: it can.
    #[schema(required)]
    pub(crate) fault: Option<&'static str>,
    /// Head rotation with the subject's own sides; `null`: not measured.
    #[schema(required)]
    pub(crate) pose: Option<super::Pose>,
    /// Passive liveness; `null`: not decided.
    #[schema(required)]
    pub(crate) liveness: Option<super::Judged>,
    /// The deepfake check; only where it was asked for and could decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deepfake: Option<super::Judged>,
    /// What would help: `step_back` where the face fills the frame, or its edge is near. Only where a check is not fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<&'static str>,
    /// Similarity to the reference frame, the first that faces the camera.
    #[schema(required)]
    pub(crate) similarity: Option<f32>,
}

/// The greatest changes between neighbouring frames.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeMotion {
    /// Turn of the head in degrees; `null`: a pose could not be measured.
    #[schema(required)]
    pub(crate) turn: Option<f32>,
    /// Way of the face in its own sides.
    #[schema(required)]
    pub(crate) shift: Option<f32>,
    /// Growth of the face: 0.1 is a tenth larger or smaller.
    #[schema(required)]
    pub(crate) zoom: Option<f32>,
    /// Least correlation of the surroundings, -1 to 1; `null`: the face leaves too little of them.
    #[schema(required)]
    pub(crate) scene: Option<f32>,
}

/// The subject of a challenge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeSubject {
    /// Whom the answer had to show.
    pub(crate) subject: String,
    /// Its gallery.
    pub(crate) gallery: String,
    /// Similarity of the reference frame to the subject's most similar template; `null`: no frame can be used.
    #[schema(required)]
    pub(crate) similarity: Option<f32>,
}
