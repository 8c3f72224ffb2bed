//! The endpoints of `/v1`: extract, one use case, convert.

use axum::Json;
use axum::extract::State;
use faceward_core::{GalleryId, TemplateId};
use faceward_service::{
    AnalyzeRequest, Checks, FaceOptions, ListTemplatesRequest, Output, Outputs, VerifyAgainstRequest,
};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::errors::{Failures, FailuresWithoutPhoto};
use super::{convert, wire};
use crate::extract::caller::Caller;
use crate::extract::form::PhotoForm;
use crate::extract::parameters::Parameters;
use crate::extract::path::PathPiece;
use crate::failure::Failure;
use crate::state::AppState;
use crate::transaction::TransactionId;

/// Templates of a page unless the caller says otherwise.
const DEFAULT_PAGE: usize = 100;
/// Most templates of a page.
const LARGEST_PAGE: usize = 500;

/// Every route, below the API's prefix.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(info))
        .routes(routes!(list_templates))
        .routes(routes!(get_template, delete_template))
        .routes(routes!(verify))
        .routes(routes!(analyze))
        .merge(super::challenges::routes())
        .merge(super::sessions::routes())
}

/// What this server runs with for the app: models, thresholds, calibration, and what it cannot answer.
#[utoipa::path(
    get, path = "/info", tag = "native", operation_id = "info", security(("app_id" = [], "app_key" = [])),
    responses((status = 200, description = "What this server runs with", body = wire::Info), FailuresWithoutPhoto),
)]
async fn info(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    query: Parameters,
) -> Result<Json<wire::Info>, Failure> {
    query.refuse_unknown(&[])?;
    Ok(Json(convert::info(&app.service.info_of(&app_id).await?, transaction)))
}

/// The app's templates, ordered by id.
#[utoipa::path(
    get, path = "/templates", tag = "native", operation_id = "list_templates",
    security(("app_id" = [], "app_key" = [])),
    params(
        ("gallery" = Option<String>, Query, description = "Only those of this gallery"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page", body = wire::TemplatePage), FailuresWithoutPhoto),
)]
async fn list_templates(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    query: Parameters,
) -> Result<Json<wire::TemplatePage>, Failure> {
    query.refuse_unknown(&["gallery", "after", "limit"])?;
    let limit = query.number("limit", &(1..=LARGEST_PAGE), "1 to 500")?.unwrap_or(DEFAULT_PAGE);
    let request = ListTemplatesRequest {
        gallery: query.text("gallery")?.map(GalleryId::parse).transpose()?,
        after: query.text("after")?.map(TemplateId::stored).transpose()?,
        // One more than shown tells whether there is another page.
        limit: Some(limit + 1),
    };
    let mut records = app.service.list_templates(&app_id, request).await?;
    let has_more = records.len() > limit;
    records.truncate(limit);
    let next = records.last().filter(|_| has_more).map(|record| record.template.to_string());
    let templates = records.iter().map(convert::template).collect();
    Ok(Json(wire::TemplatePage { transaction_id: transaction.0, templates, next }))
}

/// One template, without its vector.
#[utoipa::path(
    get, path = "/templates/{template_id}", tag = "native", operation_id = "get_template",
    security(("app_id" = [], "app_key" = [])),
    params(("template_id" = String, Path, description = "The template")),
    responses((status = 200, description = "The template", body = wire::TemplateAnswer), FailuresWithoutPhoto),
)]
async fn get_template(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    PathPiece(template_id): PathPiece,
) -> Result<Json<wire::TemplateAnswer>, Failure> {
    let record = app.service.get_template(&app_id, &TemplateId::stored(&template_id)?).await?;
    Ok(Json(wire::TemplateAnswer { transaction_id: transaction.0, template: convert::template(&record) }))
}

/// Deletes a template for good.
#[utoipa::path(
    delete, path = "/templates/{template_id}", tag = "native", operation_id = "delete_template",
    security(("app_id" = [], "app_key" = [])),
    params(("template_id" = String, Path, description = "The template")),
    responses((status = 200, description = "Deleted, on disk", body = wire::TemplateDeleted), FailuresWithoutPhoto),
)]
async fn delete_template(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    PathPiece(template_id): PathPiece,
) -> Result<Json<wire::TemplateDeleted>, Failure> {
    let record = app.service.delete_template(&app_id, &TemplateId::stored(&template_id)?).await?;
    Ok(Json(wire::TemplateDeleted { transaction_id: transaction.0, deletion: (&record).into() }))
}

