//! The failed answers of an endpoint, for the OpenAPI document: one entry a status, whatever the envelope.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use crate::error::{About, ErrorKind};

/// Every one of `kinds`, in the envelope `E`. `describe` gives its status and its line of text.
pub(crate) fn documented<E: ToSchema>(
    kinds: impl Iterator<Item = ErrorKind>,
    describe: impl Fn(ErrorKind) -> (StatusCode, String),
) -> BTreeMap<String, RefOr<Response>> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in kinds {
        let (status, text) = describe(kind);
        let texts = texts.entry(status.as_u16().to_string()).or_default();
        // Two kinds of failure can be one to the client.
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.into_iter().map(|(status, texts)| (status, answer::<E>(&texts.join("\n")))).collect()
}

/// The same for those of `met` that apply, in an envelope with the stable code of each.
pub(crate) fn with_codes<E: ToSchema>(
    met: &[ErrorKind],
    applies: impl Fn(ErrorKind) -> bool,
) -> BTreeMap<String, RefOr<Response>> {
    let kinds = met.iter().copied().filter(|kind| applies(*kind));
    documented::<E>(kinds, |kind| (kind.status(), format!("* `{}`: {}", kind.code(), kind.meaning())))
}

/// Whether an endpoint about challenges that takes no frames can meet `kind`: it asks for checks, and sees no photo.
pub(crate) fn is_met_without_frames(kind: ErrorKind) -> bool {
    kind.about() != About::Photo || kind == ErrorKind::CheckUnavailable
}

fn answer<E: ToSchema>(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name(E::name())));
    ResponseBuilder::new().description(description).content("application/json", content).build().into()
}
