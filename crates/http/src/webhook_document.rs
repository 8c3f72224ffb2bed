//! The webhooks of the OpenAPI document: what an app is sent.

use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, Paths, PathsBuilder, Ref, Required, ResponseBuilder, Type,
};

/// What every call of a webhook has, and what it means.
const HEADERS: [(&str, &str); 3] = [
    ("webhook-id", "Id of the event: the same with each attempt"),
    ("webhook-timestamp", "When it was sent, in seconds since 1970"),
    (
        "webhook-signature",
        "For each secret in force `v1,` and a signature, with spaces between: see docs/webhooks.md",
    ),
];

/// The one webhook: an event, signed, for the receiver of an app.
pub(crate) fn webhooks() -> Paths {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("WebhookEvent"))).build();
    let body = RequestBodyBuilder::new()
        .description(Some("The event"))
        .content("application/json", content)
        .required(Some(Required::True))
        .build();
    let taken =
        "Any 2xx: it is not sent again. Whatever else is answered, and no answer, has it sent again later";
    let mut operation = OperationBuilder::new()
        .operation_id(Some("event"))
        .summary(Some("Something happened that the app wants to know."))
        .request_body(Some(body))
        .response("2XX", ResponseBuilder::new().description(taken));
    for (name, description) in HEADERS {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(text));
        operation = operation.parameter(header);
    }
    PathsBuilder::new().path("event", PathItem::new(HttpMethod::Post, operation)).build()
}
