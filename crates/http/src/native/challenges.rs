//! The endpoints of `/v1/challenges`: active liveness that cannot be replayed.

use axum::Json;
use axum::extract::{Request, State};
use faceward_core::AppId;
use faceward_service::{AnswerRequest, ChallengeId, ServiceError, note_trx_id};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::errors::{ChallengeFailures, ChallengeFailuresWithoutPhoto};
use super::{convert, wire};
use crate::extract::caller::Caller;
use crate::extract::form::{Form, PhotoForm};
use crate::extract::json;
use crate::extract::parameters::Parameters;
use crate::extract::path::PathPiece;
use crate::failure::Failure;
use crate::state::AppState;
use crate::transaction::TransactionId;

/// The routes, below the API's prefix.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create_challenge)).routes(routes!(answer_challenge))
}

/// A random sequence of movements, to be shown once and soon.
#[utoipa::path(
    post, path = "/challenges", tag = "native", operation_id = "create_challenge",
    security(("app_id" = [], "app_key" = [])),
    request_body(
        content = Option<wire::ChallengeRequest>,
        description = "Everything is optional: without a body the configured sequence for anybody",
    ),
    responses((status = 200, description = "An open challenge", body = wire::Challenge), ChallengeFailuresWithoutPhoto),
)]
async fn create_challenge(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    query: Parameters,
    request: Request,
) -> Result<Json<wire::Challenge>, Failure> {
    query.refuse_unknown(&[])?;
    create(&app, &app_id, transaction, request).await
}

/// Makes a challenge of `app_id`, whoever asks for it.
pub(crate) async fn create(
    app: &AppState,
    app_id: &AppId,
    transaction: TransactionId,
    request: Request,
) -> Result<Json<wire::Challenge>, Failure> {
    let body: wire::ChallengeRequest = json::receive_or_default(request, &app.settings).await?;
    body.trx_id.iter().for_each(|text| note_trx_id(text));
    let challenge = app.service.create_challenge(app_id, convert::challenge_request(body)?).await?;
    Ok(Json(convert::challenge(&challenge, transaction)))
}

/// The frames of somebody who does what was asked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AnswerForm {
    /// JPEG or PNG frames taken while the first movement was made, in the order in which they were taken: at least 2.
    #[schema(value_type = Vec<String>, format = Binary)]
    step_1: Vec<u8>,
    /// Those of the second movement; then `step_3` and so on. The parts stand in the order of the steps; at most 30 in
    /// all.
    #[schema(value_type = Vec<String>, format = Binary)]
    step_2: Vec<u8>,
    /// An id of yours, kept in the audit log.
    trx_id: Option<String>,
}

/// Judges the answer to a challenge. There is no second one, whatever comes of the first.
#[utoipa::path(
    post, path = "/challenges/{challenge_id}/answer", tag = "native", operation_id = "answer_challenge",
    security(("app_id" = [], "app_key" = [])),
    params(
        ("challenge_id" = String, Path, description = "The challenge"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for swapped or generated faces on every frame, too"),
    ),
    request_body(content = AnswerForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Judged: passed or not", body = wire::ChallengeVerdict), ChallengeFailures),
)]
async fn answer_challenge(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    address: (PathPiece, Parameters),
    PhotoForm(form): PhotoForm,
) -> Result<Json<wire::ChallengeVerdict>, Failure> {
    let (PathPiece(challenge_id), query) = address;
    query.refuse_unknown(&["check_deepfake"])?;
    let asked = Asked { challenge_id: &challenge_id, check_deepfake: query.flag("check_deepfake")? };
    answer(&app, &app_id, transaction, asked, &form).await
}

/// What the address of an answer says.
pub(crate) struct Asked<'a> {
    pub(crate) challenge_id: &'a str,
    pub(crate) check_deepfake: bool,
}

/// Judges the frames in `form` for `app_id`, whoever sends them.
pub(crate) async fn answer(
    app: &AppState,
    app_id: &AppId,
    transaction: TransactionId,
    asked: Asked<'_>,
    form: &Form,
) -> Result<Json<wire::ChallengeVerdict>, Failure> {
    let Asked { challenge_id, check_deepfake } = asked;
    if let Some(text) = form.text("trx_id")? {
        note_trx_id(text);
    }
    // What is no id names a challenge that nobody has.
    let challenge = ChallengeId::parse(challenge_id).ok_or(ServiceError::ChallengeUnknown)?;
    let frames = form.numbered_photos("step_")?;
    let request = AnswerRequest { challenge, frames, check_deepfake };
    let answer = app.service.answer_challenge(app_id, request).await?;
    Ok(Json(convert::verdict(&answer, challenge_id, transaction)))
}
