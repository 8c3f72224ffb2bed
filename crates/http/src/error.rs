//! The one table of what can go wrong on the wire: a stable code and an HTTP status a row.
//!
//! `/v1` answers with these. A vendor's surface has a table of its own beside its routes, keyed by the same kinds.
//! `docs/errors.md` is generated from the tables (see `error_docs`).

use axum::http::StatusCode;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The client: sending the same again gives the same answer.
    Caller,
    /// Nobody: the same request may succeed later.
    Moment,
    /// The operator. These, and only these, are logged as errors.
    Ours,
}

/// What a request has to bring or to name in order to fail in some way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Nothing: every request can.
    Request,
    /// A photo.
    Photo,
    /// A subject.
    Subject,
    /// A challenge.
    Challenge,
    /// A verification session.
    Session,
    /// The administration.
    Administration,
}

macro_rules! error_table {
    ($($(#[$doc:meta])* $kind:ident => $code:literal, $status:ident, $fault:ident, $about:ident, $meaning:literal;)+) => {
        /// Every way in which a request can fail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum ErrorKind {
            $(#[doc = $meaning] $kind,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the table.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The stable `snake_case` code of `/v1` answers, logs and metrics.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }

            /// The HTTP status under `/v1`.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)+ }
            }

            /// Whose turn it is.
            pub(crate) const fn fault(self) -> Fault {
                match self { $(Self::$kind => Fault::$fault,)+ }
            }

            /// What a request has to bring or to name in order to fail so.
            pub(crate) const fn about(self) -> About {
                match self { $(Self::$kind => About::$about,)+ }
            }

            /// What it means, one sentence.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$kind => $meaning,)+ }
            }
        }
    };
}

