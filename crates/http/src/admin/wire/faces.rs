//! What an operator finds out about photos on behalf of an app.

use serde::Serialize;
use utoipa::ToSchema;

/// A template that was enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminEnrolled {
    /// Its id.
    pub(crate) template_id: String,
    /// Whose face it is.
    pub(crate) subject: String,
    /// The gallery that it lies in.
    pub(crate) gallery: String,
    /// The model that made it.
    pub(crate) model: String,
    /// From when on it no longer counts and is deleted; `null`: it has no end.
    #[schema(required)]
    pub(crate) expires_at: Option<String>,
}

/// Whom a photo shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminIdentified {
    /// Whether somebody reaches the threshold.
    pub(crate) matched: bool,
    /// The best similarity, also below the threshold; `null`: nobody is enrolled.
    #[schema(required)]
    pub(crate) best_similarity: Option<f32>,
    /// Least similarity of a match.
    pub(crate) threshold: f32,
    /// Who reaches it, best first.
    pub(crate) candidates: Vec<AdminCandidate>,
}

/// A subject that reaches the threshold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminCandidate {
    /// Whose face it is.
    pub(crate) subject: String,
    /// What people call it.
    #[schema(required)]
    pub(crate) name: Option<String>,
    /// The subject's template that is most alike.
    pub(crate) template_id: String,
    /// The gallery that it lies in.
    pub(crate) gallery: String,
    /// 0 to 1.
    pub(crate) similarity: f32,
    /// -1 to 1.
    pub(crate) cosine: f32,
}

/// How alike two faces are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminComparison {
    /// Whether the similarity reaches the threshold.
    pub(crate) same: bool,
    /// 0 to 1.
    pub(crate) similarity: f32,
    /// Least similarity of one person.
    pub(crate) threshold: f32,
    /// -1 to 1.
    pub(crate) cosine: f32,
    /// The face in the first photo, as `/v1/analyze` describes one.
    #[schema(value_type = Object)]
    pub(crate) first: serde_json::Value,
    /// That in the second.
    #[schema(value_type = Object)]
    pub(crate) second: serde_json::Value,
}
