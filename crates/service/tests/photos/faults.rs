//! Photos that cannot be used, one for each fault, and which of two is named.

use bytes::Bytes;
use faceward_service::{
    AnalyzeRequest, Declared, FaceOptions, IdentifyRequest, InspectRequest, ListTemplatesRequest, Output,
    Outputs, Photo, PhotoFault, PhotoField, ServiceError,
};

use crate::fixture::{BIDEN, Fixture, OBAMA, identify_request, photo, service};
use crate::forged;

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
fn check<T: std::fmt::Debug>(
    answer: Result<T, ServiceError>,
    expected: Option<(PhotoField, PhotoFault)>,
    what: &str,
) {
    let actual = match answer {
        Ok(_) => None,
        Err(ServiceError::Photo { field, fault }) => Some((field, fault)),
        Err(other) => panic!("{what}: {other}"),
    };
    assert_eq!(actual, expected, "{what}");
}

async fn inspect(fixture: &Fixture, photo: Photo) -> Result<(), ServiceError> {
    fixture.service.inspect(InspectRequest { photo, options: FaceOptions::default() }).await.map(drop)
}

#[tokio::test]
async fn each_fault_has_its_photo() {
    let fixture = service();
    let text = |declared| Photo::declared(Bytes::from_static(b"no photo at all"), declared);
    let rows = [
        ("a portrait", photo(OBAMA), None),
        ("nothing", Photo::missing(), Some(PhotoFault::Missing)),
        ("no bytes", Photo::from(Bytes::new()), Some(PhotoFault::Empty)),
        ("text", text(Declared::Other), Some(PhotoFault::WrongType)),
        ("text declared a photo", text(Declared::JpegOrPng), Some(PhotoFault::Undecodable)),
        ("half a JPEG", forged::truncated(OBAMA), Some(PhotoFault::Undecodable)),
        ("21 MiB", forged::heavy(OBAMA), Some(PhotoFault::TooManyBytes)),
        ("a bomb", forged::bomb(), Some(PhotoFault::TooManyPixels)),
        ("a wall", forged::without_face(), Some(PhotoFault::NoFace)),
        ("two faces", forged::side_by_side(OBAMA, BIDEN, 1.0), Some(PhotoFault::SeveralFaces)),
        ("a bystander", forged::side_by_side(OBAMA, BIDEN, 0.18), None),
        ("far away", forged::far_away(OBAMA, 48), Some(PhotoFault::TooSmall)),
    ];
    for (what, photo, fault) in rows {
        check(inspect(&fixture, photo).await, fault.map(|fault| (PhotoField::Only, fault)), what);
    }
}

#[tokio::test]
async fn of_two_unusable_photos_the_first_is_named_unless_the_second_fails_an_earlier_check() {
    let fixture = service();
    let (first, second) = (PhotoField::First, PhotoField::Second);
    let rows = [
        ("wall, half", forged::without_face(), forged::truncated(BIDEN), (first, PhotoFault::NoFace)),
        ("portrait, half", photo(OBAMA), forged::truncated(BIDEN), (second, PhotoFault::Undecodable)),
        ("wall, nothing", forged::without_face(), Photo::missing(), (second, PhotoFault::Missing)),
        ("empty, nothing", Photo::from(Bytes::new()), Photo::missing(), (second, PhotoFault::Missing)),
    ];
    for (what, a, b, expected) in rows {
        check(fixture.verify(a, b).await, Some(expected), what);
    }
}

#[tokio::test]
async fn a_drawing_and_a_blurred_face_are_looked_at_but_never_compared() {
    let fixture = service();
    let drawn: fn() -> Photo = forged::drawn;
    let blurred: fn() -> Photo = || forged::blurred(OBAMA);
    let rows = [("drawn", drawn, PhotoFault::NotPhotographed), ("blurred", blurred, PhotoFault::TooPoor)];
    for (what, made, fault) in rows {
        check(inspect(&fixture, made()).await, None, what);
        check(fixture.verify(made(), made()).await, Some((PhotoField::First, fault)), what);
        check(fixture.verify(photo(OBAMA), made()).await, Some((PhotoField::Second, fault)), what);
    }
}

#[tokio::test]
async fn analysing_all_faces_knows_neither_none_nor_several_as_a_fault() {
    let fixture = service();
    let outputs = Outputs::of(&[Output::Pose]);
    let two = forged::side_by_side(OBAMA, BIDEN, 1.0);
    for (what, photo, n_faces) in [("a wall", forged::without_face(), 0), ("two faces", two, 2)] {
        let request = AnalyzeRequest { photo, outputs };
        let answer = fixture.service.analyze(request).await.expect("a photo");
        assert_eq!((answer.faces.len(), answer.n_detected), (n_faces, n_faces), "{what}");
        assert!(!answer.timings.is_empty());
    }
    let request = AnalyzeRequest { photo: forged::truncated(OBAMA), outputs };
    let expected = Some((PhotoField::Only, PhotoFault::Undecodable));
    check(fixture.service.analyze(request).await, expected, "half a JPEG");
}

#[tokio::test]
async fn of_a_crowd_the_largest_faces_are_described_and_the_others_counted() {
    let fixture = service();
    let request = AnalyzeRequest { photo: forged::crowd(OBAMA, 9, 6), outputs: Outputs::default() };
    let answer = fixture.service.analyze(request).await.expect("a photo");
    assert!(answer.n_detected > AnalyzeRequest::MOST_FACES, "{} of 54", answer.n_detected);
    assert_eq!(answer.faces.len(), AnalyzeRequest::MOST_FACES);
}

#[tokio::test]
async fn parameters_outside_their_range_are_named() {
    let fixture = service();
    let (service, app) = (&fixture.service, &fixture.app);
    let threshold = Some(faceward_core::Similarity(1.5));
    let request = IdentifyRequest { threshold, ..identify_request(photo(OBAMA)) };
    let refused = service.identify(app, request).await;
    assert!(matches!(refused, Err(ServiceError::InvalidParameter { name: "threshold", .. })), "{refused:?}");
    let request = IdentifyRequest { limit: Some(0), ..identify_request(photo(OBAMA)) };
    let refused = service.identify(app, request).await;
    assert!(matches!(refused, Err(ServiceError::InvalidParameter { name: "limit", .. })), "{refused:?}");
    for limit in [0, 1001] {
        let request = ListTemplatesRequest { limit: Some(limit), ..ListTemplatesRequest::default() };
        let refused = service.list_templates(app, request).await;
        assert!(matches!(refused, Err(ServiceError::InvalidParameter { name: "limit", .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let fixture = service();
    let refused = fixture.service.authenticate(&fixture.app.to_string(), "not the key of this app").await;
    assert!(matches!(refused, Err(ServiceError::Unauthenticated)), "{refused:?}");
}
