//! Reports of the service to the JSON of the OOTO API. Pure.

use faceward_core::{Outcome, PixelRect, Point};
use faceward_service::{
    Attributes, Enrollment, FaceReport, Identification, Judged, Match, Output, Outputs, PhotoInfo,
    Verification,
};

use super::wire;

/// What every answer says about a face, but for checks and dense landmarks.
pub(super) const DESCRIBED: Outputs =
    wire::QUALITY.and(Outputs::of(&[Output::Gender, Output::Age, Output::Race]));

/// How many points an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LandmarkScheme {
    /// Eyes, nose, corners of the mouth.
    Five,
    /// The 68 of the iBUG scheme.
    Dense,
}

pub(crate) fn inspection(report: &FaceReport, scheme: LandmarkScheme) -> wire::Inspection {
    wire::Inspection {
        liveness: requested(&report.liveness),
        deepfake: requested(&report.genuine),
        quality: wire::InspectionQuality::of(report),
        demography: inspection_demography(&report.face.attributes),
        face_box: face_box(&report.face.rect, &report.photo),
        landmarks: landmarks(report, scheme),
    }
}

pub(crate) fn enrolled(enrollment: &Enrollment, scheme: LandmarkScheme) -> wire::Enrolled {
    let report = &enrollment.face;
    let template_id = enrollment.record.template.to_string();
    wire::Enrolled {
        enroll: wire::EnrolledTemplate { template_id: template_id.clone() },
        quality: wire::InspectionQuality::of(report),
        demography: inspection_demography(&report.face.attributes),
        face_box: face_box(&report.face.rect, &report.photo),
        landmarks: landmarks(report, scheme),
        liveness: requested(&report.liveness),
        deepfake: requested(&report.genuine),
        template_id,
    }
}

pub(crate) fn verified(verification: &Verification, scheme: LandmarkScheme) -> wire::Verified {
    wire::Verified {
        first_face: face(&verification.first, scheme),
        second_face: face(&verification.second, scheme),
        threshold: verification.comparison.threshold.0,
        similarity: verification.comparison.similarity.0,
        same: verification.comparison.same,
    }
}

/// `list_candidates`: the caller gave a limit.
pub(crate) fn identified(
    identification: &Identification,
    scheme: LandmarkScheme,
    list_candidates: bool,
) -> wire::Identified {
    let template_id = identification.best.as_ref().map(|best| best.template.to_string());
    let similarity = identification.best_similarity.map(|similarity| similarity.0);
    let candidates = list_candidates.then(|| identification.candidates.iter().map(candidate).collect());
    wire::Identified {
        search: wire::Search { template_id: template_id.clone(), similarity, candidates },
        face: face(&identification.face, scheme),
        template_id,
        similarity,
    }
}

fn candidate(found: &Match) -> wire::Candidate {
    wire::Candidate { template_id: found.template.to_string(), similarity: found.similarity.0 }
}

fn face(report: &FaceReport, scheme: LandmarkScheme) -> wire::Face {
    let demography = face_demography(&report.face.attributes);
    wire::Face {
        face_box: face_box(&report.face.rect, &report.photo),
        landmarks: landmarks(report, scheme),
        liveness: requested(&report.liveness),
        deepfake: requested(&report.genuine),
        quality: wire::FaceQuality::of(report, &demography),
        demography,
    }
}

/// The service fails a request whose check has no model or cannot decide, so a check that was asked for has a value
/// here. Should it have none all the same, the answer must not read as a pass: `null` and not fine.
fn requested(outcome: &Outcome<Judged>) -> Option<wire::Scored> {
    match outcome {
        Outcome::Value(_) => Some(wire::Scored::of(outcome)),
        Outcome::NotRequested => None,
        Outcome::Unavailable | Outcome::Failed(_) => Some(wire::Scored { score: None, fine: Some(false) }),
    }
}

fn inspection_demography(attributes: &Attributes) -> wire::InspectionDemography {
    wire::InspectionDemography { age: age(attributes), gender: gender(attributes), race: race(attributes) }
}

fn face_demography(attributes: &Attributes) -> wire::FaceDemography {
    wire::FaceDemography { gender: gender(attributes), age: age(attributes), race: race(attributes) }
}

fn gender(attributes: &Attributes) -> Option<wire::Gender> {
    attributes.male.value().map(|male| if *male >= 0.5 { wire::Gender::Male } else { wire::Gender::Female })
}

fn age(attributes: &Attributes) -> Option<u32> {
    attributes.age.value().map(|years| years.round().max(0.0) as u32)
}

fn race(attributes: &Attributes) -> Option<wire::Race> {
    use faceward_service::Race;
    attributes.race.value().map(|race| match race {
        Race::White => wire::Race::White,
        Race::Black => wire::Race::Black,
        Race::Asian => wire::Race::Asian,
        Race::Indian => wire::Race::Indian,
        Race::Other => wire::Race::Other,
    })
}

/// The box on whole pixels, clamped to the photo. Edges are rounded, so that neighbouring boxes stay neighbours.
fn face_box(rect: &PixelRect, photo: &PhotoInfo) -> wire::FaceBox {
    let inside = rect.clamped(photo.width, photo.height);
    let (x, y) = (inside.left.round() as i32, inside.top.round() as i32);
    wire::FaceBox { x, y, w: inside.right.round() as i32 - x, h: inside.bottom.round() as i32 - y }
}

fn landmarks(report: &FaceReport, scheme: LandmarkScheme) -> wire::Landmarks {
    match scheme {
        LandmarkScheme::Five => Some(report.face.points.to_array().map(whole_pixels).to_vec()),
        LandmarkScheme::Dense => {
            report.face.dense.value().map(|points| points.iter().copied().map(whole_pixels).collect())
        }
    }
}

fn whole_pixels(point: Point) -> [i32; 2] {
    [point.x.round() as i32, point.y.round() as i32]
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
