//! One API as a value: where it lives, who may call it, how it writes a failure down, what its documents say.
//!
//! A vendor's folder makes one; the list in `surfaces` is all that the rest of the crate knows about it. Router, envelope,
//! audit log, OpenAPI document and error page read it.

use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use crate::error::ErrorKind;
use crate::failure::Failure;
use crate::settings::HttpSettings;
use crate::state::AppState;
use crate::transaction::TransactionId;
use crate::upload_room::Weight;

/// One API.
pub(crate) struct Surface {
    /// Its name in the audit log.
    pub(crate) name: &'static str,
    /// Its routes, by where they live. No path is below two of them.
    pub(crate) branches: &'static [Branch],
    /// The failures that it can meet, and how it writes them down.
    pub(crate) failures: Failures,
    /// What its documents say.
    pub(crate) documents: Documents,
}

/// Routes under one prefix that the same callers may use.
pub(crate) struct Branch {
    /// Where they live, without a slash at the end.
    pub(crate) prefix: &'static str,
    /// The routes, below the prefix.
    pub(crate) routes: fn() -> OpenApiRouter<AppState>,
    /// Who may call them.
    pub(crate) authentication: &'static Authentication,
    /// The largest body, in bytes.
    pub(crate) body_bytes: fn(&HttpSettings) -> usize,
    /// What a body takes in memory.
    pub(crate) body_weight: Weight,
}

/// How callers prove who they are.
pub(crate) struct Authentication {
    /// Puts the layer that lets only known callers in before routes.
    pub(crate) guard: fn(OpenApiRouter<AppState>, &AppState) -> OpenApiRouter<AppState>,
    /// The headers that it reads.
    pub(crate) headers: &'static [CredentialHeader],
}

/// A header with credentials, as the OpenAPI document shows it.
pub(crate) struct CredentialHeader {
    /// The name of its security scheme.
    pub(crate) scheme: &'static str,
    /// The header.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) description: &'static str,
}

/// The failures of one API.
pub(crate) struct Failures {
    /// Those that it can meet. Any other would be a bug of ours, and is answered as one.
    pub(crate) met: fn() -> Vec<ErrorKind>,
    /// Writes one of them down.
    pub(crate) write: fn(&Failure, TransactionId, &HttpSettings) -> Response,
}

/// What the documents say about one API.
pub(crate) struct Documents {
    /// The tag of its operations in the OpenAPI document.
    pub(crate) tag: &'static str,
    /// What it is, for people.
    pub(crate) description: &'static str,
    /// Schemas that no route names by itself.
    pub(crate) schemas: fn() -> utoipa::openapi::OpenApi,
    /// Its section of `docs/errors.md`.
    #[cfg(test)]
    pub(crate) error_page: fn() -> String,
}

impl Surface {
    /// Whether `path` belongs to it.
    fn owns(&self, path: &str) -> bool {
        let is_below = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.branches.iter().any(|branch| is_below(branch.prefix))
    }

    /// Whether `kind` is a failure that it can meet.
    pub(crate) fn meets(&self, kind: ErrorKind) -> bool {
        (self.failures.met)().contains(&kind)
    }
}

/// All APIs of a server.
#[derive(Clone, Copy)]
pub(crate) struct Surfaces {
    /// Each of them.
    pub(crate) all: &'static [&'static Surface],
    /// The one in whose words everything is answered that is below none of them.
    pub(crate) elsewhere: &'static Surface,
}

impl Surfaces {
    /// The one that `path` belongs to. Known by the path alone, so that a wrong path or method has one as well.
    pub(crate) fn of(self, path: &str) -> &'static Surface {
        self.all.iter().find(|surface| surface.owns(path)).unwrap_or(&self.elsewhere)
    }
}

/// A vendor's error table: what it makes of each failure that it can meet.
pub(crate) type Table<T> = [(ErrorKind, T)];

/// The row of `kind`, or else that of a fault of ours.
pub(crate) fn row<T: Copy>(table: &'static Table<T>, kind: ErrorKind, otherwise: T) -> T {
    table.iter().find(|(known, _)| *known == kind).map_or(otherwise, |(_, row)| *row)
}

/// The kinds of `table`, in its order.
pub(crate) fn kinds<T>(table: &'static Table<T>) -> Vec<ErrorKind> {
    table.iter().map(|(kind, _)| *kind).collect()
}