error_table! {
    PhotoMissing       => "photo_missing",        BAD_REQUEST,            Caller, Photo, "The photo part is not there.";
    PhotoEmpty         => "photo_empty",          BAD_REQUEST,            Caller, Photo, "The photo has no bytes.";
    PhotoWrongType     => "photo_wrong_type",     UNSUPPORTED_MEDIA_TYPE, Caller, Photo, "The bytes are neither JPEG nor PNG.";
    PhotoNotBase64     => "photo_not_base64",     UNPROCESSABLE_ENTITY,   Caller, Photo, "The photo's text is no base64.";
    PhotoUndecodable   => "photo_undecodable",    UNPROCESSABLE_ENTITY,   Caller, Photo, "The JPEG or PNG is corrupt or truncated.";
    PhotoTooManyPixels => "photo_too_many_pixels", UNPROCESSABLE_ENTITY,  Caller, Photo, "The photo has more pixels than the server accepts.";
    PhotoTooLarge      => "photo_too_large",      PAYLOAD_TOO_LARGE,      Caller, Photo, "The photo has more bytes than the server accepts.";
    NoFace             => "no_face",              UNPROCESSABLE_ENTITY,   Caller, Photo, "No face was found.";
    SeveralFaces       => "several_faces",        UNPROCESSABLE_ENTITY,   Caller, Photo, "A second face is large enough to be meant.";
    FaceTooSmall       => "face_too_small",       UNPROCESSABLE_ENTITY,   Caller, Photo, "The face is too small to be used.";
    NotPhotographed    => "not_photographed",     UNPROCESSABLE_ENTITY,   Caller, Photo, "What was found is not the photographed face of a human: a drawing, an animal, a statue, a negative.";
    FaceTooPoor        => "face_too_poor",        UNPROCESSABLE_ENTITY,   Caller, Photo, "The face is too blurred, dark or covered to be compared or enrolled.";
    CheckUnavailable   => "check_unavailable",    NOT_IMPLEMENTED,        Caller, Photo, "A requested security check has no model on this server.";
    CheckUndecided     => "check_undecided",      UNPROCESSABLE_ENTITY,   Caller, Photo, "A requested security check ran and could not decide on this photo.";
    Rejected           => "rejected",             UNPROCESSABLE_ENTITY,   Caller, Photo, "The operator's rules turned the photo away.";
    Unauthenticated    => "unauthenticated",      UNAUTHORIZED,           Caller, Request, "APP-ID is unknown, or APP-KEY is wrong or expired.";
    Forbidden          => "forbidden",            FORBIDDEN,              Caller, Request, "The access token belongs to another app.";
    TemplateExists     => "template_exists",      CONFLICT,               Caller, Photo, "A template with this id exists, and replacing it was not asked for.";
    TemplateNotFound   => "template_not_found",   NOT_FOUND,              Caller, Request, "The app has no template with this id.";
    GalleryExists      => "gallery_exists",       CONFLICT,               Caller, Request, "The app has a gallery with this id.";
    SubjectNotFound    => "subject_not_found",    NOT_FOUND,              Caller, Subject, "The gallery has no subject with this id.";
    SubjectOutdated    => "subject_outdated",     CONFLICT,               Caller, Subject, "Every template of the subject was made by a model that the server no longer uses: enrol again.";
    GalleryNotFound    => "gallery_not_found",    NOT_FOUND,              Caller, Request, "The app has no gallery with this id.";
    TemplateOutdated   => "template_outdated",    CONFLICT,               Caller, Photo, "The template was made by a model that the server no longer uses: enrol again.";
    InvalidId          => "invalid_id",           BAD_REQUEST,            Caller, Request, "An id is not 1 to 120 printable characters, or one of them is invisible.";
    InvalidParameter   => "invalid_parameter",    BAD_REQUEST,            Caller, Request, "A parameter has a value that it cannot have, or is not known here.";
    MissingParameter   => "missing_parameter",    BAD_REQUEST,            Caller, Request, "A required parameter is not there.";
    Repeated           => "repeated_parameter",   BAD_REQUEST,            Caller, Request, "A part or parameter was sent twice.";
    MalformedBody      => "malformed_body",       BAD_REQUEST,            Caller, Request, "The body is not the multipart or JSON that it says it is.";
    BodyTooLarge       => "body_too_large",       PAYLOAD_TOO_LARGE,      Caller, Request, "The whole body is larger than the server accepts.";
    SlowUpload         => "slow_upload",          REQUEST_TIMEOUT,        Caller, Request, "The body did not arrive in time.";
    ChallengeUnknown   => "challenge_unknown",    NOT_FOUND,              Caller, Challenge, "The app has no such challenge; time and restarts forget them.";
    ChallengeForeign   => "challenge_foreign",    FORBIDDEN,              Caller, Challenge, "The challenge was made for another app.";
    ChallengeReplayed  => "challenge_replayed",   CONFLICT,               Caller, Challenge, "The challenge was answered before.";
    ChallengeExpired   => "challenge_expired",    GONE,                   Caller, Challenge, "The answer came too late.";
    ChallengeReordered => "challenge_reordered",  UNPROCESSABLE_ENTITY,   Caller, Challenge, "The frames do not stand in the order of the steps, or are for steps that were not asked for.";
    ChallengeIncomplete => "challenge_incomplete", UNPROCESSABLE_ENTITY,  Caller, Challenge, "A step has too few frames, or the answer too many.";
    TooManyChallenges  => "too_many_challenges",  TOO_MANY_REQUESTS,      Moment, Challenge, "The app has as many open challenges as it may have.";
    SessionNotFound    => "session_not_found",    NOT_FOUND,              Caller, Session, "The app has no session with this id, or it is forgotten; or the browser has not opened it.";
    SessionTaken       => "session_taken",        CONFLICT,               Caller, Session, "Another browser has opened the session's link.";
    SessionOver        => "session_over",         GONE,                   Caller, Session, "The session has ended: passed, failed, declined, expired or cancelled.";
    SessionElsewhere   => "session_elsewhere",    CONFLICT,               Caller, Session, "The session waits for something else, or was changed at the same moment.";
    TooManyPhotos      => "too_many_photos",      TOO_MANY_REQUESTS,      Caller, Session, "The page of a link has asked for guidance as often as it may.";
    TooManySessions    => "too_many_sessions",    TOO_MANY_REQUESTS,      Moment, Session, "The app has as many sessions under way as it may have.";
    OperatorNotFound   => "operator_not_found",   NOT_FOUND,              Caller, Administration, "No operator has this name.";
    OperatorExists     => "operator_exists",      CONFLICT,               Caller, Administration, "An operator of this name exists.";
    PassNotFound       => "pass_not_found",       NOT_FOUND,              Caller, Administration, "The operator has no session or token with this id.";
    WebhookNotFound    => "webhook_not_found",    NOT_FOUND,              Caller, Administration, "The app has no webhook: give it an address first.";
    EventNotFound      => "event_not_found",      NOT_FOUND,              Caller, Administration, "The app has no event with this id, or it is older than `webhooks.retention_days`.";
    LastOwner          => "last_owner",           CONFLICT,               Caller, Administration, "Nobody would be left to run operators.";
    RateLimited        => "rate_limited",         TOO_MANY_REQUESTS,      Moment, Request, "The app asks more often than it may; the header Retry-After says when to try again.";
    QuotaExceeded      => "quota_exceeded",       TOO_MANY_REQUESTS,      Moment, Request, "The app has asked as often as it may today (UTC).";
    AppNotFound        => "app_not_found",        NOT_FOUND,              Caller, Administration, "There is no app with this id.";
    AppExists          => "app_exists",           CONFLICT,               Caller, Administration, "An app with this id exists.";
    SettingsRefused    => "settings_refused",     UNPROCESSABLE_ENTITY,   Caller, Administration, "The settings that were read again cannot be used; nothing was changed.";
    NotLoggedIn        => "not_logged_in",        UNAUTHORIZED,           Caller, Administration, "The request has no session or token, or not any more; or name or password is wrong.";
    RoleTooLow         => "role_too_low",         FORBIDDEN,              Caller, Administration, "The operator's role does not allow it.";
    CrossSite          => "cross_site",           FORBIDDEN,              Caller, Administration, "A page of another site made the browser send this.";
    TooManyAttempts    => "too_many_attempts",    TOO_MANY_REQUESTS,      Moment, Administration, "Too many attempts to log in; the header Retry-After says when to try again.";
    NotFound           => "not_found",            NOT_FOUND,              Caller, Request, "There is nothing at this path.";
    MethodNotAllowed   => "method_not_allowed",   METHOD_NOT_ALLOWED,     Caller, Request, "The path exists, but not with this method; the header Allow lists those that do.";
    Overloaded         => "overloaded",           SERVICE_UNAVAILABLE,    Moment, Request, "The server is busy; the header Retry-After says when to try again.";
    TimedOut           => "timed_out",            SERVICE_UNAVAILABLE,    Moment, Request, "The server did not finish in time.";
    ShuttingDown       => "shutting_down",        SERVICE_UNAVAILABLE,    Moment, Request, "The server is stopping.";
    StoreUnreachable   => "store_unreachable",    SERVICE_UNAVAILABLE,    Moment, Request, "The server cannot reach its store; nothing was changed.";
    NotReady           => "not_ready",            SERVICE_UNAVAILABLE,    Moment, Request, "The models are not loaded yet, or the server is stopping.";
    Internal           => "internal_error",       INTERNAL_SERVER_ERROR,  Ours, Request,   "The server failed; its log has the reason under the transaction id.";
}
