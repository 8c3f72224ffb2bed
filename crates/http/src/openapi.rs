//! The OpenAPI 3.1 document: everything that the annotated routes do not say themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::{native, vendors};

/// The frame that the routes are added to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Faceward",
        description = "Face verification, identification, liveness and quality on your own machine.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "ooto", description = "The OOTO AI face API 1.0: a drop-in replacement. Change the base URL, keep \
                                       the rest."),
        (name = "riset", description = "The Riset.ai face and liveness API. Change the base URL, keep the rest. A failure \
                                        has its code as text in `status`, mostly under HTTP 200."),
        (name = "native", description = "Our own API: raw scores, ISO/IEC 29794-5 values, all faces, timings."),
        (name = "operations", description = "Health and metrics. No credentials."),
    ),
    components(schemas(
        vendors::ooto::wire::ErrorAnswer,
        vendors::riset::wire::Status,
        vendors::riset::wire::SingleLiveness,
        vendors::riset::forms::SingleLiveness,
        native::wire::ErrorAnswer
    )),
    modifiers(&Credentials),
)]
pub(crate) struct Document;

/// Every call names its app and proves it with a key.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, header, description) in [
            ("app_id", "APP-ID", "The app's id, a UUID."),
            ("app_key", "APP-KEY", "The app's key, up to 4 KB."),
            ("access_token", "Accesstoken", "A token from /oauth/client/token, without `Bearer`."),
        ] {
            let value = ApiKeyValue::with_description(header, description);
            components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Header(value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    #[test]
    fn the_whole_document_is_known() {
        let document = crate::openapi().to_pretty_json().expect("JSON");
        insta::assert_snapshot!("openapi", document);
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_and_says_whether_it_needs_credentials() {
        let document = serde_json::to_value(crate::openapi()).expect("JSON");
        let mut ids = BTreeSet::new();
        let mut n_operations = 0;
        for (path, item) in document["paths"].as_object().expect("paths") {
            for operation in item.as_object().expect("operations").values() {
                // Credentials come in the body where a token is asked for.
                let is_open =
                    ["/healthz", "/readyz", "/metrics", "/oauth/client/token"].contains(&path.as_str());
                let is_guarded = !is_open;
                assert_eq!(operation.get("security").is_some(), is_guarded, "{path}");
                for (status, response) in operation["responses"].as_object().expect("responses") {
                    assert!(response["description"].is_string(), "{path} {status}: no description");
                }
                ids.insert(operation["operationId"].to_string());
                n_operations += 1;
            }
        }
        assert!(n_operations >= 36, "{ids:?}");
        assert_eq!(ids.len(), n_operations, "{ids:?}");
    }

    #[test]
    fn no_schema_is_shared_by_two_surfaces() {
        // Schemas are known by their names alone: two of the same name would silently become one.
        let document = serde_json::to_value(crate::openapi()).expect("JSON");
        let schemas_below = |prefix: &str| {
            let mut found = BTreeSet::new();
            for (path, item) in document["paths"].as_object().expect("paths") {
                if path.starts_with(prefix) {
                    collect(item, &document, &mut found);
                }
            }
            found
        };
        let (ooto, native) = (schemas_below("/api/"), schemas_below(crate::native::PREFIX));
        let mut riset = schemas_below("/face-api");
        riset.extend(schemas_below("/liveness-api"));
        riset.extend(schemas_below("/oauth"));
        assert!(ooto.len() > 15 && native.len() > 15 && riset.len() > 15);
        for (one, other) in [(&ooto, &native), (&ooto, &riset), (&native, &riset)] {
            assert!(one.is_disjoint(other), "{:?}", one.intersection(other));
        }
    }

    fn collect(value: &Value, document: &Value, found: &mut BTreeSet<String>) {
        let schema = value.get("$ref").and_then(Value::as_str);
        if let Some(name) = schema.filter(|name| found.insert((*name).to_owned())) {
            collect(document.pointer(name.trim_start_matches('#')).expect(name), document, found);
        }
        match value {
            Value::Object(entries) => entries.values().for_each(|value| collect(value, document, found)),
            Value::Array(elements) => elements.iter().for_each(|value| collect(value, document, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
