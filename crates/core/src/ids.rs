//! Identifiers. Each is its own type: an app is never passed where a gallery belongs.
//!
//! Ids that callers make up are exact: trimmed, never normalised, and without characters that nobody can see, so that two
//! ids that look alike are not two people. See [`characters`].

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::characters;

/// Longest gallery, subject or template id, in characters.
const MAX_ID_CHARS: usize = 120;

/// An id that a caller made up and that we cannot accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {MAX_ID_CHARS} printable characters, none of them invisible")]
pub struct InvalidId;

/// A tenant: owner of galleries, holder of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId(pub Uuid);

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $accepts:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Trims `text` and takes it if 1 to 120 acceptable characters remain (see the module). Nothing else is
            /// changed: two texts that differ in any character are two ids.
            ///
            /// # Errors
            /// Nothing remains, too much remains, or a character is in it that cannot be told by looking.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Self::bounded(text.trim(), $accepts)
            }

            /// What a store holds. Older versions accepted characters that [`Self::parse`] refuses, and what was enrolled
            /// under such an id must still be found and deleted.
            ///
            /// # Errors
            /// No version can have written it.
            pub fn stored(text: &str) -> Result<Self, InvalidId> {
                Self::bounded(text, characters::is_printable)
            }

            fn bounded(text: &str, accepts: fn(char) -> bool) -> Result<Self, InvalidId> {
                let fits = !text.is_empty() && text.chars().count() <= MAX_ID_CHARS;
                if fits && text.chars().all(accepts) { Ok(Self(text.into())) } else { Err(InvalidId) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id! {
    /// A set of subjects inside an app.
    GalleryId, characters::is_visible
}
text_id! {
    /// A person inside a gallery, under the id that the client chose.
    SubjectId, characters::is_visible
}
text_id! {
    /// One enrolled reference of a subject; unique inside an app.
    TemplateId, characters::is_visible
}

text_id! {
    /// What people call a subject. Never looked up, so that it may hold joiners, which some scripts are written with.
    SubjectName, characters::is_printable
}
text_id! {
    /// Somebody who runs an installation, under the name that they log in with.
    OperatorName, characters::is_visible
}
text_id! {
    /// How a client refers to one of its calls; kept in log and audit, never looked up.
    ClientReference, characters::is_visible
}

impl TemplateId {
    /// A new random id (UUID version 4).
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string().into())
    }
}

/// The model, or fusion of models, that made a value. Part of every template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(Arc<str>);

impl ModelId {
    /// The id `name`, as declared in `models/models.toml`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_trimmed_and_bounded() {
        assert_eq!(TemplateId::parse("  anna ").expect("fine").as_str(), "anna");
        assert!(TemplateId::parse(&"ä".repeat(120)).is_ok());
        for bad in ["", "   ", "a\nb", "a\u{0}b", &"x".repeat(121)] {
            assert_eq!(TemplateId::parse(bad), Err(InvalidId), "{bad:?}");
        }
    }

    #[test]
    fn ids_are_exact_characters() {
        let id = |text: &str| SubjectId::parse(text).expect(text);
        // The same letter in one character and in two; upper and lower case; digits of two scripts.
        for (one, other) in [("\u{e9}", "e\u{301}"), ("anna", "Anna"), ("1", "\u{661}"), ("1", "01")] {
            assert_ne!(id(one), id(other), "{one} {other}");
        }
    }

    #[test]
    fn invisible_characters_are_refused_in_ids_and_kept_in_names() {
        let joined = "\u{645}\u{6cc}\u{200c}\u{62e}";
        assert_eq!(SubjectId::parse(joined), Err(InvalidId));
        assert_eq!(GalleryId::parse("a\u{202e}b"), Err(InvalidId));
        assert_eq!(ClientReference::parse("a\u{ad}b"), Err(InvalidId));
        assert_eq!(SubjectName::parse(joined).expect("a name").as_str(), joined);
    }

    #[test]
    fn what_an_older_version_stored_is_still_read() {
        assert_eq!(TemplateId::stored("a\u{200b}").expect("an old id").as_str(), "a\u{200b}");
        for impossible in ["", "a\nb", &"x".repeat(121)] {
            assert_eq!(TemplateId::stored(impossible), Err(InvalidId), "{impossible:?}");
        }
    }
}
