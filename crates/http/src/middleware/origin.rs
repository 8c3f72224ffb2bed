//! Tells the use cases for whom they work: app, API and transaction id go into every audit record.

use axum::extract::{OriginalUri, Request};
use axum::middleware::Next;
use axum::response::Response;
use faceward_service::Origin;

use super::envelope::surface_name;
use crate::extract::caller::Caller;
use crate::transaction::TransactionId;

/// Stands behind the layer that knows the caller.
pub(crate) async fn remember(transaction: TransactionId, request: Request, next: Next) -> Response {
    // Inside of a nested router the path has lost its beginning.
    let path = request.extensions().get::<OriginalUri>().map_or(request.uri(), |original| &original.0).path();
    let app = request.extensions().get::<Caller>().map(|caller| caller.0);
    Origin::new(surface_name(path), transaction.0, app).scope(next.run(request)).await
}
