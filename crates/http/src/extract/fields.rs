//! A few texts in a body: as a JSON object, as a form, or as `name=value` pairs.

use axum::extract::Request;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::content_type::ContentType;
use super::form::Form;
use super::{body, json, urlencoded};
use crate::failure::Failure;
use crate::state::AppState;

/// The fields called `names` as `T`; others are ignored. A body of at most `limit_bytes`, unless it is a form.
///
/// A body that begins as a JSON object is one whatever its type is said to be: curl calls everything after `-d` a form.
pub(crate) async fn receive<T: DeserializeOwned>(
    request: Request,
    state: &AppState,
    names: &[&str],
    limit_bytes: usize,
) -> Result<T, Failure> {
    let content_type = ContentType::of(request.headers())?;
    if let ContentType::Multipart(_) = content_type {
        let form = Form::receive(request, state).await?;
        let texts = names.iter().map(|name| Ok(form.text(name)?.map(|text| (*name, text.to_owned()))));
        return from_texts(texts.filter_map(Result::transpose).collect::<Result<_, Failure>>()?);
    }
    let body = body::receive(request, limit_bytes, &state.settings).await?;
    if content_type == ContentType::Json || json::is_object(&body) {
        return json::parse(&body);
    }
    let pairs = urlencoded::pairs(&body)
        .map_err(|error| Failure::MalformedBody(format!("not the expected form: {error}")))?;
    let mut texts: Vec<(&str, String)> = Vec::new();
    for pair in pairs {
        let Some(name) = names.iter().find(|name| **name == pair.name) else { continue };
        if texts.iter().any(|(known, _)| known == name) {
            return Err(Failure::Repeated(pair.name));
        }
        texts.push((*name, pair.value.unwrap_or_default()));
    }
    // Without a word about its type a body has to show that it is a form.
    if texts.is_empty() && content_type == ContentType::Other {
        return Err(Failure::MalformedBody("neither the expected JSON nor the expected form".to_owned()));
    }
    from_texts(texts)
}

fn from_texts<T: DeserializeOwned>(texts: Vec<(&str, String)>) -> Result<T, Failure> {
    let object: Map<String, Value> =
        texts.into_iter().map(|(name, text)| (name.to_owned(), Value::String(text))).collect();
    serde_json::from_value(Value::Object(object))
        .map_err(|error| Failure::MalformedBody(format!("not the expected form: {error}")))
}
