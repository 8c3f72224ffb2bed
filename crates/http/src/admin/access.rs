//! Who may do what: every route of the administration with the least role that it takes. What is not here is for nobody.

use axum::http::Method;
use faceward_service::Role;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody: it is how one comes in.
    Open,
    /// Operators of this role and higher ones.
    Least(Role),
    /// Whoever may open the socket in the data folder.
    Local,
}

const READ: Access = Access::Least(Role::Auditor);
const RUN: Access = Access::Least(Role::Operator);
const OWN: Access = Access::Least(Role::Owner);

/// Method, path below the prefix, who.
pub(super) const TABLE: &[(&str, &str, Access)] = &[
    ("POST", "/first-owner", Access::Open),
    ("POST", "/session", Access::Open),
    ("GET", "/session", READ),
    ("DELETE", "/session", READ),
    ("PUT", "/session/password", READ),
    ("GET", "/operators", OWN),
    ("POST", "/operators", OWN),
    ("GET", "/operators/{name}", OWN),
    ("PATCH", "/operators/{name}", OWN),
    ("GET", "/operators/{name}/passes", OWN),
    ("POST", "/operators/{name}/tokens", OWN),
    ("DELETE", "/operators/{name}/passes/{pass_id}", OWN),
    ("GET", "/apps", READ),
    ("POST", "/apps", RUN),
    ("GET", "/apps/{app_id}", READ),
    ("PATCH", "/apps/{app_id}", RUN),
    ("DELETE", "/apps/{app_id}", OWN),
    ("GET", "/apps/{app_id}/keys", READ),
    ("POST", "/apps/{app_id}/keys", RUN),
    ("DELETE", "/apps/{app_id}/keys/{created_at}", RUN),
    ("GET", "/apps/{app_id}/data-key", READ),
    ("POST", "/apps/{app_id}/data-key", OWN),
    ("GET", "/apps/{app_id}/webhook", READ),
    ("PUT", "/apps/{app_id}/webhook", RUN),
    ("DELETE", "/apps/{app_id}/webhook", RUN),
    ("POST", "/apps/{app_id}/webhook/secrets", RUN),
    ("POST", "/apps/{app_id}/webhook/test", RUN),
    ("GET", "/apps/{app_id}/webhook/events", READ),
    ("GET", "/apps/{app_id}/webhook/events/{event_id}", READ),
    ("POST", "/apps/{app_id}/webhook/events/{event_id}/replay", RUN),
    ("GET", "/apps/{app_id}/galleries", READ),
    ("POST", "/apps/{app_id}/galleries", RUN),
    ("DELETE", "/apps/{app_id}/galleries/{gallery}", RUN),
    ("GET", "/apps/{app_id}/galleries/{gallery}/subjects", READ),
    ("DELETE", "/apps/{app_id}/galleries/{gallery}/subjects/{subject}", RUN),
    ("GET", "/apps/{app_id}/templates", READ),
    ("GET", "/apps/{app_id}/templates/{template_id}", READ),
    ("DELETE", "/apps/{app_id}/templates/{template_id}", RUN),
    ("POST", "/apps/{app_id}/enroll", RUN),
    ("POST", "/apps/{app_id}/identify", RUN),
    ("POST", "/apps/{app_id}/verify", RUN),
    ("POST", "/apps/{app_id}/analyze", RUN),
    ("GET", "/apps/{app_id}/challenges", READ),
    ("POST", "/apps/{app_id}/challenges", RUN),
    ("POST", "/apps/{app_id}/challenges/{challenge_id}/answer", RUN),
    ("GET", "/apps/{app_id}/sessions", READ),
    ("POST", "/apps/{app_id}/sessions", RUN),
    ("GET", "/apps/{app_id}/sessions/{session_id}", READ),
    ("DELETE", "/apps/{app_id}/sessions/{session_id}", RUN),
    ("GET", "/signing-keys", READ),
    ("POST", "/signing-keys", OWN),
    ("GET", "/audit", READ),
    ("GET", "/audit/export", READ),
    ("GET", "/info", READ),
    ("GET", "/settings", READ),
    ("POST", "/settings/reload", OWN),
    ("GET", "/metrics", READ),
    ("GET", "/history", READ),
    ("POST", "/master-key", OWN),
    ("POST", "/backup", Access::Local),
];

/// Who may call the route at `path`, which is its template with the prefix.
pub(super) fn of(method: &Method, path: &str) -> Option<Access> {
    let below = path.strip_prefix(super::PREFIX)?;
    // Whatever answers GET answers HEAD.
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let row = TABLE.iter().find(|(known, template, _)| *known == method && *template == below);
    row.map(|(_, _, access)| *access)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_every_route_of_the_document_and_no_other() {
        let document = serde_json::to_value(crate::openapi()).expect("JSON");
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            let Some(below) = path.strip_prefix(super::super::PREFIX) else { continue };
            let methods = item.as_object().expect("operations").keys();
            documented.extend(methods.map(|method| (method.to_uppercase(), below.to_owned())));
        }
        let listed: BTreeSet<_> =
            TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(listed, documented);
        assert_eq!(listed.len(), TABLE.len(), "no route twice");
    }

    #[test]
    fn what_changes_something_is_for_no_auditor() {
        for (method, path, access) in TABLE {
            let own_session = path.starts_with("/session");
            if *method != "GET" && *access == READ {
                assert!(own_session, "{method} {path}");
            }
        }
        assert_eq!(of(&Method::HEAD, "/admin/v1/apps"), Some(READ));
        assert_eq!(of(&Method::PUT, "/admin/v1/apps"), None);
        assert_eq!(of(&Method::GET, "/v1/apps"), None);
    }
}
