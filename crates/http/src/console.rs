//! `/console`: pages for operators, as files in the binary. They ask `/admin/v1` and nobody else.

use axum::Router;
use axum::extract::Path;
use axum::response::Redirect;
use axum::routing::get;

use crate::state::AppState;
use crate::static_files::{Files, files};

/// Nothing from anywhere else, nothing written into the page, and the page in no frame.
const POLICY: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

static FILES: Files = Files {
    policy: POLICY,
    all: files! {
        "../console/":
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
        "film.js" => Script,
        "main.js" => Script,
        "photo.js" => Script,
        "qr.js" => Script,
        "scale.js" => Script,
        "snippets.js" => Script,
        "texts.js" => Script,
        "pages/apps.js" => Script,
        "pages/audit.js" => Script,
        "pages/challenge.js" => Script,
        "pages/enrol.js" => Script,
        "pages/enter.js" => Script,
        "pages/link.js" => Script,
        "pages/links.js" => Script,
        "pages/operators.js" => Script,
        "pages/people.js" => Script,
        "pages/settings.js" => Script,
        "pages/start.js" => Script,
        "pages/thresholds.js" => Script,
        "pages/try.js" => Script,
        "pages/webhooks.js" => Script,
    },
};

/// The pages.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(|| async { FILES.answer("index.html") }))
        .route("/console/{*name}", get(|Path(name): Path<String>| async move { FILES.answer(&name) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served_and_asks_nobody_else() {
        FILES.check(concat!(env!("CARGO_MANIFEST_DIR"), "/console"), &["", "data/", "pages/"]);
    }
}
