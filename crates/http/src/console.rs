//! `/console`: pages for operators, as files in the binary. They ask `/admin/v1` and nobody else.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::failure::Failure;
use crate::state::AppState;

/// Nothing from anywhere else, nothing written into the page, and the page in no frame.
const POLICY: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// What pages may use: the camera, and nothing else of the device.
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

macro_rules! files {
    ($($name:literal => $kind:ident),+ $(,)?) => {
        /// Every file by its name below `/console/`.
        const FILES: &[(&str, Kind, &str)] =
            &[$(($name, Kind::$kind, include_str!(concat!("../console/", $name)))),+];
    };
}

/// What a file is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Page,
    Style,
    Script,
    Drawing,
    Data,
}

files! {
    "index.html" => Page,
    "style.css" => Style,
    "icon.svg" => Drawing,
    "api.js" => Script,
    "camera.js" => Script,
    "chart.js" => Script,
    "curves.js" => Script,
    "data.js" => Script,
    "data/verification.json" => Data,
    "dom.js" => Script,
    "main.js" => Script,
    "photo.js" => Script,
    "scale.js" => Script,
    "snippets.js" => Script,
    "texts.js" => Script,
    "pages/apps.js" => Script,
    "pages/audit.js" => Script,
    "pages/challenge.js" => Script,
    "pages/enrol.js" => Script,
    "pages/enter.js" => Script,
    "pages/operators.js" => Script,
    "pages/people.js" => Script,
    "pages/settings.js" => Script,
    "pages/start.js" => Script,
    "pages/thresholds.js" => Script,
    "pages/try.js" => Script,
    "pages/webhooks.js" => Script,
}

/// The pages.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(|| async { file("index.html") }))
        .route("/console/{*name}", get(|Path(name): Path<String>| async move { file(&name) }))
}

fn file(name: &str) -> Result<Response, Failure> {
    let (_, kind, text) = FILES.iter().find(|(known, _, _)| *known == name).ok_or(Failure::NotFound)?;
    let content_type = match kind {
        Kind::Page => "text/html; charset=utf-8",
        Kind::Style => "text/css; charset=utf-8",
        Kind::Script => "text/javascript; charset=utf-8",
        Kind::Drawing => "image/svg+xml",
        Kind::Data => "application/json",
    };
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (PERMISSIONS, "camera=(self), microphone=(), geolocation=()"),
    ];
    Ok((headers.map(|(name, value)| (name, HeaderValue::from_static(value))), *text).into_response())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/console");
        let mut found = BTreeSet::new();
        for prefix in ["", "data/", "pages/"] {
            let folder = format!("{folder}/{prefix}");
            for entry in fs_err::read_dir(Path::new(&folder)).expect("a folder") {
                let entry = entry.expect("an entry");
                if entry.path().is_file() {
                    found.insert(format!("{prefix}{}", entry.file_name().to_string_lossy()));
                }
            }
        }
        assert_eq!(found, FILES.iter().map(|(name, _, _)| (*name).to_owned()).collect());
    }

    #[test]
    fn no_file_asks_anybody_else_or_writes_markup() {
        for (name, _, text) in FILES {
            for forbidden in
                ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\""]
            {
                assert!(!text.contains(forbidden), "{name}: {forbidden}");
            }
            let elsewhere = text.replace("http://www.w3.org/2000/svg", "").replace("https:// or", "");
            assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"), "{name}");
        }
    }
}
