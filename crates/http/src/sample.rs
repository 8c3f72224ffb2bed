//! Reports to convert in tests: one with every value, one with none that can be absent.

use faceward_core::{FivePoints, HeadPose, ModelId, Outcome, PixelRect, Point, QualityValues, Turn};
use faceward_service::quality::{Assessment, Basis, Component, IsoMeasure, MeasureResult};
use faceward_service::{
    Attributes, FaceAnalysis, FaceReport, Forgery, Genuineness, Judged, Liveness, PhotoFormat, PhotoInfo,
    Race,
};

/// Everything is known.
pub(crate) fn complete() -> FaceReport {
    report(&Values {
        number: |value| Outcome::Value(value as f32),
        judged: Outcome::Value(JUDGED),
        full: true,
    })
}

/// Nothing is available but what the detector says.
pub(crate) fn bare() -> FaceReport {
    report(&Values { number: |_| Outcome::Unavailable, judged: Outcome::Unavailable, full: false })
}

const JUDGED: Judged = Judged { score: 0.25, fine: true };

struct Values {
    number: fn(f64) -> Outcome<f32>,
    judged: Outcome<Judged>,
    full: bool,
}

impl Values {
    fn or_unavailable<T>(&self, value: T) -> Outcome<T> {
        if self.full { Outcome::Value(value) } else { Outcome::Unavailable }
    }
}

fn report(values: &Values) -> FaceReport {
    let photo = PhotoInfo { format: PhotoFormat::Jpeg, width: 100, height: 80, turned: Turn::None };
    let judged = || values.judged.clone();
    let quality = QualityValues::from_fn(|_| judged());
    FaceReport {
        face: face(values),
        photo,
        n_detected: 1,
        liveness: judged(),
        genuine: judged(),
        photographed: judged(),
        quality,
    }
}

fn face(values: &Values) -> FaceAnalysis {
    let raw = vec![(ModelId::new("m"), 0.5)];
    FaceAnalysis {
        rect: PixelRect { left: -4.4, top: 10.5, right: 90.4, bottom: 120.0 },
        confidence: 0.9,
        points: FivePoints::from_array([1.4, 2.5, 3.0, -4.6, 200.2].map(|x| Point::new(x, x))),
        mesh: Outcome::NotRequested,
        dense: values.or_unavailable(vec![Point::new(0.0, 0.0); 68]),
        pose: values.or_unavailable(HeadPose { yaw: 1.5, pitch: 2.5, roll: 3.5 }),
        embedding: Outcome::NotRequested,
        liveness: values.or_unavailable(Liveness { score: 0.25, raw, reasons: Vec::new() }),
        genuine: values.or_unavailable(Genuineness {
            score: 0.25,
            suspected: Forgery::Swap,
            reasons: Vec::new(),
        }),
        photographed: (values.number)(0.25),
        attributes: Attributes {
            left_eye_open: (values.number)(0.9),
            right_eye_open: (values.number)(0.9),
            mouth_open: (values.number)(0.1),
            neutral: (values.number)(0.9),
            male: (values.number)(0.6),
            age: (values.number)(41.6),
            race: values.or_unavailable(Race::Other),
            masked: (values.number)(0.1),
            occluded: (values.number)(0.25),
        },
        quality: QualityValues::from_fn(|_| (values.number)(0.25)),
        components: values.or_unavailable(components()),
    }
}

fn components() -> Vec<IsoMeasure> {
    let measured = MeasureResult { native: 0.5, quality: 70, basis: Basis::Standard };
    let needs_a_model = Assessment::NotAssessed("needs a model".to_owned());
    vec![
        IsoMeasure { component: Component::Sharpness, assessment: Assessment::Assessed(measured) },
        IsoMeasure { component: Component::NoHeadCoverings, assessment: needs_a_model },
    ]
}
