//! Reports of the service to the JSON of `/v1`. Pure.

mod challenge;
mod info;
mod session;

use std::borrow::Cow;
use std::time::Duration;

use faceward_core::{Outcome, Point};
use faceward_service::measured;
use faceward_service::quality::{Assessment, Basis, IsoMeasure, MeasureResult};
use faceward_service::{
    Advice, AnalysisReport, FaceReport, Forgery, Judged, Output, Outputs, PhotoFormat, PhotoInfo,
    TemplateRecord, TemplateVerification,
};

use super::wire;
use crate::transaction::TransactionId;

pub(crate) use challenge::{challenge, challenge_request, verdict};
pub(crate) use info::info;
pub(crate) use session::{session_answer, session_request, wire_session};

/// What the answer of a comparison says about the face, but for checks.
pub(crate) const DESCRIBED: Outputs = Outputs::ATTRIBUTES.and(Outputs::QUALITY).with(Output::Pose);

pub(crate) fn analysis(report: &AnalysisReport, transaction: TransactionId) -> wire::Analysis {
    let steps = report.timings.iter().map(|timing| wire::StepTiming {
        step: timing.step,
        total_ms: milliseconds(timing.duration),
        network_ms: milliseconds(timing.network),
    });
    wire::Analysis {
        transaction_id: transaction.0,
        photo: photo(&report.photo),
        faces: report.faces.iter().map(face).collect(),
        n_detected: report.n_detected,
        timings: wire::Timings { queued_ms: milliseconds(report.queued), steps: steps.collect() },
    }
}

pub(crate) fn comparison(
    found: &TemplateVerification,
    transaction: TransactionId,
) -> wire::TemplateComparison {
    wire::TemplateComparison {
        transaction_id: transaction.0,
        template_id: found.template.to_string(),
        same: found.comparison.same,
        similarity: found.comparison.similarity.0,
        threshold: found.comparison.threshold.0,
        cosine: found.comparison.cosine.0,
        face: face(&found.face),
        photo: photo(&found.face.photo),
    }
}

pub(crate) fn template(record: &TemplateRecord) -> wire::Template {
    wire::Template {
        template_id: record.template.to_string(),
        gallery: record.gallery.to_string(),
        subject: record.subject.to_string(),
        model: record.model.to_string(),
        created_at: record.created_at.to_string(),
        expires_at: record.expires_at.map(|end| end.to_string()),
    }
}

fn photo(info: &PhotoInfo) -> wire::Photo {
    let format = match info.format {
        PhotoFormat::Jpeg => wire::PhotoFormat::Jpeg,
        PhotoFormat::Png => wire::PhotoFormat::Png,
    };
    wire::Photo { format, width: info.width, height: info.height, turned: info.turned.degrees() }
}

pub(crate) fn face(report: &FaceReport) -> wire::Face {
    let found = &report.face;
    let mut absences = Absences(Vec::new());
    let pose = absences.take("pose", &found.pose).map(|pose| wire::Pose {
        yaw: pose.yaw,
        pitch: pose.pitch,
        roll: pose.roll,
    });
    let dense = absences.take("landmarks.dense", &found.dense);
    wire::Face {
        face_box: wire::FaceBox {
            x: found.rect.left,
            y: found.rect.top,
            width: found.rect.width(),
            height: found.rect.height(),
        },
        confidence: found.confidence,
        landmarks: wire::Landmarks {
            five: found.points.to_array().map(xy),
            dense: dense.map(|points| points.iter().copied().map(xy).collect()),
        },
        pose,
        liveness: liveness(report, &mut absences),
        deepfake: deepfake(report, &mut absences),
        photographed: absences.take("photographed", &report.photographed).map(judged),
        attributes: attributes(report, &mut absences),
        quality: quality(report, &mut absences),
        absent: absences.0,
    }
}

fn judged(judged: &Judged) -> wire::Judged {
    wire::Judged { score: judged.score, fine: judged.fine }
}

fn liveness(report: &FaceReport, absences: &mut Absences) -> Option<wire::Liveness> {
    let judged = absences.take("liveness", &report.liveness)?;
    let found = report.face.liveness.value();
    let networks = found.map(|found| {
        let scores = found.raw.iter();
        scores.map(|(model, score)| wire::NetworkScore { model: model.to_string(), score: *score }).collect()
    });
    Some(wire::Liveness {
        score: judged.score,
        fine: judged.fine,
        networks: networks.unwrap_or_default(),
        reasons: reasons(report, found.map(|found| found.reasons.as_slice())),
        advice: report.liveness_advice().map(Advice::name),
        measured_on: measured::liveness().methods(),
    })
}

