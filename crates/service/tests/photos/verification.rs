//! Verify: same person, different persons, the same photo, dense landmarks, checks.

use faceward_core::{Outcome, QualityKey};
use faceward_service::{
    Attributes, Check, Checks, FaceOptions, Output, Outputs, ServiceError, VerifyRequest,
};

use crate::fixture::{
    BIDEN, OBAMA, OBAMA_AGAIN, engine_without, photo, service, service_on, service_with, settings,
};

#[tokio::test]
async fn one_person_on_two_photos_is_the_same() {
    let answer = service().verify(photo(OBAMA), photo(OBAMA_AGAIN)).await.expect("two faces").comparison;
    assert!(answer.same && answer.similarity >= answer.threshold, "{answer:?}");
    assert_eq!(answer.threshold.0, 0.75);
}

#[tokio::test]
async fn two_persons_are_not_the_same() {
    let answer = service().verify(photo(OBAMA), photo(BIDEN)).await.expect("two faces").comparison;
    assert!(!answer.same && answer.similarity < answer.threshold, "{answer:?}");
}

#[tokio::test]
async fn a_photo_is_the_same_as_itself_whatever_the_probe_setting() {
    for mirrored_probes in [true, false] {
        let fixture = service_with(faceward_service::Settings { mirrored_probes, ..settings() });
        let answer = fixture.verify(photo(BIDEN), photo(BIDEN)).await.expect("two faces").comparison;
        assert!(answer.same && answer.similarity.0 >= 0.99, "{answer:?}");
    }
}

#[tokio::test]
async fn the_order_of_the_photos_does_not_matter() {
    let fixture = service();
    let one_way = fixture.verify(photo(OBAMA), photo(BIDEN)).await.expect("two faces");
    let the_other = fixture.verify(photo(BIDEN), photo(OBAMA)).await.expect("two faces");
    assert_eq!(one_way.comparison, the_other.comparison);
    assert_eq!(one_way.first.face.rect, the_other.second.face.rect);
    assert_eq!(one_way.second.face.points, the_other.first.face.points);
}

#[tokio::test]
async fn a_report_says_what_was_asked_for_and_never_the_embedding() {
    let fixture = service();
    for dense_landmarks in [false, true] {
        let describe = Outputs::of(&[Output::Pose]).with_if(Output::DenseLandmarks, dense_landmarks);
        let options = FaceOptions { describe, ..FaceOptions::default() };
        let request = VerifyRequest { first: photo(OBAMA), second: photo(BIDEN), options };
        let answer = fixture.service.verify(request).await.expect("two faces");
        for report in [&answer.first, &answer.second] {
            assert_eq!(report.face.embedding, Outcome::NotRequested);
            assert_eq!(report.liveness, Outcome::NotRequested);
            assert_eq!(report.face.liveness, Outcome::NotRequested);
            assert_eq!(report.genuine, Outcome::NotRequested);
            assert_eq!(report.face.dense.value().map(Vec::len), dense_landmarks.then_some(68));
            assert!(report.face.pose.value().is_some(), "{:?}", report.face.pose);
            // Which condition a face is in decides how alike it must be, whether described or not.
            let covered = (report.face.attributes.occluded.clone(), report.face.attributes.masked.clone());
            let (occluded, masked) = covered;
            let expected = Attributes { occluded, masked, ..Attributes::NOT_REQUESTED };
            assert_eq!(report.face.attributes, expected);
            let of_condition = |key| matches!(key, QualityKey::Utility | QualityKey::Occlusion);
            let described = |(key, judged): (QualityKey, &Outcome<_>)| {
                assert_eq!(of_condition(key), *judged != Outcome::NotRequested, "{key:?}");
            };
            report.quality.iter().for_each(described);
            assert_eq!(report.n_detected, 1);
        }
    }
}

#[tokio::test]
async fn a_check_whose_model_is_disabled_is_refused() {
    let fixture = service_on(engine_without(&["faceward-deepfake-1"]), settings());
    let checks = Checks { liveness: true, deepfake: true };
    let options = FaceOptions { checks, ..FaceOptions::default() };
    let request = VerifyRequest { first: photo(OBAMA), second: photo(BIDEN), options };
    let refused = fixture.service.verify(request).await.map(|answer| answer.comparison);
    assert!(matches!(refused, Err(ServiceError::CheckUnavailable(Check::Deepfake))), "{refused:?}");
}

#[tokio::test]
async fn a_requested_check_is_answered_or_refused_but_never_left_out() {
    let fixture = service();
    let available = fixture.service.available();
    let ask = |checks| {
        let options = FaceOptions { checks, ..FaceOptions::default() };
        fixture.service.verify(VerifyRequest { first: photo(OBAMA), second: photo(BIDEN), options })
    };
    let liveness = ask(Checks { liveness: true, deepfake: false }).await;
    let deepfake = ask(Checks { liveness: false, deepfake: true }).await;
    for (check, answer, output) in
        [(Check::Liveness, liveness, Output::Liveness), (Check::Deepfake, deepfake, Output::Genuine)]
    {
        let available = available.contains(output);
        match (answer, available, check) {
            (Ok(answer), true, Check::Liveness) => {
                let scores = [answer.first, answer.second].map(|face| face.liveness.value().map(|j| j.score));
                assert!(scores.iter().flatten().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
                assert_eq!(scores.iter().flatten().count(), 2);
            }
            (Ok(answer), true, Check::Deepfake) => {
                assert!(answer.first.genuine.value().is_some() && answer.second.genuine.value().is_some());
            }
            (Err(ServiceError::CheckUnavailable(refused)), false, asked) => assert_eq!(refused, asked),
            (answer, available, check) => panic!("{check}, available: {available}, answered: {answer:?}"),
        }
    }
}
