//! Active and passive liveness.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use faceward_core::AppId;
use faceward_service::{ActiveLiveness, FrameFault, PhotoField, ServiceError};

use super::super::convert::{self, Asked};
use super::super::errors::Failures;
use super::super::liveness::{Shape, Wanted, batch, list_or_single};
use super::super::received::ReceivedPhotos;
use super::super::{answer, forms, wire};
use crate::extract::caller::Caller;
use crate::failure::Failure;
use crate::remarks::Remarks;
use crate::state::AppState;

/// Do the images show what was asked for, live and of the right person? A list of images, or one.
#[utoipa::path(
    post, path = "/verify-face-liveness", tag = "riset", operation_id = "riset_verify_face_liveness",
    security(("access_token" = [])),
    request_body(
        content = forms::ListLiveness, content_type = "application/json",
        description = "Or, for one image: RisetSingleLivenessForm",
    ),
    responses(
        (status = 200, description = "Judged; or a failure with its code in `status`. With `image` in place of `images`: \
         RisetSingleLiveness", body = wire::Answer<wire::ListLiveness<wire::ListImage>>),
        Failures,
    ),
)]
pub(super) async fn verify_face_liveness(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    ReceivedPhotos(received): ReceivedPhotos,
) -> Result<Response, Failure> {
    let wanted = received.read(list_or_single).await?;
    let shape = wanted.shape;
    let (report, asked) = judged(&app, &app_id, wanted).await?;
    let settings = app.service.settings();
    let rules = &settings.thresholds.movement;
    match shape {
        Shape::List => {
            let answered = answer::success(convert::list(&report, &asked, rules), &app.settings);
            Ok((remarks(&report), answered).into_response())
        }
        Shape::Single => {
            let result = convert::single(&report, rules).map_err(whole_call)?;
            Ok((remarks(&report), answer::success(result, &app.settings)).into_response())
        }
    }
}

/// The same for up to eight images, each with parameters of its own.
#[utoipa::path(
    post, path = "/batch-verify-face-liveness", tag = "riset", operation_id = "riset_batch_verify_face_liveness",
    security(("access_token" = [])),
    request_body(content = forms::BatchLiveness, content_type = "application/json"),
    responses(
        (status = 200, description = "Judged; or a failure with its code in `status`",
         body = wire::Answer<wire::ListLiveness<wire::BatchImage>>),
        Failures,
    ),
)]
pub(super) async fn batch_verify_face_liveness(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    ReceivedPhotos(received): ReceivedPhotos,
) -> Result<Response, Failure> {
    let wanted = received.read(batch).await?;
    let (report, asked) = judged(&app, &app_id, wanted).await?;
    let settings = app.service.settings();
    let rules = &settings.thresholds.movement;
    let answered = answer::success(convert::batch(&report, &asked, rules), &app.settings);
    Ok((remarks(&report), answered).into_response())
}

/// What would help, by the names that the images have in the answer of a list.
fn remarks(report: &ActiveLiveness) -> Remarks {
    let frames = report.frames.iter().zip(1..);
    frames.fold(Remarks::default(), |remarks, (frame, number)| {
        let advice = frame.as_ref().ok().and_then(|verdict| verdict.face.advice());
        remarks.and_advice(&format!("image{number}"), advice)
    })
}

async fn judged(
    app: &AppState,
    app_id: &AppId,
    wanted: Wanted,
) -> Result<(ActiveLiveness, Vec<Asked>), Failure> {
    let Wanted { mut request, mirrored, asked, shape: _ } = wanted;
    request.mirrored = match mirrored {
        Some(mirrored) => mirrored,
        None => app.service.apps().get(app_id).await?.settings.mirrored,
    };
    let report = app.service.active_liveness(app_id, request).await?;
    Ok((report, asked))
}

/// The fault of the only image is the fault of the call.
fn whole_call(fault: FrameFault) -> Failure {
    match fault {
        FrameFault::Photo(fault) => fault.of(PhotoField::Only),
        FrameFault::Undecided(check) => {
            ServiceError::CheckUndecided { field: PhotoField::Only, check, reason: String::new() }
        }
    }
    .into()
}
