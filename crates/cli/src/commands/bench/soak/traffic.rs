//! What a soak asks: a client's round of requests, as a busy app mixes them.

use super::super::client::{
    Credentials, Exchange, analyze_request, enroll_request, identify_request, plain_request, verify_request,
};

/// The kind whose times are watched for drift: the dearest, and always the same photos.
pub(super) const WATCHED: &str = "verify";

/// The requests of client number `client`, with photos of three faces, two of them one person's, in their order; they may be asked over and over, and end where they began: the template
/// that is enrolled is the client's own and deleted in the end.
///
/// Seven of twenty carry a photo or two; the others read, as consoles, health checks and reports do.
pub(super) fn round(
    credentials: &Credentials,
    [one, same, other]: [&[u8]; 3],
    client: usize,
) -> Vec<Exchange> {
    let template = format!("soak-{client}");
    let record = format!("/v1/templates/{template}");
    let read = |kind, path: &str| plain_request(credentials, kind, "GET", path);
    let list = || read("list", "/v1/templates");
    vec![
        verify_request(credentials, [one, same]),
        list(),
        read("info", "/v1/info"),
        enroll_request(credentials, &template, one),
        read("ready", "/readyz"),
        read("template", &record),
        identify_request(credentials, same),
        list(),
        analyze_request(credentials, other),
        read("template", &record),
        list(),
        identify_request(credentials, other),
        read("ready", "/readyz"),
        verify_request(credentials, [same, other]),
        read("info", "/v1/info"),
        // A photo that is none: refusals must leave nothing behind either.
        Exchange { status: 415, kind: "refused photo", ..analyze_request(credentials, b"no photo") },
        list(),
        plain_request(credentials, "delete", "DELETE", &record),
        read("metrics", "/metrics"),
        list(),
    ]
}
