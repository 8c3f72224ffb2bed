//! Identifiers. Each is its own type: an app is never passed where a gallery belongs.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

/// Longest gallery, subject or template id, in characters.
const MAX_ID_CHARS: usize = 120;

/// An id that a caller made up and that we cannot accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {MAX_ID_CHARS} printable characters")]
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
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Trims `text` and takes it if 1 to 120 printable characters remain.
            ///
            /// # Errors
            /// Nothing remains, too much remains, or a control character is in it.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let text = text.trim();
                let acceptable = !text.is_empty()
                    && text.chars().count() <= MAX_ID_CHARS
                    && !text.chars().any(char::is_control);
                if acceptable { Ok(Self(text.into())) } else { Err(InvalidId) }
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
    GalleryId
}
text_id! {
    /// A person inside a gallery, under the id that the client chose.
    SubjectId
}
text_id! {
    /// One enrolled reference of a subject; unique inside an app.
    TemplateId
}

text_id! {
    /// What people call a subject.
    SubjectName
}
text_id! {
    /// How a client refers to one of its calls; kept in log and audit, never looked up.
    ClientReference
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
}
