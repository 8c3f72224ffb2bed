//! Subjects: enrol, verify, identify, list, delete; and two photos compared.

use axum::extract::State;
use axum::response::Response;
use faceward_service::{
    EnrollRequest, FaceOptions, IdentifyRequest, PhotoField, SubjectRef, VerifyRequest, VerifySubjectRequest,
};

use super::super::errors::{Failures, FailuresWithoutPhoto};
use super::super::received::{Received, ReceivedPhotos};
use super::super::{answer, convert, forms, wire};
use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::state::AppState;

/// Enrols a photo of a subject. Further photos of the same `user_id` are kept beside it, and the best decides.
#[utoipa::path(
    post, path = "/facegallery/enroll-face", tag = "riset", operation_id = "riset_enroll_face",
    security(("access_token" = [])),
    request_body(content = forms::Enroll, content_type = "application/json"),
    responses(
        (status = 200, description = "Enrolled, on disk; or a failure with its code in `status`",
         body = wire::Answer<wire::Nothing>),
        Failures,
    ),
)]
pub(super) async fn enroll_face(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    ReceivedPhotos(received): ReceivedPhotos,
) -> Result<Response, Failure> {
    let least_side = app.settings.riset.enroll_min_side as f32;
    let read = received.read(move |call, photo_bytes| {
        let SubjectRef { gallery, subject } = call.subject()?;
        let name = call.user_name()?;
        let forced = call.force_register.flag("force_register")?.unwrap_or(false);
        Ok(EnrollRequest {
            photo: call.image.photo(PhotoField::Only, photo_bytes)?,
            template: None,
            gallery: Some(gallery),
            subject: Some(subject),
            name: Some(name),
            min_side: (!forced).then_some(least_side),
            force: forced,
            expires_in: None,
            replace: false,
            options: FaceOptions::default(),
        })
    });
    let request = read.await?;
    app.service.enroll(&app_id, request).await?;
    Ok(answer::success(wire::Nothing {}, &app.settings))
}

/// The subjects of a gallery.
#[utoipa::path(
    get, path = "/facegallery/list-faces", tag = "riset", operation_id = "riset_list_faces",
    security(("access_token" = [])),
    params(("facegallery_id" = Option<String>, Query, description = "Also in a JSON body")),
    responses((status = 200, description = "The subjects", body = wire::Answer<wire::Faces>), FailuresWithoutPhoto),
)]
pub(super) async fn list_faces(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    received: Received,
) -> Result<Response, Failure> {
    let gallery = received.read(|call, _| call.gallery()).await?;
    let subjects = app.service.list_subjects(&app_id, &gallery).await?;
    Ok(answer::success(convert::faces(&subjects), &app.settings))
}

/// Does a photo show this subject?
#[utoipa::path(
    post, path = "/facegallery/verify-face", tag = "riset", operation_id = "riset_verify_face",
    security(("access_token" = [])),
    request_body(content = forms::Verify, content_type = "application/json"),
    responses(
        (status = 200, description = "Compared; or a failure with its code in `status`",
         body = wire::Answer<wire::VerifiedFace>),
        Failures,
    ),
)]
pub(super) async fn verify_face(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    ReceivedPhotos(received): ReceivedPhotos,
) -> Result<Response, Failure> {
    let read = received.read(|call, photo_bytes| {
        Ok(VerifySubjectRequest {
            subject: call.subject()?,
            photo: call.image.photo(PhotoField::Only, photo_bytes)?,
            options: describing(),
        })
    });
    let request = read.await?;
    let found = app.service.verify_subject(&app_id, request).await?;
    let settings = app.service.settings();
    let rules = &settings.thresholds.movement;
    Ok(answer::success(convert::verified(&found, rules), &app.settings))
}

/// Who of a gallery does a photo show?
#[utoipa::path(
    post, path = "/facegallery/identify-face", tag = "riset", operation_id = "riset_identify_face",
    security(("access_token" = [])),
    request_body(content = forms::Identify, content_type = "application/json"),
    responses(
        (status = 200, description = "Somebody, or `unregistered`; or a failure with its code in `status`",
         body = wire::Answer<wire::Identified>),
        Failures,
    ),
)]
pub(super) async fn identify_face(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    ReceivedPhotos(received): ReceivedPhotos,
) -> Result<Response, Failure> {
    let read = received
        .read(|call, photo_bytes| Ok((call.gallery()?, call.image.photo(PhotoField::Only, photo_bytes)?)));
    let (gallery, photo) = read.await?;
    let request = IdentifyRequest {
        photo,
        threshold: None,
        limit: None,
        galleries: Some(vec![gallery]),
        options: describing(),
    };
    let found = app.service.identify(&app_id, request).await?;
    let name = found.best.as_ref().and_then(|best| best.name.clone());
    let settings = app.service.settings();
    let rules = &settings.thresholds.movement;
    Ok(answer::success(convert::identified(&found, name, rules), &app.settings))
}

/// Deletes a subject with all of its photos' templates, for good.
#[utoipa::path(
    delete, path = "/facegallery/delete-face", tag = "riset", operation_id = "riset_delete_face",
    security(("access_token" = [])),
    params(
        ("user_id" = Option<String>, Query, description = "In place of a JSON body"),
        ("facegallery_id" = Option<String>, Query, description = "In place of a JSON body"),
    ),
    request_body(content = forms::Subject, content_type = "application/json"),
    responses((status = 200, description = "Deleted", body = wire::Answer<wire::Nothing>), FailuresWithoutPhoto),
)]
pub(super) async fn delete_face(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    received: Received,
) -> Result<Response, Failure> {
    let subject = received.read(|call, _| call.subject()).await?;
    app.service.delete_subject(&app_id, &subject).await?;
    Ok(answer::success(wire::Nothing {}, &app.settings))
}

/// Do two photos show one person? Nothing that is enrolled plays a part.
#[utoipa::path(
    post, path = "/compare-images", tag = "riset", operation_id = "riset_compare_images",
    security(("access_token" = [])),
    request_body(content = forms::Compare, content_type = "application/json"),
    responses(
        (status = 200, description = "Compared; or a failure with its code in `status`",
         body = wire::Answer<wire::Compared>),
        Failures,
    ),
)]
pub(super) async fn compare_images(
    State(app): State<AppState>,
    ReceivedPhotos(received): ReceivedPhotos,
) -> Result<Response, Failure> {
    let read = received.read(|call, photo_bytes| {
        Ok(VerifyRequest {
            first: call.source_image.photo(PhotoField::First, photo_bytes)?,
            second: call.target_image.photo(PhotoField::Second, photo_bytes)?,
            options: describing(),
        })
    });
    let request = read.await?;
    let found = app.service.verify(request).await?;
    let settings = app.service.settings();
    let rules = &settings.thresholds.movement;
    Ok(answer::success(convert::compared(&found, rules), &app.settings))
}

/// Asks for what the answers say about a face.
fn describing() -> FaceOptions {
    FaceOptions { describe: convert::DESCRIBED, ..FaceOptions::default() }
}
