//! Verification sessions in the JSON of `/v1`.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody is to show who comes by a link. An unknown key is an error.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SessionRequest {
    /// What is checked. Default: `liveness`. None at all needs `verify` or a reference photo.
    pub(crate) checks: Option<Vec<SessionCheck>>,
    /// How many movements the challenge asks for, `front` included. Default: as configured (4).
    #[schema(minimum = 2, maximum = 8)]
    pub(crate) steps: Option<usize>,
    /// Whose face it has to be: an enrolled subject. Without it, and without a reference photo, anybody's.
    pub(crate) verify: Option<SessionSubject>,
    /// Who is enrolled once everything is shown.
    pub(crate) enroll: Option<SessionEnroll>,
    /// Seconds until the link is over. Default: as configured (900).
    #[schema(minimum = 60, maximum = 604_800)]
    pub(crate) expires_in: Option<u64>,
    /// Where the person goes afterwards: an https address, or http on this machine. Of the app's origins, where it has any.
    pub(crate) return_url: Option<String>,
    /// An id of yours, kept with the session and in the audit log. Default: that of the session.
    pub(crate) trx_id: Option<String>,
}

/// What can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionCheck {
    /// Presentation attack detection on the selfie.
    Liveness,
    /// Swapped and generated faces, on the selfie and on the frames of the challenge.
    Deepfake,
    /// Movements that the server asks for, made by the person of the selfie.
    Challenge,
}

/// An enrolled subject.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionSubject {
    /// Its id.
    pub(crate) subject: String,
    /// Its gallery. Default: `default`.
    pub(crate) gallery: Option<String>,
}

/// Who is enrolled.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionEnroll {
    /// The id of the subject.
    pub(crate) subject: String,
    /// Its gallery, which exists. Default: `default`.
    pub(crate) gallery: Option<String>,
    /// The id of the template, which must not exist. Default: a random one.
    pub(crate) template_id: Option<String>,
    /// What people call the subject.
    pub(crate) name: Option<String>,
    /// Seconds from the enrolment on after which the template is deleted. Default: as long as the app lets it.
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub(crate) expires_in: Option<NonZeroU32>,
}

/// A verification session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The session.
    pub(crate) session: Session,
    /// The link to send to the person. Secret, good for one browser; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
}

/// What is known of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its id, which is no secret.
    pub(crate) session_id: Uuid,
    /// `created`, `opened`, `consented`; at its end `passed`, `failed`, `declined`, `expired` or `cancelled`.
    pub(crate) state: &'static str,
    /// Why it failed, of closed lists: those of a challenge, or `not_live`, `not_genuine`, `not_the_person`,
    /// `not_photographed`, `too_many_photos`, `template_exists`, `gallery_not_found`.
    pub(crate) reasons: Vec<String>,
    /// What is checked.
    pub(crate) checks: Vec<SessionCheck>,
    /// Whose face it has to be; `null`: nobody's who is enrolled.
    #[schema(required)]
    pub(crate) verify: Option<SessionSubject>,
    /// Whether it has to be the face of a reference photo.
    pub(crate) reference: bool,
    /// Who is enrolled once everything is shown, or was where it has passed; `null`: nobody.
    #[schema(required)]
    pub(crate) enroll: Option<SessionTemplate>,
    /// When it was made, RFC 3339, as all times.
    pub(crate) created_at: String,
    /// When its time is over.
    pub(crate) expires_at: String,
    /// When its link was used; `null`: not yet.
    #[schema(required)]
    pub(crate) opened_at: Option<String>,
    /// When it ended; `null`: it has not.
    #[schema(required)]
    pub(crate) ended_at: Option<String>,
    /// What the person agreed to; `null`: nothing yet.
    #[schema(required)]
    pub(crate) consent: Option<SessionConsent>,
    /// How often the person was judged, oldest first.
    pub(crate) attempts: Vec<SessionAttempt>,
    /// Where the person goes afterwards; `null`: nowhere.
    #[schema(required)]
    pub(crate) return_url: Option<String>,
    /// The id of yours that it was made with.
    #[schema(required)]
    pub(crate) trx_id: Option<String>,
}

/// A template of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionTemplate {
    /// Its id.
    pub(crate) template_id: String,
    /// Its subject.
    pub(crate) subject: String,
    /// Its gallery.
    pub(crate) gallery: String,
}

/// What a person agreed to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionConsent {
    /// Which text.
    pub(crate) version: String,
    /// When.
    pub(crate) agreed_at: String,
}

/// One time that a person was judged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionAttempt {
    /// When.
    pub(crate) at: String,
    /// `selfie` or `challenge`.
    pub(crate) step: &'static str,
    /// Whether it was good enough.
    pub(crate) passed: bool,
    /// Why not.
    pub(crate) reasons: Vec<String>,
    /// Score of the passive check, the least of several frames; `null`: not asked for, or not decided.
    #[schema(required)]
    pub(crate) liveness: Option<f64>,
    /// Score of the deepfake check, likewise.
    #[schema(required)]
    pub(crate) deepfake: Option<f64>,
    /// Similarity with whom it has to be; that of a challenge is with the selfie.
    #[schema(required)]
    pub(crate) similarity: Option<f64>,
}
