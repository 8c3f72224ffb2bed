//! The endpoints of the OOTO API: extract, one use case, convert.

use axum::Json;
use axum::extract::{Request, State};
use faceward_core::{Similarity, TemplateId};
use faceward_service::{
    Checks, EnrollRequest, FaceOptions, IdentifyRequest, InspectRequest, Output, VerifyRequest,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::convert::{self, LandmarkScheme};
use super::errors::{Failures, FailuresWithoutPhoto};
use super::{forms, wire};
use crate::extract::caller::Caller;
use crate::extract::fields;
use crate::extract::form::{Form, PhotoForm};
use crate::extract::parameters::Parameters;
use crate::failure::Failure;
use crate::remarks::Remarks;
use crate::state::AppState;
use crate::transaction::TransactionId;

/// Most candidates that `identify` names.
const MAX_CANDIDATES: usize = 100;
/// Largest body of `delete` that is no form: one id.
const MAX_DELETE_BYTES: usize = 64 * 1024;

/// A successful answer, with the headers about its photos.
type Answered<T> = Result<(Remarks, Json<wire::Answer<T>>), Failure>;

/// Every route, below the API's prefix.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(liveness))
        .routes(routes!(deepfake))
        .routes(routes!(verify))
        .routes(routes!(verify_document))
        .routes(routes!(identify))
        .routes(routes!(add))
        .routes(routes!(delete, delete_by_verb))
}

/// Is the face in this photo a live person's?
#[utoipa::path(
    post, path = "/liveness", tag = "ooto", operation_id = "ooto_liveness", security(("app_id" = [], "app_key" = [])),
    params(
        ("check_deepfake" = Option<bool>, Query, description = "Look for a swapped or generated face, too"),
        ("landmarks" = Option<String>, Query, description = "`dense`: 68 points instead of 5"),
    ),
    request_body(content = forms::PhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "One usable face", body = wire::Answer<wire::Inspection>), Failures),
)]
async fn liveness(
    State(app): State<AppState>,
    transaction: TransactionId,
    parameters: Parameters,
    PhotoForm(form): PhotoForm,
) -> Answered<wire::Inspection> {
    let checks = Checks { liveness: true, deepfake: parameters.flag("check_deepfake")? };
    inspect(&app, transaction, Wanted::of(&parameters, checks)?, &form).await
}

/// Is the face in this photo genuine, neither swapped nor generated?
#[utoipa::path(
    post, path = "/deepfake", tag = "ooto", operation_id = "ooto_deepfake", security(("app_id" = [], "app_key" = [])),
    params(("landmarks" = Option<String>, Query, description = "`dense`: 68 points instead of 5")),
    request_body(content = forms::PhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "One usable face", body = wire::Answer<wire::Inspection>), Failures),
)]
async fn deepfake(
    State(app): State<AppState>,
    transaction: TransactionId,
    parameters: Parameters,
    PhotoForm(form): PhotoForm,
) -> Answered<wire::Inspection> {
    let checks = Checks { liveness: false, deepfake: true };
    inspect(&app, transaction, Wanted::of(&parameters, checks)?, &form).await
}

/// Do two photos show the same person?
#[utoipa::path(
    post, path = "/verify", tag = "ooto", operation_id = "ooto_verify", security(("app_id" = [], "app_key" = [])),
    params(
        ("check_liveness" = Option<bool>, Query, description = "Check both photos for presentation attacks"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for swapped or generated faces"),
        ("landmarks" = Option<String>, Query, description = "`dense`: 68 points instead of 5"),
    ),
    request_body(content = forms::PhotoPairForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Two usable faces", body = wire::Answer<wire::Verified>), Failures),
)]
async fn verify(
    State(app): State<AppState>,
    transaction: TransactionId,
    parameters: Parameters,
    PhotoForm(form): PhotoForm,
) -> Answered<wire::Verified> {
    compare(&app, transaction, &parameters, &form).await
}

