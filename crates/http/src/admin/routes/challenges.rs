//! Challenges of an app, played by an operator to see what its people will see.

use axum::Json;
use axum::extract::{Request, State};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::known_app;
use crate::admin::errors::{AdminFailures, ChallengeFailures, ChallengeFailuresWithoutPhoto};
use crate::admin::wire;
use crate::extract::form::PhotoForm;
use crate::extract::parameters::Parameters;
use crate::extract::path::{PathPiece, PathPieces};
use crate::failure::Failure;
use crate::native;
use crate::native::challenges::{self, Asked};
use crate::state::AppState;
use crate::transaction::TransactionId;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(count, create)).routes(routes!(answer))
}

/// How many challenges of an app are open, and how many may be.
#[utoipa::path(
    get, path = "/apps/{app_id}/challenges", tag = "admin", operation_id = "admin_challenges",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    responses((status = 200, description = "Counts", body = wire::AdminChallenges), AdminFailures),
)]
async fn count(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
) -> Result<Json<wire::AdminChallenges>, Failure> {
    let id = known_app(&app, &id).await?;
    let settings = app.service.settings();
    let settings = &settings.challenges;
    Ok(Json(wire::AdminChallenges {
        open: app.service.open_challenges(&id).await?,
        most_open: settings.max_open.get(),
        lifetime_seconds: settings.lifetime.as_secs_f64(),
    }))
}

/// A challenge, as `POST /v1/challenges` makes one.
#[utoipa::path(
    post, path = "/apps/{app_id}/challenges", tag = "admin", operation_id = "admin_create_challenge",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    request_body(
        content = Option<serde_json::Value>,
        description = "As `POST /v1/challenges` takes it; without a body the configured sequence for anybody",
    ),
    responses((status = 200, description = "As `POST /v1/challenges`", body = serde_json::Value), ChallengeFailuresWithoutPhoto),
)]
async fn create(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    transaction: TransactionId,
    request: Request,
) -> Result<Json<native::wire::Challenge>, Failure> {
    let id = known_app(&app, &id).await?;
    challenges::create(&app, &id, transaction, request).await
}

/// The frames of somebody who does what was asked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AdminAnswerForm {
    /// JPEG or PNG frames taken while the first movement was made, in the order in which they were taken: at least 2.
    #[schema(value_type = Vec<String>, format = Binary)]
    step_1: Vec<u8>,
    /// Those of the second movement; then `step_3` and so on, as `POST /v1/challenges/{challenge_id}/answer` takes them.
    #[schema(value_type = Vec<String>, format = Binary)]
    step_2: Vec<u8>,
    /// An id of yours, kept in the audit log.
    trx_id: Option<String>,
}

/// Judges the answer to a challenge, as `POST /v1/challenges/{challenge_id}/answer` does.
#[utoipa::path(
    post, path = "/apps/{app_id}/challenges/{challenge_id}/answer", tag = "admin",
    operation_id = "admin_answer_challenge", security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("challenge_id" = String, Path, description = "The challenge"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for swapped or generated faces on every frame, too"),
    ),
    request_body(content = AdminAnswerForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "As `POST /v1/challenges/{challenge_id}/answer`", body = serde_json::Value), ChallengeFailures),
)]
async fn answer(
    State(app): State<AppState>,
    transaction: TransactionId,
    address: (PathPieces<(String, String)>, Parameters),
    PhotoForm(form): PhotoForm,
) -> Result<Json<native::wire::ChallengeVerdict>, Failure> {
    let (PathPieces((id, challenge_id)), query) = address;
    query.refuse_unknown(&["check_deepfake"])?;
    let id = known_app(&app, &id).await?;
    let asked = Asked { challenge_id: &challenge_id, check_deepfake: query.flag("check_deepfake")? };
    challenges::answer(&app, &id, transaction, asked, &form).await
}
