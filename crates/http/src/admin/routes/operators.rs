//! Operators and their tokens: for owners.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use faceward_core::OperatorName;
use faceward_service::operators::{NewOperator, OperatorChange};
use faceward_service::{Role, ServiceError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::body;
use crate::admin::errors::AdminFailures;
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::extract::path::{PathPiece, PathPieces};
use crate::failure::Failure;
use crate::state::AppState;

/// Days for which a token is accepted if nothing is said.
const TOKEN_DAYS: u32 = 90;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change))
        .routes(routes!(passes))
        .routes(routes!(issue_token))
        .routes(routes!(end_pass))
}

/// The operators, by name.
#[utoipa::path(
    get, path = "/operators", tag = "admin", operation_id = "admin_list_operators", security(("operator" = [])),
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminOperatorPage), AdminFailures),
)]
async fn list(
    State(app): State<AppState>,
    query: Parameters,
) -> Result<Json<wire::AdminOperatorPage>, Failure> {
    query.refuse_unknown(&["after", "limit"])?;
    let limit = listing::limit(&query)?;
    let after = query.text("after")?.map(OperatorName::stored).transpose()?;
    let records = app.service.operators().page(listing::page(after.as_ref(), limit)).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.name.to_string());
    Ok(Json(wire::AdminOperatorPage { operators: shown.iter().map(Into::into).collect(), next }))
}

/// Creates an operator.
#[utoipa::path(
    post, path = "/operators", tag = "admin", operation_id = "admin_create_operator", security(("operator" = [])),
    request_body = wire::AdminNewOperator,
    responses((status = 201, description = "Created", body = wire::AdminOperator), AdminFailures),
)]
async fn create(State(app): State<AppState>, request: Request) -> Result<impl IntoResponse, Failure> {
    let wire::AdminNewOperator { name, role, password } = body(request, &app).await?;
    let password = password.map(Zeroizing::new);
    let new = NewOperator { name: OperatorName::parse(&name)?, role: parse_role(&role)?, password };
    let created = app.service.operators().create(new).await?;
    Ok((StatusCode::CREATED, Json(wire::AdminOperator::from(&created))))
}

/// One operator.
#[utoipa::path(
    get, path = "/operators/{name}", tag = "admin", operation_id = "admin_get_operator", security(("operator" = [])),
    params(("name" = String, Path, description = "The operator")),
    responses((status = 200, description = "The operator", body = wire::AdminOperator), AdminFailures),
)]
async fn show(
    State(app): State<AppState>,
    PathPiece(name): PathPiece,
) -> Result<Json<wire::AdminOperator>, Failure> {
    let record = app.service.operators().get(&known(&name)?).await?;
    Ok(Json((&record).into()))
}

/// Changes role or password of an operator, or lets them in no longer.
#[utoipa::path(
    patch, path = "/operators/{name}", tag = "admin", operation_id = "admin_change_operator",
    security(("operator" = [])), params(("name" = String, Path, description = "The operator")),
    request_body = wire::AdminOperatorChange,
    responses((status = 200, description = "As it is now", body = wire::AdminOperator), AdminFailures),
)]
async fn change(
    State(app): State<AppState>,
    PathPiece(name): PathPiece,
    request: Request,
) -> Result<Json<wire::AdminOperator>, Failure> {
    let wire::AdminOperatorChange { role, password, disabled } = body(request, &app).await?;
    let role = role.as_deref().map(parse_role).transpose()?;
    let change = OperatorChange { role, password: password.map(Zeroizing::new), disabled };
    let record = app.service.operators().change(&known(&name)?, change).await?;
    Ok(Json((&record).into()))
}

/// Sessions and tokens of an operator, without their secrets.
#[utoipa::path(
    get, path = "/operators/{name}/passes", tag = "admin", operation_id = "admin_list_passes",
    security(("operator" = [])),
    params(
        ("name" = String, Path, description = "The operator"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::AdminPassPage), AdminFailures),
)]
async fn passes(
    State(app): State<AppState>,
    PathPiece(name): PathPiece,
    query: Parameters,
) -> Result<Json<wire::AdminPassPage>, Failure> {
    query.refuse_unknown(&["after", "limit"])?;
    let limit = listing::limit(&query)?;
    let after = query.text("after")?.map(Uuid::try_parse).transpose();
    let expected = "`next` of the page before";
    let after = after.map_err(|_| Failure::InvalidParameter { name: "after".to_owned(), expected })?;
    let page = listing::page(after.as_ref(), limit);
    let records = app.service.operators().passes(&known(&name)?, page).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.id.to_string());
    Ok(Json(wire::AdminPassPage { passes: shown.iter().map(Into::into).collect(), next }))
}

/// Makes a token for scripts. It is in the answer, and nowhere else.
#[utoipa::path(
    post, path = "/operators/{name}/tokens", tag = "admin", operation_id = "admin_issue_token",
    security(("operator" = [])), params(("name" = String, Path, description = "The operator")),
    request_body = wire::AdminNewToken,
    responses((status = 201, description = "Made", body = wire::AdminToken), AdminFailures),
)]
async fn issue_token(
    State(app): State<AppState>,
    PathPiece(name): PathPiece,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let wire::AdminNewToken { label, days } = body(request, &app).await?;
    let days = days.unwrap_or(TOKEN_DAYS);
    let token = app.service.operators().issue_token(&known(&name)?, &label, days).await?;
    let answer = wire::AdminToken {
        token: token.secret.reveal().to_owned(),
        pass_id: token.record.id,
        ends_at: token.record.ends_at.to_string(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Ends a session or token of an operator.
#[utoipa::path(
    delete, path = "/operators/{name}/passes/{pass_id}", tag = "admin", operation_id = "admin_end_pass",
    security(("operator" = [])),
    params(
        ("name" = String, Path, description = "The operator"),
        ("pass_id" = String, Path, description = "The session or token"),
    ),
    responses((status = 204, description = "Ended"), AdminFailures),
)]
async fn end_pass(
    State(app): State<AppState>,
    PathPieces((name, pass_id)): PathPieces<(String, String)>,
) -> Result<StatusCode, Failure> {
    let pass = Uuid::try_parse(&pass_id).map_err(|_| ServiceError::PassNotFound)?;
    app.service.operators().end_pass(&known(&name)?, pass).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A name in a path; what cannot be one is nobody's.
fn known(text: &str) -> Result<OperatorName, Failure> {
    OperatorName::stored(text).map_err(|_| ServiceError::OperatorNotFound.into())
}

fn parse_role(text: &str) -> Result<Role, Failure> {
    let expected = "owner, operator or auditor";
    Role::of_name(text).ok_or_else(|| Failure::InvalidParameter { name: "role".to_owned(), expected })
}
