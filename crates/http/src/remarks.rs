//! Headers that say what a vendor's body has no place for, part by part.
//!
//! `X-Faceward-Turned`: which photos stood upright only after a turn, and by how many degrees clockwise. Box, points and roll of
//! such a photo stay in the frame of the photo as it was sent (EXIF applied). `X-Faceward-Advice`: what would help where a
//! check refused a photo.

use std::fmt::{Display, Write};

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use faceward_core::Turn;
use faceward_service::{Advice, FaceReport};

const TURNED: HeaderName = HeaderName::from_static("x-faceward-turned");
const ADVICE: HeaderName = HeaderName::from_static("x-faceward-advice");

/// `part=what` of each photo that there is something to say about, joined by `, `; a header without any is absent.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    turned: String,
    advice: String,
}

impl Remarks {
    /// Adds what there is to say about the photo in `part`.
    pub(crate) fn and(mut self, part: &str, report: &FaceReport) -> Self {
        if report.photo.turned != Turn::None {
            add(&mut self.turned, part, report.photo.turned.degrees());
        }
        self.and_advice(part, report.advice())
    }

    /// Adds only what would help.
    pub(crate) fn and_advice(mut self, part: &str, advice: Option<Advice>) -> Self {
        if let Some(advice) = advice {
            add(&mut self.advice, part, advice.name());
        }
        self
    }
}

fn add(line: &mut String, part: &str, what: impl Display) {
    let separator = if line.is_empty() { "" } else { ", " };
    // Writing to a string cannot fail.
    let _written = write!(line, "{separator}{part}={what}");
}

impl IntoResponseParts for Remarks {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        for (header, line) in [(TURNED, self.turned), (ADVICE, self.advice)] {
            if let Some(value) = HeaderValue::try_from(line).ok().filter(|value| !value.is_empty()) {
                parts.headers_mut().insert(header, value);
            }
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::Outcome;
    use faceward_service::{Judged, LITTLE_CONTEXT, Liveness};

    use super::*;
    use crate::sample;

    #[test]
    fn only_photos_that_there_is_something_to_say_about_are_named() {
        let upright = sample::complete();
        let mut turned = sample::complete();
        turned.photo.turned = Turn::Cw90;
        let mut close = sample::complete();
        close.liveness = Outcome::Value(Judged { score: 0.5, fine: false });
        let reasons = vec![LITTLE_CONTEXT];
        close.face.liveness = Outcome::Value(Liveness { score: 0.5, raw: Vec::new(), reasons });
        let remarks = Remarks::default().and("first_photo", &upright).and("second_photo", &turned);
        assert_eq!((remarks.turned.as_str(), remarks.advice.as_str()), ("second_photo=90", ""));
        let remarks = remarks.and("third", &close).and_advice("fourth", Some(Advice::StepBack));
        assert_eq!(remarks.turned, "second_photo=90");
        assert_eq!(remarks.advice, "third=step_back, fourth=step_back");
    }
}
