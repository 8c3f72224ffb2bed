//! A challenge as the use cases know it, and as it lies in the store.

use faceward_store::ChallengeRecord;

use crate::error::{InternalError, ServiceError};
use crate::movement::Movement;
use crate::subject::SubjectRef;

/// A challenge that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// What has to be done, in this order.
    pub(crate) movements: Vec<Movement>,
    /// Whom the answer has to show; `None`: anybody.
    pub(crate) subject: Option<SubjectRef>,
    /// Whether the frames will be mirror images.
    pub(crate) mirrored: bool,
}

impl From<&Challenge> for ChallengeRecord {
    fn from(challenge: &Challenge) -> Self {
        let Challenge { movements, subject, mirrored } = challenge;
        Self {
            movements: movements.iter().map(|movement| movement.name().into()).collect(),
            subject: subject.clone().map(|SubjectRef { gallery, subject }| (gallery, subject)),
            mirrored: *mirrored,
        }
    }
}

impl TryFrom<ChallengeRecord> for Challenge {
    type Error = ServiceError;

    /// A newer server, on the same store, may ask for movements that this one does not know.
    fn try_from(record: ChallengeRecord) -> Result<Self, ServiceError> {
        let ChallengeRecord { movements, subject, mirrored } = record;
        let known = |name: &str| Movement::ALL.into_iter().find(|movement| movement.name() == name);
        let movements = movements.iter().map(|name| {
            known(name).ok_or_else(|| InternalError::Challenge(format!("there is no movement `{name}`")))
        });
        Ok(Self {
            movements: movements.collect::<Result<_, _>>()?,
            subject: subject.map(|(gallery, subject)| SubjectRef { gallery, subject }),
            mirrored,
        })
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::{GalleryId, SubjectId};

    use super::*;

    #[test]
    fn a_challenge_comes_back_from_the_store_as_it_was() {
        let gallery = GalleryId::parse("default").expect("an id");
        let subject = SubjectId::parse("anna").expect("an id");
        for subject in [None, Some(SubjectRef { gallery, subject })] {
            let challenge = Challenge { movements: Movement::ALL.to_vec(), subject, mirrored: true };
            assert_eq!(Challenge::try_from(ChallengeRecord::from(&challenge)).ok(), Some(challenge));
        }
        let foreign = ChallengeRecord { movements: vec!["fly".into()], subject: None, mirrored: false };
        assert!(Challenge::try_from(foreign).is_err());
    }
}
