//! The OpenAPI 3.1 document: everything that the annotated routes do not say themselves.

use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};

use crate::surface::Surfaces;
use crate::webhook_document::webhooks;

/// What is of no API.
#[derive(OpenApi)]
#[openapi(info(
    title = "Faceward",
    description = "Face verification, identification, liveness and quality on your own machine.",
    license(name = "Apache-2.0", identifier = "Apache-2.0"),
))]
struct Frame;

/// The frame that the routes of `surfaces` are added to: their tags, credentials and schemas.
pub(crate) fn frame(surfaces: Surfaces) -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    for surface in surfaces.all {
        document.merge((surface.documents.schemas)());
    }
    let described =
        surfaces.all.iter().map(|surface| tag(surface.documents.tag, surface.documents.description));
    let operations = tag("operations", "Health and metrics. No credentials.");
    document.tags = Some(described.chain([operations]).collect());
    document.webhooks = Some(webhooks());
    let components = document.components.get_or_insert_default();
    let branches = surfaces.all.iter().flat_map(|surface| surface.branches);
    for header in branches.flat_map(|branch| branch.authentication.headers) {
        let value = ApiKeyValue::with_description(header.name, header.description);
        components.add_security_scheme(header.scheme, SecurityScheme::ApiKey(ApiKey::Header(value)));
    }
    document
}

fn tag(name: &str, description: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(description)).build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::surface::Surface;
    use crate::surfaces::ALL;

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
                let is_open = ["/healthz", "/readyz", "/metrics", "/oauth/client/token"]
                    .contains(&path.as_str())
                    || ["admin_log_in", "admin_first_owner"]
                        .map(Some)
                        .contains(&operation["operationId"].as_str());
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
    fn what_a_webhook_is_sent_is_described() {
        let document = serde_json::to_value(crate::openapi()).expect("JSON");
        let call = &document["webhooks"]["event"]["post"];
        let schema = call["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let schema =
            document.pointer(schema.expect("a schema").trim_start_matches('#')).expect("it is there");
        let fields: Vec<_> = schema["required"].as_array().expect("fields").iter().collect();
        assert_eq!(fields, ["type", "timestamp", "data"]);
        assert_eq!(call["parameters"].as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn no_schema_is_shared_by_two_surfaces() {
        // Schemas are known by their names alone: two of the same name would silently become one. This is one type, and what an
        // auditor is shown is the same wherever it comes from.
        const MEANT: &str = "#/components/schemas/DeletionRecord";
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
        let of = |surface: &Surface| {
            surface
                .branches
                .iter()
                .flat_map(|branch| schemas_below(branch.prefix))
                .filter(|schema| schema != MEANT)
                .collect::<BTreeSet<String>>()
        };
        let all: Vec<_> = ALL.all.iter().map(|surface| of(surface)).collect();
        for (index, one) in all.iter().enumerate() {
            assert!(!one.is_empty(), "an API without schemas");
            for other in &all[index + 1..] {
                assert!(one.is_disjoint(other), "{:?}", one.intersection(other));
            }
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
