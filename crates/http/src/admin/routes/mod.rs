//! The endpoints of the administration, below its prefix: extract, one use case, convert.

mod apps;
mod audit;
mod backup;
mod challenges;
mod data_keys;
mod faces;
mod galleries;
mod operators;
mod session;
mod sessions;
mod state;
mod templates;
mod webhooks;

use axum::extract::Request;
use faceward_core::AppId;
use serde::de::DeserializeOwned;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::extract::json;
use crate::failure::Failure;
use crate::state::AppState;

/// Every route.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(operators::routes())
        .merge(apps::routes())
        .merge(webhooks::routes())
        .merge(galleries::routes())
        .merge(templates::routes())
        .merge(faces::routes())
        .merge(challenges::routes())
        .merge(sessions::routes())
        .merge(audit::routes())
        .merge(state::routes())
        .merge(data_keys::routes())
        .merge(backup::routes())
}

/// The app in the path; what is no UUID is the id of no app.
fn app_id(text: &str) -> Result<AppId, Failure> {
    Uuid::try_parse(text).map(AppId).map_err(|_| Failure::AppNotFound)
}

/// The app in the path, which exists: of one that does not an operator is told so, and not that it lacks what is asked for.
async fn known_app(app: &AppState, id: &str) -> Result<AppId, Failure> {
    let id = app_id(id)?;
    app.service.apps().get(&id).await?;
    Ok(id)
}

/// The body, which has to be there.
async fn body<T: DeserializeOwned>(request: Request, state: &AppState) -> Result<T, Failure> {
    json::receive(request, &state.settings).await
}