fn deepfake(report: &FaceReport, absences: &mut Absences) -> Option<wire::Deepfake> {
    let judged = absences.take("deepfake", &report.genuine)?;
    let suspected = report.suspected().map(|forgery| match forgery {
        Forgery::Swap => wire::Forgery::Swap,
        Forgery::Generated => wire::Forgery::Generated,
    });
    Some(wire::Deepfake {
        score: judged.score,
        fine: judged.fine,
        suspected,
        reasons: reasons(report, report.face.genuine.value().map(|found| found.reasons.as_slice())),
        advice: report.deepfake_advice().map(Advice::name),
        measured_on: measured::deepfake().methods(),
    })
}

/// What a check itself says against its score, and whether the picture is no photograph at all.
fn reasons(report: &FaceReport, found: Option<&[&'static str]>) -> Vec<&'static str> {
    let photographed = report.photographed.value().is_none_or(|photographed| photographed.fine);
    let not_photographed = (!photographed).then_some("not_photographed");
    found.unwrap_or_default().iter().copied().chain(not_photographed).collect()
}

fn attributes(report: &FaceReport, absences: &mut Absences) -> wire::Attributes {
    use faceward_service::{Attributes, Race};
    // Occlusion stands among the quality measures, with its verdict.
    let Attributes {
        left_eye_open,
        right_eye_open,
        mouth_open,
        neutral,
        male,
        age,
        race,
        masked,
        occluded: _,
    } = &report.face.attributes;
    wire::Attributes {
        left_eye_open: absences.take("attributes.left_eye_open", left_eye_open).copied(),
        right_eye_open: absences.take("attributes.right_eye_open", right_eye_open).copied(),
        mouth_open: absences.take("attributes.mouth_open", mouth_open).copied(),
        neutral: absences.take("attributes.neutral", neutral).copied(),
        male: absences.take("attributes.male", male).copied(),
        masked: absences.take("attributes.masked", masked).copied(),
        age: absences.take("attributes.age", age).copied(),
        race: absences.take("attributes.race", race).map(|race| match race {
            Race::White => wire::Race::White,
            Race::Black => wire::Race::Black,
            Race::Asian => wire::Race::Asian,
            Race::Indian => wire::Race::Indian,
            Race::Other => wire::Race::Other,
        }),
    }
}

fn quality(report: &FaceReport, absences: &mut Absences) -> wire::Quality {
    let measures = report.quality.iter().map(|(key, outcome)| {
        let name = answered_as(key.name());
        let judged = absences.take(format!("quality.{name}"), outcome);
        wire::Measure {
            name,
            score: judged.map(|judged| judged.score),
            fine: judged.map(|judged| judged.fine),
        }
    });
    let measures = measures.collect();
    let components = absences.take("quality.iso29794_5", &report.face.components);
    wire::Quality { measures, iso29794_5: components.map(|lines| lines.iter().map(iso_component).collect()) }
}

/// What a value of this name is called in answers: two had their names there before the engine gave them others.
fn answered_as(name: &'static str) -> &'static str {
    match name {
        "genuine" => "deepfake",
        "utility" => "crfiqa",
        same => same,
    }
}

fn iso_component(measure: &IsoMeasure) -> wire::IsoComponent {
    let component = measure.component.name();
    match &measure.assessment {
        Assessment::Assessed(MeasureResult { native, quality, basis }) => wire::IsoComponent {
            component,
            assessed: true,
            quality: Some(*quality),
            native: Some(*native),
            basis: Some(match basis {
                Basis::Standard => wire::Basis::Standard,
                Basis::Own => wire::Basis::Own,
            }),
            reason: None,
        },
        Assessment::NotAssessed(reason) => wire::IsoComponent {
            component,
            assessed: false,
            quality: None,
            native: None,
            basis: None,
            reason: Some(reason.clone()),
        },
    }
}

/// Collects why values are missing while an answer is built.
struct Absences(Vec<wire::Absent>);

impl Absences {
    /// The value of `outcome`; where there is none, the reason is kept under the path `value`.
    fn take<'a, T>(&mut self, value: impl Into<Cow<'static, str>>, outcome: &'a Outcome<T>) -> Option<&'a T> {
        let (reason, detail) = match outcome {
            Outcome::Value(found) => return Some(found),
            Outcome::NotRequested => (wire::AbsentReason::NotRequested, None),
            Outcome::Unavailable => (wire::AbsentReason::Unavailable, None),
            Outcome::Failed(detail) => (wire::AbsentReason::Failed, Some(detail.clone())),
        };
        self.0.push(wire::Absent { value: value.into(), reason, detail });
        None
    }
}

fn xy(point: Point) -> [f32; 2] {
    [point.x, point.y]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests;
