//! Challenges and verdicts to the JSON of `/v1`.

use faceward_core::{GalleryId, Outcome, SubjectId};
use faceward_service::{
    Advice, ChallengeAnswer, ChallengeRequest, ChallengeSettings, FrameReport, Judged, Movement,
    OpenChallenge, PhotoField, SequenceReason, SubjectRef,
};

use super::wire;
use crate::failure::Failure;
use crate::transaction::TransactionId;

/// What is asked for; the id of the caller is not in it.
pub(crate) fn challenge_request(asked: wire::ChallengeRequest) -> Result<ChallengeRequest, Failure> {
    let wire::ChallengeRequest { subject, gallery, steps, movements, mirrored, trx_id: _ } = asked;
    if gallery.is_some() && subject.is_none() {
        return Err(Failure::MissingParameter("subject"));
    }
    Ok(ChallengeRequest {
        subject: subject.as_deref().map(SubjectId::parse).transpose()?,
        gallery: gallery.as_deref().map(GalleryId::parse).transpose()?,
        n_steps: steps,
        movements: movements.map(|names| names.into_iter().map(asked_movement).collect()),
        mirrored,
    })
}

const fn asked_movement(name: wire::AskedMovement) -> Movement {
    match name {
        wire::AskedMovement::Left => Movement::Left,
        wire::AskedMovement::Right => Movement::Right,
        wire::AskedMovement::Up => Movement::Up,
        wire::AskedMovement::Down => Movement::Down,
        wire::AskedMovement::EyesClosed => Movement::EyesClosed,
        wire::AskedMovement::MouthOpen => Movement::MouthOpen,
    }
}

pub(crate) fn challenge(made: &OpenChallenge, transaction: TransactionId) -> wire::Challenge {
    wire::Challenge {
        transaction_id: transaction.0,
        challenge_id: made.id.to_string(),
        movements: made.movements.iter().map(|movement| movement.name()).collect(),
        expires_in: made.lifetime.as_secs(),
        frames: wire::FrameLimits {
            least_per_step: ChallengeSettings::FEWEST_FRAMES,
            most: ChallengeSettings::MOST_FRAMES,
        },
    }
}

pub(crate) fn verdict(
    answer: &ChallengeAnswer,
    challenge_id: &str,
    transaction: TransactionId,
) -> wire::ChallengeVerdict {
    let ChallengeAnswer { movements, frames, verdict, subject, threshold } = answer;
    let steps = movements.iter().zip(&verdict.shown);
    let similarities = verdict.similarities.iter().map(|similarity| similarity.map(|found| found.0));
    // What no photo can have is no number in JSON.
    let finite = |value: f32| Some(value).filter(|value| value.is_finite());
    wire::ChallengeVerdict {
        transaction_id: transaction.0,
        challenge_id: challenge_id.to_owned(),
        passed: answer.passed(),
        reasons: verdict.reasons.iter().copied().map(SequenceReason::name).collect(),
        steps: steps
            .map(|(movement, shown)| wire::ChallengeStep { movement: movement.name(), shown: *shown })
            .collect(),
        frames: frames.iter().zip(similarities).map(|(report, found)| frame(report, found)).collect(),
        motion: wire::ChallengeMotion {
            turn: finite(verdict.motion.turn),
            shift: finite(verdict.motion.shift),
            zoom: finite(verdict.motion.zoom),
            scene: verdict.motion.scene,
        },
        subject: subject.as_ref().map(|SubjectRef { gallery, subject }| wire::ChallengeSubject {
            subject: subject.to_string(),
            gallery: gallery.to_string(),
            similarity: verdict.subject.map(|similarity| similarity.0),
        }),
        threshold: threshold.0,
    }
}

fn frame(report: &FrameReport, similarity: Option<f32>) -> wire::ChallengeFrame {
    let FrameReport { step, stance, liveness, genuine, advice } = report;
    let judged = |judged: Judged| wire::Judged { score: judged.score, fine: judged.fine };
    let pose = stance.as_ref().ok().and_then(|stance| match &stance.pose {
        Outcome::Value(pose) => Some(wire::Pose { yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll }),
        Outcome::NotRequested | Outcome::Unavailable | Outcome::Failed(_) => None,
    });
    wire::ChallengeFrame {
        step: step + 1,
        fault: stance.as_ref().err().map(|fault| Failure::from(fault.of(PhotoField::Only)).kind().code()),
        pose,
        liveness: liveness.map(judged),
        deepfake: genuine.map(judged),
        advice: advice.map(Advice::name),
        similarity,
    }
}
