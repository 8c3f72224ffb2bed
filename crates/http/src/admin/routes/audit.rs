//! The audit log: read and exported.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use faceward_core::{AppId, GalleryId, OperatorName, SubjectId, TemplateId};
use faceward_service::{AuditFilter, Service, ServiceError};
use futures_util::stream::try_unfold;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::admin::errors::AdminFailures;
use crate::admin::{listing, wire};
use crate::extract::parameters::Parameters;
use crate::failure::Failure;
use crate::state::AppState;

/// Records that an export reads at a time.
const EXPORTED_AT_ONCE: usize = 500;
/// What a filter is made of.
const FILTER: [&str; 9] =
    ["app_id", "operator", "gallery", "subject", "template", "action", "transaction_id", "since", "until"];

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(newest)).routes(routes!(export))
}

/// The newest records that pass the filter.
#[utoipa::path(
    get, path = "/audit", tag = "admin", operation_id = "admin_read_audit", security(("operator" = [])),
    params(
        ("app_id" = Option<String>, Query, description = "Only of this app"),
        ("operator" = Option<String>, Query, description = "Only what this operator did"),
        ("gallery" = Option<String>, Query, description = "Only about this gallery"),
        ("subject" = Option<String>, Query, description = "Only about this subject"),
        ("template" = Option<String>, Query, description = "Only about this template"),
        ("action" = Option<String>, Query, description = "Only this action"),
        ("transaction_id" = Option<String>, Query, description = "Only of this request"),
        ("since" = Option<String>, Query, description = "Only from then on, RFC 3339"),
        ("until" = Option<String>, Query, description = "Only before then, RFC 3339"),
        ("before" = Option<i64>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Default 100", minimum = 1, maximum = 500),
    ),
    responses((status = 200, description = "A page, newest first", body = wire::AdminAuditPage), AdminFailures),
)]
async fn newest(
    State(app): State<AppState>,
    query: Parameters,
) -> Result<Json<wire::AdminAuditPage>, Failure> {
    query.refuse_unknown(&[&FILTER[..], &["before", "limit"]].concat())?;
    let limit = listing::limit(&query)?;
    let before = query.number("before", &(1..=i64::MAX), "`next` of the page before")?;
    let records = app.service.newest_audit_records(&filter(&query)?, before, limit + 1).await?;
    let (shown, next) = listing::shown(records, limit, |record| record.sequence.to_string());
    let next = next.and(shown.last().map(|record| record.sequence));
    Ok(Json(wire::AdminAuditPage { records: shown.iter().map(Into::into).collect(), next }))
}

/// Every record that passes the filter, oldest first, one JSON object a line.
#[utoipa::path(
    get, path = "/audit/export", tag = "admin", operation_id = "admin_export_audit", security(("operator" = [])),
    params(
        ("app_id" = Option<String>, Query, description = "Only of this app"),
        ("operator" = Option<String>, Query, description = "Only what this operator did"),
        ("gallery" = Option<String>, Query, description = "Only about this gallery"),
        ("subject" = Option<String>, Query, description = "Only about this subject"),
        ("template" = Option<String>, Query, description = "Only about this template"),
        ("action" = Option<String>, Query, description = "Only this action"),
        ("transaction_id" = Option<String>, Query, description = "Only of this request"),
        ("since" = Option<String>, Query, description = "Only from then on, RFC 3339"),
        ("until" = Option<String>, Query, description = "Only before then, RFC 3339"),
    ),
    responses(
        (status = 200, description = "Lines of `AdminAuditRecord`", body = String, content_type = "application/x-ndjson"),
        AdminFailures
    ),
)]
async fn export(State(app): State<AppState>, query: Parameters) -> Result<impl IntoResponse, Failure> {
    query.refuse_unknown(&FILTER)?;
    let filter = filter(&query)?;
    // What fails at once is answered as an error; what fails later cuts the answer short.
    let first = lines(&app.service, &filter, 0).await?;
    let service = app.service.clone();
    let pages = try_unfold(Some(first), move |page: Option<(Bytes, Option<i64>)>| {
        let (service, filter) = (service.clone(), filter.clone());
        async move {
            let Some((bytes, last)) = page else { return Ok::<_, ServiceError>(None) };
            let next = match last {
                Some(last) => Some(lines(&service, &filter, last).await?),
                None => None,
            };
            Ok(Some((bytes, next)))
        }
    });
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(pages)))
}

/// The next page as lines, and the number of its last record if there may be more.
async fn lines(
    service: &Service,
    filter: &AuditFilter,
    after: i64,
) -> Result<(Bytes, Option<i64>), ServiceError> {
    let records = service.exported_audit_records(filter, after, EXPORTED_AT_ONCE).await?;
    let mut text = Vec::new();
    for record in &records {
        let row = serde_json::to_vec(&wire::AdminAuditRecord::from(record)).unwrap_or_default();
        text.extend_from_slice(&row);
        text.push(b'\n');
    }
    let is_full = records.len() == EXPORTED_AT_ONCE;
    Ok((text.into(), records.last().filter(|_| is_full).map(|record| record.sequence)))
}

fn filter(query: &Parameters) -> Result<AuditFilter, Failure> {
    let uuid = |name: &str| {
        let text = query.text(name)?;
        let parsed = text.map(Uuid::try_parse).transpose();
        parsed.map_err(|_| Failure::InvalidParameter { name: name.to_owned(), expected: "a UUID" })
    };
    let time = |name: &str| {
        let expected = "a time as 2026-01-31T08:00:00Z";
        let parsed = query.text(name)?.map(str::parse).transpose();
        parsed.map_err(|_: jiff::Error| Failure::InvalidParameter { name: name.to_owned(), expected })
    };
    Ok(AuditFilter {
        app: uuid("app_id")?.map(AppId),
        operator: query.text("operator")?.map(OperatorName::stored).transpose()?,
        gallery: query.text("gallery")?.map(GalleryId::stored).transpose()?,
        subject: query.text("subject")?.map(SubjectId::stored).transpose()?,
        template: query.text("template")?.map(TemplateId::stored).transpose()?,
        action: query.text("action")?.map(str::to_owned),
        transaction: uuid("transaction_id")?,
        since: time("since")?,
        until: time("until")?,
    })
}
