//! What a server runs with, to the JSON of `/v1`.

use faceward_service::{
    Evidence, Info, ModelInfo, Rate, Rule, SimilarityCalibration, Unavailable, UnavailableReason,
    movement_rules,
};

use super::{answered_as, wire};
use crate::transaction::TransactionId;

pub(crate) fn info(info: &Info, transaction: TransactionId) -> wire::Info {
    let rules = info.thresholds.rules().chain(movement_rules(&info.thresholds.movement));
    let thresholds = rules.map(|(name, threshold)| (answered_as(name), rule(threshold)));
    wire::Info {
        transaction_id: transaction.0,
        version: info.version,
        runtime: wire::Runtime { name: info.runtime, version: info.runtime_version.clone() },
        search: wire::Search { place: info.searching.place.as_str(), index: info.searching.index.as_str() },
        models: info.models.iter().map(model).collect(),
        similarity: wire::Similarity {
            model: info.embedding_model.to_string(),
            threshold: info.thresholds.similarity,
            least_cosine: info.least_cosine.map(|cosine| cosine.0),
            calibration: calibration(&info.similarity),
        },
        thresholds: thresholds.collect(),
        evidence: info.evidence.iter().map(|(name, known)| (*name, evidence(known))).collect(),
        faces: wire::FaceRules {
            min_side: info.faces.min_side,
            second_face_share: info.faces.second_face_share,
        },
        demography: wire::Demography { enabled: info.demography.enabled, race: info.demography.race },
        unavailable: info.unavailable.iter().map(unavailable).collect(),
    }
}

fn model(model: &ModelInfo) -> wire::Model {
    let declaration = model.declaration;
    wire::Model {
        id: model.id.to_string(),
        family: declaration.map(|model| model.family.as_str()),
        license: declaration.map(|model| model.license.as_str()),
        origin: declaration.map(|model| model.origin.as_str()),
        accuracy: declaration.map(|model| model.accuracy.as_str()),
        from_cache: model.from_cache,
        precision: model.precision.as_str(),
    }
}

fn calibration(fitted: &SimilarityCalibration) -> wire::Calibration {
    let knots = fitted.knots.iter();
    let points = fitted.operating_points.iter();
    wire::Calibration {
        data: fitted.data.clone(),
        photos: fitted.photos,
        persons: fitted.persons,
        genuine_pairs: fitted.genuine_pairs,
        impostor_pairs: fitted.impostor_pairs,
        date: fitted.date.clone(),
        knots: knots.map(|knot| wire::Knot { cosine: knot.cosine, similarity: knot.similarity }).collect(),
        operating_points: points
            .map(|point| wire::OperatingPoint {
                fmr: point.fmr,
                fnmr: point.fnmr,
                cosine: point.cosine,
                cosine_interval: point.cosine_interval,
                similarity: point.similarity,
            })
            .collect(),
    }
}

fn evidence(known: &Evidence) -> wire::Evidence {
    wire::Evidence {
        models: known.models.clone(),
        data: known.data.clone(),
        date: known.date.clone(),
        at: known.at,
        rates: known.rates.iter().map(rate).collect(),
        measured_on: known.methods.clone(),
    }
}

fn rate(measured: &Rate) -> wire::MeasuredRate {
    wire::MeasuredRate {
        rate: measured.error.name(),
        set: measured.set.clone(),
        method: measured.method.clone(),
        condition: measured.condition.clone(),
        count: measured.count,
        share: measured.share,
        interval: measured.interval,
    }
}

const fn rule(rule: Rule) -> wire::Rule {
    match rule {
        Rule::AtLeast(least) => wire::Rule::AtLeast(least),
        Rule::AtMost(most) => wire::Rule::AtMost(most),
        Rule::Within(least, most) => wire::Rule::Within([least, most]),
    }
}

fn unavailable(unavailable: &Unavailable) -> wire::Unavailable {
    let reason = match unavailable.reason {
        UnavailableReason::NoModel => wire::UnavailableReason::NoModel,
        UnavailableReason::SwitchedOff => wire::UnavailableReason::SwitchedOff,
    };
    wire::Unavailable { value: answered_as(unavailable.value), reason }
}
