//! What an app can do with photos, done by an operator: to enrol people, and to try the server out.

use std::num::NonZeroU32;

use axum::Json;
use axum::extract::State;
use faceward_core::{GalleryId, Similarity, SubjectId, SubjectName, TemplateId};
use faceward_service::{
    AnalyzeRequest, Checks, EnrollRequest, FaceOptions, IdentifyRequest, Match, Origin, VerifyRequest,
};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{app_id, known_app};
use crate::admin::errors::PhotoFailures;
use crate::admin::wire;
use crate::extract::form::PhotoForm;
use crate::extract::parameters::Parameters;
use crate::extract::path::PathPiece;
use crate::failure::Failure;
use crate::native;
use crate::state::AppState;
use crate::transaction::TransactionId;

/// Most candidates of an identification.
const MOST_CANDIDATES: usize = 100;
/// Most galleries that an identification names.
const MOST_GALLERIES: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(enroll))
        .routes(routes!(identify))
        .routes(routes!(verify))
        .routes(routes!(analyze))
}

/// A photo of somebody to be enrolled.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AdminEnrollForm {
    /// JPEG or PNG with one face.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
    /// The id of the template; a random UUID if nothing is said.
    template_id: Option<String>,
    /// Whom it shows; a subject with the template's id if nothing is said.
    subject: Option<String>,
    /// What people call the subject.
    name: Option<String>,
    /// Where it goes; `default` if nothing is said.
    gallery: Option<String>,
    /// Seconds after which the template is deleted; as long as the app lets it if nothing is said.
    #[schema(value_type = Option<u32>, minimum = 1)]
    expires_in: Option<NonZeroU32>,
}

/// Enrols the face of a photo.
#[utoipa::path(
    post, path = "/apps/{app_id}/enroll", tag = "admin", operation_id = "admin_enroll", security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("replace" = Option<bool>, Query, description = "Replace a template that has this id"),
    ),
    request_body(content = AdminEnrollForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Enrolled", body = wire::AdminEnrolled), PhotoFailures),
)]
async fn enroll(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
    PhotoForm(form): PhotoForm,
) -> Result<Json<wire::AdminEnrolled>, Failure> {
    query.refuse_unknown(&["replace"])?;
    let request = EnrollRequest {
        photo: form.photo(&["photo"])?,
        template: form.text("template_id")?.map(TemplateId::parse).transpose()?,
        gallery: form.text("gallery")?.map(GalleryId::parse).transpose()?,
        subject: form.text("subject")?.map(SubjectId::parse).transpose()?,
        name: form.text("name")?.map(SubjectName::parse).transpose()?,
        min_side: None,
        force: false,
        expires_in: expires_in(form.text("expires_in")?)?,
        replace: query.flag("replace")?,
        options: FaceOptions::default(),
    };
    let id = app_id(&id)?;
    let record = app.service.enroll(&id, request).await?.record;
    let end = app.service.apps().get(&id).await?.settings.end_of(&record);
    Ok(Json(wire::AdminEnrolled {
        template_id: record.template.to_string(),
        subject: record.subject.to_string(),
        gallery: record.gallery.to_string(),
        model: record.model.to_string(),
        expires_at: end.map(|end| end.to_string()),
    }))
}

/// The seconds that a template is kept.
fn expires_in(text: Option<&str>) -> Result<Option<NonZeroU32>, Failure> {
    let expected = "whole seconds, 1 to 4294967295";
    let invalid = |_| Failure::InvalidParameter { name: "expires_in".to_owned(), expected };
    text.map(|text| text.parse().map_err(invalid)).transpose()
}

/// A photo of somebody to be found.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AdminIdentifyForm {
    /// JPEG or PNG with one face.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
    /// Only these galleries; all if nothing is said. The part may come several times, up to 100.
    gallery: Option<Vec<String>>,
}

/// One photo.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AdminPhotoForm {
    /// JPEG or PNG.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// Searches the galleries of an app for the face of a photo.