/// The same as `verify`, at the path of the original's example.
#[utoipa::path(
    post, path = "/doc/verify", tag = "ooto", operation_id = "ooto_doc_verify",
    security(("app_id" = [], "app_key" = [])),
    params(
        ("check_liveness" = Option<bool>, Query, description = "Check both photos for presentation attacks"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for swapped or generated faces"),
        ("landmarks" = Option<String>, Query, description = "`dense`: 68 points instead of 5"),
    ),
    request_body(content = forms::PhotoPairForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Two usable faces", body = wire::Answer<wire::Verified>), Failures),
)]
async fn verify_document(
    State(app): State<AppState>,
    transaction: TransactionId,
    parameters: Parameters,
    PhotoForm(form): PhotoForm,
) -> Answered<wire::Verified> {
    compare(&app, transaction, &parameters, &form).await
}

/// Who of those enrolled is in this photo?
#[utoipa::path(
    post, path = "/identify", tag = "ooto", operation_id = "ooto_identify", security(("app_id" = [], "app_key" = [])),
    params(
        ("check_liveness" = Option<bool>, Query, description = "Check the photo for presentation attacks"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for a swapped or generated face"),
        ("landmarks" = Option<String>, Query, description = "`dense`: 68 points instead of 5"),
        ("threshold" = Option<f32>, Query, description = "Least similarity of a match, 0 to 1", minimum = 0, maximum = 1),
        ("limit" = Option<usize>, Query, description = "List up to so many matches", minimum = 1, maximum = 100),
    ),
    request_body(content = forms::PhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "One usable face, known or not", body = wire::Answer<wire::Identified>), Failures),
)]
async fn identify(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    parameters: Parameters,
    PhotoForm(form): PhotoForm,
) -> Answered<wire::Identified> {
    let wanted = Wanted::with_checks_of(&parameters)?;
    let threshold = parameters.number("threshold", &(0.0..=1.0), "0 to 1")?.map(Similarity);
    let limit = parameters.number("limit", &(1..=MAX_CANDIDATES), "1 to 100")?;
    let request = IdentifyRequest {
        photo: form.photo(&["photo"])?,
        threshold,
        limit,
        galleries: None,
        options: wanted.options(),
    };
    let found = app.service.identify(&app_id, request).await?;
    let remarks = Remarks::default().and("photo", &found.face);
    Ok((remarks, transaction.answers(convert::identified(&found, wanted.scheme, limit.is_some()))))
}

/// Enrols the face of a photo.
#[utoipa::path(
    post, path = "/add", tag = "ooto", operation_id = "ooto_add", security(("app_id" = [], "app_key" = [])),
    params(
        ("check_liveness" = Option<bool>, Query, description = "Check the photo for presentation attacks"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for a swapped or generated face"),
        ("landmarks" = Option<String>, Query, description = "`dense`: 68 points instead of 5"),
        ("replace" = Option<bool>, Query, description = "Replace a template that has this id"),
    ),
    request_body(content = forms::EnrollForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Enrolled, on disk", body = wire::Answer<wire::Enrolled>), Failures),
)]
async fn add(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    parameters: Parameters,
    PhotoForm(form): PhotoForm,
) -> Answered<wire::Enrolled> {
    let wanted = Wanted::with_checks_of(&parameters)?;
    let request = EnrollRequest {
        photo: form.photo(&["photo"])?,
        template: form.text("templateId")?.map(TemplateId::parse).transpose()?,
        gallery: None,
        subject: None,
        name: None,
        min_side: None,
        force: false,
        expires_in: None,
        replace: parameters.flag("replace")?,
        options: wanted.options(),
    };
    let enrollment = app.service.enroll(&app_id, request).await?;
    let remarks = Remarks::default().and("photo", &enrollment.face);
    Ok((remarks, transaction.answers(convert::enrolled(&enrollment, wanted.scheme))))
}

/// Deletes a template for good.
#[utoipa::path(
    post, path = "/delete", tag = "ooto", operation_id = "ooto_delete", security(("app_id" = [], "app_key" = [])),
    request_body(
        content(
            (wire::DeleteRequest = "application/json"),
            (wire::DeleteRequest = "multipart/form-data"),
            (wire::DeleteRequest = "application/x-www-form-urlencoded"),
        ),
    ),
    responses((status = 200, description = "Deleted, on disk", body = wire::DeleteAnswer), FailuresWithoutPhoto),
)]
async fn delete(
    State(app): State<AppState>,
    caller: Caller,
    transaction: TransactionId,
    request: Request,
) -> Result<Json<wire::DeleteAnswer>, Failure> {
    forget(&app, caller, transaction, request).await
}

