//! The error envelope of `/v1`, and of everything outside of a vendor's API.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::{Content, Ref, RefOr, Response as ApiResponse, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::wire::{ErrorAnswer, ErrorBody};
use crate::error::ErrorKind;
use crate::failure::Failure;
use crate::transaction::TransactionId;

/// `failure` in our envelope.
pub(crate) fn write(failure: &Failure, transaction: TransactionId) -> Response {
    let kind = failure.kind();
    let error = ErrorBody { code: kind.code(), message: failure.message() };
    (kind.status(), Json(ErrorAnswer { error, transaction_id: transaction.0 })).into_response()
}

/// The failed answers of an endpoint that takes a photo, for the OpenAPI document.
pub(crate) struct Failures;

/// Those of one that takes none.
pub(crate) struct FailuresWithoutPhoto;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|_| true)
    }
}

impl IntoResponses for FailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| !kind.needs_a_photo())
    }
}

fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in ErrorKind::ALL.iter().filter(|kind| applies(**kind)) {
        let status = kind.status().as_u16().to_string();
        texts.entry(status).or_default().push(format!("* `{}`: {}", kind.code(), kind.meaning()));
    }
    texts.into_iter().map(|(status, texts)| (status, answer(&texts.join("\n")))).collect()
}

fn answer(description: &str) -> RefOr<ApiResponse> {
    let content = Content::new(Some(Ref::from_schema_name(ErrorAnswer::name())));
    ResponseBuilder::new().description(description).content("application/json", content).build().into()
}
