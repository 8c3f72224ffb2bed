//! `/s`: the page behind a verification link, as files in the binary, and what it asks. For people with phones.
//!
//! The secret of the link is in the address of the first request only: the page takes it out, and no log has it. The page's
//! requests are its own: they may change with it, and answer failures as `/v1` does.

mod cookie;
mod guard;
mod play;
mod wire;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::ServiceBuilder;

use crate::failure::Failure;
use crate::middleware::{allowance, origin, upload_room};
use crate::state::AppState;
use crate::static_files::{Files, files};
use crate::upload_room::Weight;

/// Nothing from anywhere else, nothing written into the page, and the page in no frame. Its own photos are shown as blobs.
const POLICY: &str = "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Its name in the audit log.
const SURFACE: &str = "link";

static FILES: Files = Files {
    policy: POLICY,
    all: files! {
        "../../link/":
        "index.html" => Page,
        "style.css" => Style,
        "api.js" => Script,
        "main.js" => Script,
        "measure.js" => Script,
        "texts.js" => Script,
        "steps/challenge.js" => Script,
        "steps/consent.js" => Script,
        "steps/end.js" => Script,
        "steps/selfie.js" => Script,
    },
};

/// What the page shares with the console.
static SHARED: Files = Files {
    policy: POLICY,
    all: files! {
        "../../console/":
        "icon.svg" => Drawing,
        "camera.js" => Script,
        "dom.js" => Script,
        "film.js" => Script,
    },
};

/// The page, its files, and what it asks.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let bodies = upload_room::Bodies {
        limit_bytes: state.settings.body_bytes(),
        weight: Weight::Once,
        room: state.uploads.clone(),
    };
    let common = ServiceBuilder::new()
        .layer(from_fn_with_state(SURFACE, origin::remember))
        .layer(from_fn_with_state(bodies, upload_room::reserve));
    let counted = ServiceBuilder::new()
        .layer(from_fn_with_state(state.clone(), guard::admit))
        .layer(from_fn_with_state(state.clone(), allowance::count));
    let entrance = play::entrance().route_layer(common.clone()).route_layer(from_fn(guard::own_page));
    let inside = play::inside().route_layer(common).route_layer(counted);
    Router::new()
        .route("/s/", get(|| async { FILES.answer("index.html") }))
        // Whatever the link is: who looks at it learns nothing, and uses nothing up.
        .route("/s/{token}", get(|| async { FILES.answer("index.html") }))
        .route("/s/page/{*name}", get(page_file))
        .nest("/s/api", entrance.merge(inside))
}

async fn page_file(
    axum::extract::Path(name): axum::extract::Path<String>,
) -> Result<axum::response::Response, Failure> {
    FILES.answer(&name).or_else(|_| SHARED.answer(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served_and_asks_nobody_else() {
        FILES.check(concat!(env!("CARGO_MANIFEST_DIR"), "/link"), &["", "steps/"]);
    }
}
