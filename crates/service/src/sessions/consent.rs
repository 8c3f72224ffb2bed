//! What a person is asked to agree to, word for word.

use faceward_store::{AppSettings, Consent};

const VERSION: &str = "faceward-1";
const TEXT: &str = "\
We would like to check that it is you, with photos of your face. Your camera takes them; they are sent to the server of this \
page, looked at by a program and not kept. What is measured on your face is compared with what was stored of you before, if \
anything was, and is kept only if you are being enrolled here. The result goes to the service that sent you here. You may \
refuse. Nothing is then sent, and the service is told that you refused.";

/// The text of an app, or ours where it has none. A session keeps the one that was in force when it was made: that is what is
/// agreed to.
pub(crate) fn consent_of(app: &AppSettings) -> Consent {
    app.consent.clone().unwrap_or_else(|| Consent { version: VERSION.to_owned(), text: TEXT.to_owned() })
}
