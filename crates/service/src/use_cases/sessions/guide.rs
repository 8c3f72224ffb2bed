//! Guidance while the camera is on: is a face there, is it near enough, in the middle, straight? Looks at a small picture, and
//! decides nothing.

use faceward_core::PixelRect;
use faceward_engine::{Output, Outputs, Request};

use super::play::waits_for;
use crate::audit::Origin;
use crate::error::{PhotoFault, PhotoField, ServiceError};
use crate::photo::Photo;
use crate::report::FaceReport;
use crate::ruled::Ruled;
use crate::scheduler::Urgency;
use crate::service::Service;
use crate::sessions::{Session, SessionStep};

/// What would make a better selfie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// There is no face.
    NoFace,
    /// There are several.
    Alone,
    /// Come closer.
    Closer,
    /// Step back: passive liveness looks at the surroundings as well.
    Back,
    /// Into the middle.
    Center,
    /// Look into the camera.
    Straight,
    /// As it is.
    Fine,
}

/// Height of a face, as a share of that of the picture: below the first it is far, above the second near.
const HEIGHTS: [f32; 2] = [0.28, 0.72];
/// Distance of the face's middle from that of the picture, as a share of its side.
const OFF_CENTER: f32 = 0.2;
/// Looks for each photo that a session takes: as many as the page asks for each time that the camera is switched on.
const LOOKS_A_PHOTO: usize = 20;
/// Turn of the head, in degrees.
const TURNED: f32 = 18.0;

impl Hint {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::Alone => "alone",
            Self::Closer => "closer",
            Self::Back => "back",
            Self::Center => "center",
            Self::Straight => "straight",
            Self::Fine => "fine",
        }
    }

    fn of(face: &FaceReport) -> Self {
        let (width, height) = (face.photo.width as f32, face.photo.height as f32);
        let turned = face.face.pose.value().is_some_and(|pose| pose.yaw.abs().max(pose.pitch.abs()) > TURNED);
        let placed = placed(&face.face.rect, [width, height]);
        if placed == Self::Fine && turned { Self::Straight } else { placed }
    }
}

fn placed(rect: &PixelRect, [width, height]: [f32; 2]) -> Hint {
    let middle =
        [f32::midpoint(rect.left, rect.right) / width, f32::midpoint(rect.top, rect.bottom) / height];
    let share = rect.height() / height;
    if share < HEIGHTS[0] {
        Hint::Closer
    } else if share > HEIGHTS[1] {
        Hint::Back
    } else if middle.iter().any(|place| (place - 0.5).abs() > OFF_CENTER) {
        Hint::Center
    } else {
        Hint::Fine
    }
}

impl Service {
    /// What would make a better selfie than this. Waits for everybody else.
    ///
    /// # Errors
    /// The photo cannot be decoded; the session waits for something else, is over, or was guided as often as it may be;
    /// overload, timeout.
    pub async fn guide_session(&self, session: &Session, photo: Photo) -> Result<Hint, ServiceError> {
        let trail = self.trail("guide_session", Some(&session.app));
        let unhurried = Origin::current().with_urgency(Urgency::Bulk);
        let hint = async { self.ruled(Some(&session.app)).await?.hint(session, photo).await };
        let hint = unhurried.scope(hint).await;
        trail.end(hint).await
    }
}

impl Ruled {
    async fn hint(&self, session: &Session, photo: Photo) -> Result<Hint, ServiceError> {
        waits_for(session, SessionStep::Selfie)?;
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        let wanted = Request { outputs: Outputs::of(&[Output::Pose]), ..Request::default() };
        let admitted = self.let_in("guide_session", 1)?;
        let most = self.settings().sessions.photos.get().saturating_mul(LOOKS_A_PHOTO);
        if !self.guided().count(session, most) {
            return Err(ServiceError::TooManyPhotos);
        }
        let analysis = self.queue(&admitted, photo, PhotoField::Only, wanted)?.analysis().await?;
        match self.one_face(analysis, PhotoField::Only) {
            Ok((face, _)) => Ok(Hint::of(&face)),
            Err(ServiceError::Photo { fault: PhotoFault::NoFace, .. }) => Ok(Hint::NoFace),
            Err(ServiceError::Photo { fault: PhotoFault::SeveralFaces, .. }) => Ok(Hint::Alone),
            Err(ServiceError::Photo { fault: PhotoFault::TooSmall, .. }) => Ok(Hint::Closer),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_guided_to_the_middle_at_arms_length() {
        let square =
            |left: f32, top: f32, side: f32| PixelRect { left, top, right: left + side, bottom: top + side };
        for (rect, expected) in [
            (square(220.0, 140.0, 200.0), Hint::Fine),
            (square(270.0, 190.0, 100.0), Hint::Closer),
            (square(120.0, 40.0, 400.0), Hint::Back),
            (square(0.0, 140.0, 200.0), Hint::Center),
            (square(220.0, 270.0, 200.0), Hint::Center),
        ] {
            assert_eq!(placed(&rect, [640.0, 480.0]), expected, "{rect:?}");
        }
    }
}
