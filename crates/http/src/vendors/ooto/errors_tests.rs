//! The table against the literal texts of the documents, and the envelope against its sample.

use faceward_service::{Check, PhotoFault, ServiceError};

use super::*;

#[test]
fn codes_and_texts_are_those_of_the_documents() {
    let table = [
        (PhotoFault::Missing, 1, "photo should not be empty"),
        (PhotoFault::WrongType, 2, "wrong mime-type in input data"),
        (PhotoFault::Empty, 3, "photo size is 0 bytes"),
        (PhotoFault::Undecodable, 4, "can not decode image, check it is valid jpeg or png file"),
        (PhotoFault::TooManyPixels, 4, "can not decode image, check it is valid jpeg or png file"),
        (PhotoFault::NoFace, 5, "can not detect face"),
        (PhotoFault::SeveralFaces, 6, "more than one face detected on photo"),
        (PhotoFault::TooSmall, 9, "can not extract features from sample, probably it is too small"),
        (PhotoFault::NotPhotographed, 5, "can not detect face"),
        (PhotoFault::TooPoor, 9, "can not extract features from sample, probably it is too small"),
    ];
    for (fault, code, info) in table {
        let failure = Failure::from(fault.of(PhotoField::Only));
        let expected = Row { status: StatusCode::BAD_REQUEST, code, info: Some(info) };
        assert_eq!(row(failure.kind()), expected, "{fault:?}");
    }
}

#[test]
fn every_other_code_is_its_http_status() {
    for (kind, Row { status, code, .. }) in TABLE {
        let is_engine_code = matches!(code, 1 | 2 | 3 | 4 | 5 | 6 | 9) && *status == StatusCode::BAD_REQUEST;
        assert!(is_engine_code || *code == status.as_u16(), "{kind:?}: {status} {code}");
        assert!(
            [400, 401, 403, 404, 405, 408, 413, 429, 500, 501, 503].contains(&status.as_u16()),
            "{kind:?}: {status}"
        );
    }
}

async fn written(failure: Failure) -> (Response<()>, String) {
    let (parts, body) = write(&failure, TransactionId(uuid::Uuid::nil())).into_parts();
    let body = axum::body::to_bytes(body, 4096).await.expect("a short body");
    (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn the_envelope_has_the_keys_of_the_sample_in_their_order() {
    let (response, body) = written(PhotoFault::NoFace.of(PhotoField::Second).into()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()[FIELD], "second_photo");
    assert_eq!(
        body,
        r#"{"transactionId":"00000000-0000-0000-0000-000000000000","#.to_owned()
            + r#""result":{"status":"error","code":5,"info":"can not detect face"}}"#
    );
}

#[tokio::test]
async fn a_missing_check_is_501_and_its_text_names_it() {
    let (response, body) = written(ServiceError::CheckUnavailable(Check::Deepfake).into()).await;
    assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
    assert!(response.headers().get(FIELD).is_none());
    assert!(body.contains(r#""code":501"#) && body.contains("deepfake"), "{body}");
}