/// A photo, and the template that it is compared with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct VerifyForm {
    /// JPEG or PNG with one face.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
    /// The stored reference.
    template_id: String,
}

/// Does a photo show the person of a stored template?
#[utoipa::path(
    post, path = "/verify", tag = "native", operation_id = "verify_template",
    security(("app_id" = [], "app_key" = [])),
    params(
        ("check_liveness" = Option<bool>, Query, description = "Check the photo for presentation attacks"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for a swapped or generated face"),
    ),
    request_body(content = VerifyForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "One usable face", body = wire::TemplateComparison), Failures),
)]
async fn verify(
    State(app): State<AppState>,
    Caller(app_id): Caller,
    transaction: TransactionId,
    query: Parameters,
    PhotoForm(form): PhotoForm,
) -> Result<Json<wire::TemplateComparison>, Failure> {
    query.refuse_unknown(&["check_liveness", "check_deepfake"])?;
    let checks = Checks { liveness: query.flag("check_liveness")?, deepfake: query.flag("check_deepfake")? };
    let template = form.text("template_id")?.ok_or(Failure::MissingParameter("template_id"))?;
    let request = VerifyAgainstRequest {
        photo: form.photo(&["photo"])?,
        template: TemplateId::parse(template)?,
        options: FaceOptions { checks, describe: convert::DESCRIBED },
    };
    let found = app.service.verify_against(&app_id, request).await?;
    Ok(Json(convert::comparison(&found, transaction)))
}

/// One photo.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AnalyzeForm {
    /// JPEG or PNG with any number of faces.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// Everything about every face of a photo, but no more than the 50 largest. A photo without a face is no error here.
#[utoipa::path(
    post, path = "/analyze", tag = "native", operation_id = "analyze",
    security(("app_id" = [], "app_key" = [])),
    params((
        "outputs" = Option<String>, Query,
        description = "Comma-separated: dense_landmarks, pose, liveness, deepfake, attributes, quality. Default: \
                       everything that the server has models for. A check that is named and has no model is an error."
    )),
    request_body(content = AnalyzeForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "A photo, with or without faces", body = wire::Analysis), Failures),
)]
async fn analyze(
    State(app): State<AppState>,
    transaction: TransactionId,
    query: Parameters,
    PhotoForm(form): PhotoForm,
) -> Result<Json<wire::Analysis>, Failure> {
    query.refuse_unknown(&["outputs"])?;
    let outputs = match query.text("outputs")? {
        Some(names) => parse_outputs(names)?,
        None => app.service.everything(),
    };
    let request = AnalyzeRequest { photo: form.photo(&["photo"])?, outputs };
    let report = app.service.analyze(request).await?;
    Ok(Json(convert::analysis(&report, transaction)))
}

fn parse_outputs(names: &str) -> Result<Outputs, Failure> {
    let mut outputs = Outputs::NONE;
    for name in names.split(',').map(str::trim) {
        let wanted = match name {
            "dense_landmarks" => Outputs::of(&[Output::DenseLandmarks]),
            "pose" => Outputs::of(&[Output::Pose]),
            "liveness" => Outputs::of(&[Output::Liveness]),
            "deepfake" => Outputs::of(&[Output::Genuine]),
            "attributes" => Outputs::ATTRIBUTES,
            "quality" => Outputs::QUALITY,
            _ => {
                let expected =
                    "dense_landmarks, pose, liveness, deepfake, attributes, quality, or several with commas";
                return Err(Failure::InvalidParameter { name: "outputs".to_owned(), expected });
            }
        };
        outputs = outputs.and(wanted);
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_named_one_by_one() {
        let expected = Outputs::QUALITY.with(Output::Pose);
        assert_eq!(parse_outputs("pose, quality").expect("both are known"), expected);
        for unknown in ["embedding", "pose,", "Pose", "all"] {
            assert!(parse_outputs(unknown).is_err(), "{unknown}");
        }
    }
}