/// The same by the verb of that name.
#[utoipa::path(
    delete, path = "/delete", tag = "ooto", operation_id = "ooto_delete_by_verb",
    security(("app_id" = [], "app_key" = [])),
    request_body(
        content(
            (wire::DeleteRequest = "application/json"),
            (wire::DeleteRequest = "multipart/form-data"),
            (wire::DeleteRequest = "application/x-www-form-urlencoded"),
        ),
    ),
    responses((status = 200, description = "Deleted, on disk", body = wire::DeleteAnswer), FailuresWithoutPhoto),
)]
async fn delete_by_verb(
    State(app): State<AppState>,
    caller: Caller,
    transaction: TransactionId,
    request: Request,
) -> Result<Json<wire::DeleteAnswer>, Failure> {
    forget(&app, caller, transaction, request).await
}

async fn forget(
    app: &AppState,
    Caller(app_id): Caller,
    transaction: TransactionId,
    request: Request,
) -> Result<Json<wire::DeleteAnswer>, Failure> {
    let request: wire::DeleteRequest =
        fields::receive(request, app, &["templateId"], MAX_DELETE_BYTES).await?;
    let text = request.template_id.ok_or(Failure::MissingParameter("templateId"))?;
    app.service.delete_template(&app_id, &TemplateId::stored(text.trim())?).await?;
    Ok(Json(wire::DeleteAnswer { transaction_id: transaction.0 }))
}

async fn inspect(
    app: &AppState,
    transaction: TransactionId,
    wanted: Wanted,
    form: &Form,
) -> Answered<wire::Inspection> {
    let request = InspectRequest { photo: form.photo(&["photo"])?, options: wanted.options() };
    let report = app.service.inspect(request).await?;
    let remarks = Remarks::default().and("photo", &report);
    Ok((remarks, transaction.answers(convert::inspection(&report, wanted.scheme))))
}

async fn compare(
    app: &AppState,
    transaction: TransactionId,
    parameters: &Parameters,
    form: &Form,
) -> Answered<wire::Verified> {
    let wanted = Wanted::with_checks_of(parameters)?;
    let request = VerifyRequest {
        first: form.photo(&["first_photo", "first_selfie"])?,
        second: form.photo(&["second_photo", "second_selfie"])?,
        options: wanted.options(),
    };
    let verification = app.service.verify(request).await?;
    let remarks =
        Remarks::default().and("first_photo", &verification.first).and("second_photo", &verification.second);
    Ok((remarks, transaction.answers(convert::verified(&verification, wanted.scheme))))
}

/// What the query asks about a face.
#[derive(Clone, Copy)]
struct Wanted {
    checks: Checks,
    scheme: LandmarkScheme,
}

impl Wanted {
    fn with_checks_of(parameters: &Parameters) -> Result<Self, Failure> {
        let liveness = parameters.flag("check_liveness")?;
        let deepfake = parameters.flag("check_deepfake")?;
        Self::of(parameters, Checks { liveness, deepfake })
    }

    fn of(parameters: &Parameters, checks: Checks) -> Result<Self, Failure> {
        let scheme = match parameters.text("landmarks")? {
            None => LandmarkScheme::Five,
            Some("dense") => LandmarkScheme::Dense,
            Some(_) => {
                return Err(Failure::InvalidParameter {
                    name: "landmarks".to_owned(),
                    expected: "dense or absent",
                });
            }
        };
        Ok(Self { checks, scheme })
    }

    fn options(self) -> FaceOptions {
        let dense = self.scheme == LandmarkScheme::Dense;
        let describe = convert::DESCRIBED.with_if(Output::DenseLandmarks, dense);
        FaceOptions { checks: self.checks, describe }
    }
}

impl TransactionId {
    fn answers<T>(self, result: T) -> Json<wire::Answer<T>> {
        Json(wire::Answer { transaction_id: self.0, result })
    }
}