#[utoipa::path(
    post, path = "/apps/{app_id}/identify", tag = "admin", operation_id = "admin_identify",
    security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("threshold" = Option<f32>, Query, description = "Least similarity of a match, 0 to 1; the configured one"),
        ("limit" = Option<usize>, Query, description = "Most candidates, default 5", minimum = 1, maximum = 100),
    ),
    request_body(content = AdminIdentifyForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Searched", body = wire::AdminIdentified), PhotoFailures),
)]
async fn identify(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
    PhotoForm(form): PhotoForm,
) -> Result<Json<wire::AdminIdentified>, Failure> {
    query.refuse_unknown(&["threshold", "limit"])?;
    let galleries = form.texts("gallery", MOST_GALLERIES)?;
    let galleries = galleries.into_iter().map(GalleryId::parse).collect::<Result<Vec<_>, _>>()?;
    let request = IdentifyRequest {
        photo: form.photo(&["photo"])?,
        threshold: query.number("threshold", &(0.0..=1.0), "0 to 1")?.map(Similarity),
        limit: Some(query.number("limit", &(1..=MOST_CANDIDATES), "1 to 100")?.unwrap_or(5)),
        galleries: Some(galleries).filter(|galleries| !galleries.is_empty()),
        options: FaceOptions::default(),
    };
    let found = app.service.identify(&app_id(&id)?, request).await?;
    Ok(Json(wire::AdminIdentified {
        matched: found.best.is_some(),
        best_similarity: found.best_similarity.map(|similarity| similarity.0),
        threshold: found.threshold.0,
        candidates: found.candidates.iter().map(candidate).collect(),
    }))
}

fn candidate(found: &Match) -> wire::AdminCandidate {
    wire::AdminCandidate {
        subject: found.subject.to_string(),
        name: found.name.as_ref().map(ToString::to_string),
        template_id: found.template.to_string(),
        gallery: found.gallery.to_string(),
        similarity: found.similarity.0,
        cosine: found.cosine.0,
    }
}

/// Two photos.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
struct AdminPairForm {
    /// JPEG or PNG with one face.
    #[schema(value_type = String, format = Binary)]
    first_photo: Vec<u8>,
    /// The same.
    #[schema(value_type = String, format = Binary)]
    second_photo: Vec<u8>,
}

/// Compares the faces of two photos.
#[utoipa::path(
    post, path = "/apps/{app_id}/verify", tag = "admin", operation_id = "admin_verify", security(("operator" = [])),
    params(
        ("app_id" = String, Path, description = "The APP-ID"),
        ("check_liveness" = Option<bool>, Query, description = "Check both photos for presentation attacks"),
        ("check_deepfake" = Option<bool>, Query, description = "Look for swapped or generated faces"),
    ),
    request_body(content = AdminPairForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "Compared", body = wire::AdminComparison), PhotoFailures),
)]
async fn verify(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    query: Parameters,
    PhotoForm(form): PhotoForm,
) -> Result<Json<wire::AdminComparison>, Failure> {
    query.refuse_unknown(&["check_liveness", "check_deepfake"])?;
    let id = known_app(&app, &id).await?;
    let checks = Checks { liveness: query.flag("check_liveness")?, deepfake: query.flag("check_deepfake")? };
    let request = VerifyRequest {
        first: form.photo(&["first_photo"])?,
        second: form.photo(&["second_photo"])?,
        options: FaceOptions { checks, describe: native::DESCRIBED },
    };
    let found = Origin::current().on_behalf_of(id).scope(app.service.verify(request)).await?;
    Ok(Json(wire::AdminComparison {
        same: found.comparison.same,
        similarity: found.comparison.similarity.0,
        threshold: found.comparison.threshold.0,
        cosine: found.comparison.cosine.0,
        first: native::face_json(&found.first).ok_or(Failure::Panicked)?,
        second: native::face_json(&found.second).ok_or(Failure::Panicked)?,
    }))
}

/// Everything about every face of a photo, as `/v1/analyze` answers it.
#[utoipa::path(
    post, path = "/apps/{app_id}/analyze", tag = "admin", operation_id = "admin_analyze",
    security(("operator" = [])), params(("app_id" = String, Path, description = "The APP-ID")),
    request_body(content = AdminPhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "As `/v1/analyze`", body = serde_json::Value), PhotoFailures),
)]
async fn analyze(
    State(app): State<AppState>,
    PathPiece(id): PathPiece,
    transaction: TransactionId,
    query: Parameters,
    PhotoForm(form): PhotoForm,
) -> Result<Json<serde_json::Value>, Failure> {
    query.refuse_unknown(&[])?;
    let id = known_app(&app, &id).await?;
    let request = AnalyzeRequest { photo: form.photo(&["photo"])?, outputs: app.service.everything() };
    let report = Origin::current().on_behalf_of(id).scope(app.service.analyze(request)).await?;
    let answer = native::analysis_value(&report, transaction).ok_or(Failure::Panicked)?;
    Ok(Json(answer))
}
