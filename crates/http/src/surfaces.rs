//! The APIs of a server, as one list.

use crate::surface::Surfaces;
use crate::{admin, native, vendors};

/// Every API. What belongs to none of them is answered as `/v1` answers.
pub(crate) static ALL: Surfaces = Surfaces {
    all: &[&vendors::ooto::SURFACE, &vendors::riset::SURFACE, &native::SURFACE, &admin::SURFACE],
    elsewhere: &native::SURFACE,
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_path_belongs_to_the_api_whose_prefix_it_has() {
        for (path, name) in [
            ("/api/v1.0/verify", "ooto"),
            ("/api/v1.0", "ooto"),
            ("/api/v1.01/verify", "v1"),
            ("/face-api/x", "riset"),
            ("/liveness-api", "riset"),
            ("/oauth/client/token", "riset"),
            ("/v1/info", "v1"),
            ("/admin/v1/apps", "admin"),
            ("/admin", "v1"),
            ("/healthz", "v1"),
            ("/", "v1"),
        ] {
            assert_eq!(ALL.of(path).name, name, "{path}");
        }
    }

    #[test]
    fn names_tags_and_prefixes_are_unique() {
        let unique = |values: Vec<&str>| values.iter().collect::<BTreeSet<_>>().len() == values.len();
        assert!(unique(ALL.all.iter().map(|surface| surface.name).collect()));
        assert!(unique(ALL.all.iter().map(|surface| surface.documents.tag).collect()));
        assert!(unique(
            ALL.all.iter().flat_map(|surface| surface.branches).map(|branch| branch.prefix).collect()
        ));
    }

    const EVERYBODY: &[&str] = &["ooto", "riset", "v1", "admin"];

    /// Who can meet a failure, decided once more and by another way than the tables: by what brings it about.
    #[expect(clippy::too_many_lines, reason = "a line a kind")]
    fn met_by(kind: ErrorKind) -> &'static [&'static str] {
        match kind {
            // Photos as text, tokens of others, galleries that clients make.
            ErrorKind::PhotoNotBase64 | ErrorKind::Forbidden => &["riset"],
            ErrorKind::GalleryExists => &["riset", "admin"],
            // Galleries and subjects by their ids: of the Riset.ai API, and of a challenge.
            ErrorKind::SubjectNotFound | ErrorKind::GalleryNotFound | ErrorKind::SubjectOutdated => {
                &["riset", "v1", "admin"]
            }
            // Templates by their ids.
            ErrorKind::TemplateExists => &["ooto", "v1", "admin"],
            ErrorKind::TemplateNotFound => &["ooto", "v1", "admin"],
            ErrorKind::TemplateOutdated => &["v1"],
            // Apps, by their keys and tokens.
            ErrorKind::Unauthenticated | ErrorKind::RateLimited | ErrorKind::QuotaExceeded => {
                &["ooto", "riset", "v1"]
            }
            ErrorKind::ChallengeUnknown
            | ErrorKind::ChallengeForeign
            | ErrorKind::ChallengeReplayed
            | ErrorKind::ChallengeExpired
            | ErrorKind::ChallengeReordered
            | ErrorKind::ChallengeIncomplete
            | ErrorKind::TooManyChallenges => &["v1", "admin"],
            ErrorKind::SessionNotFound | ErrorKind::SessionOver | ErrorKind::TooManySessions => {
                &["v1", "admin"]
            }
            ErrorKind::SessionTaken | ErrorKind::SessionElsewhere | ErrorKind::TooManyPhotos => &["v1"],
            // What pages ask: the console, and that of a link, which answers as `/v1` does.
            ErrorKind::CrossSite => &["v1", "admin"],
            ErrorKind::OperatorNotFound
            | ErrorKind::OperatorExists
            | ErrorKind::PassNotFound
            | ErrorKind::WebhookNotFound
            | ErrorKind::EventNotFound
            | ErrorKind::LastOwner
            | ErrorKind::AppNotFound
            | ErrorKind::AppExists
            | ErrorKind::SettingsRefused
            | ErrorKind::NotLoggedIn
            | ErrorKind::RoleTooLow
            | ErrorKind::TooManyAttempts => &["admin"],
            ErrorKind::PhotoMissing
            | ErrorKind::PhotoEmpty
            | ErrorKind::PhotoWrongType
            | ErrorKind::PhotoUndecodable
            | ErrorKind::PhotoTooManyPixels
            | ErrorKind::PhotoTooLarge
            | ErrorKind::NoFace
            | ErrorKind::SeveralFaces
            | ErrorKind::FaceTooSmall
            | ErrorKind::NotPhotographed
            | ErrorKind::FaceTooPoor
            | ErrorKind::CheckUnavailable
            | ErrorKind::CheckUndecided
            | ErrorKind::Rejected
            | ErrorKind::InvalidId
            | ErrorKind::InvalidParameter
            | ErrorKind::MissingParameter
            | ErrorKind::Repeated
            | ErrorKind::MalformedBody
            | ErrorKind::BodyTooLarge
            | ErrorKind::SlowUpload
            | ErrorKind::NotFound
            | ErrorKind::MethodNotAllowed
            | ErrorKind::Overloaded
            | ErrorKind::TimedOut
            | ErrorKind::ShuttingDown
            | ErrorKind::StoreUnreachable
            | ErrorKind::NotReady
            | ErrorKind::Internal => EVERYBODY,
        }
    }

    #[test]
    fn each_table_has_what_its_api_can_meet_once_and_nothing_else() {
        for surface in ALL.all {
            let listed = (surface.failures.met)();
            for kind in ErrorKind::ALL {
                let n_rows = listed.iter().filter(|listed| *listed == kind).count();
                let expected = usize::from(met_by(*kind).contains(&surface.name));
                assert_eq!(n_rows, expected, "{}: {kind:?}", surface.name);
            }
        }
    }
}
