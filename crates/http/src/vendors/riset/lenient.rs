//! JSON as clients of the original write it: a number for an id, text for a boolean or a number, `null` for nothing.
//!
//! Lists are bounded while they are read: a body full of tiny elements must not become a hundred times its size.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::extract::parameters::parse_boolean;
use crate::failure::Failure;

/// Any JSON value that is neither a list nor an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar {
    /// Absent or `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Whole(i64),
    /// Text. A number with a fraction counts as its text.
    Text(String),
}

impl Scalar {
    /// As a text; empty is as good as absent.
    pub(super) fn text(&self) -> Option<String> {
        let text = match self {
            Self::Null => return None,
            Self::Boolean(on) => on.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// As a boolean in any of the spellings that queries have; `None` if absent.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        let flag = match self {
            Self::Null => return Ok(None),
            Self::Boolean(on) => Some(*on),
            Self::Whole(0) => Some(false),
            Self::Whole(1) => Some(true),
            Self::Whole(_) => None,
            Self::Text(text) => parse_boolean(text),
        };
        let expected = "true, false, 1, 0, yes, no, on or off";
        flag.map(Some).ok_or_else(|| Failure::InvalidParameter { name: name.to_owned(), expected })
    }

    /// As a whole number that is not negative; `None` if absent.
    pub(super) fn whole(&self, name: &str) -> Result<Option<usize>, Failure> {
        let number = match self {
            Self::Null => return Ok(None),
            Self::Whole(number) => usize::try_from(*number).ok(),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Boolean(_) => None,
        };
        let expected = "a whole number";
        number.map(Some).ok_or_else(|| Failure::InvalidParameter { name: name.to_owned(), expected })
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a boolean or null")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, on: bool) -> Result<Scalar, E> {
        Ok(Scalar::Boolean(on))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(number).map_or_else(|_| Scalar::Text(number.to_string()), Scalar::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Text(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }
}

/// An image as base64, borrowed from the body where JSON escapes nothing in it.
#[derive(Debug, Default)]
pub(super) struct ImageText<'a>(pub(super) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for ImageText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ImageVisitor)
    }
}

struct ImageVisitor;

impl<'de> Visitor<'de> for ImageVisitor {
    type Value = ImageText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image as base64 text, or null")
    }

    fn visit_unit<E>(self) -> Result<ImageText<'de>, E> {
        Ok(ImageText(None))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<ImageText<'de>, E> {
        Ok(ImageText(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<ImageText<'de>, E> {
        Ok(ImageText(Some(Cow::Owned(text.to_owned()))))
    }
}

/// A list of at most `MOST` elements.
#[derive(Debug)]
pub(super) struct Bounded<T, const MOST: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Bounded<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for BoundedVisitor<T, MOST> {
    type Value = Bounded<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < MOST {
            match list.next_element()? {
                Some(element) => elements.push(element),
                None => return Ok(Bounded(elements)),
            }
        }
        match list.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom(format_args!("a list has more than {MOST} elements"))),
            None => Ok(Bounded(elements)),
        }
    }
}

/// A list, or an object of another kind.
#[derive(Debug)]
pub(super) enum ListOr<T, O, const MOST: usize> {
    /// A list.
    List(Vec<T>),
    /// An object.
    Object(O),
}

impl<'de, T: Deserialize<'de>, O: Deserialize<'de>, const MOST: usize> Deserialize<'de>
    for ListOr<T, O, MOST>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrVisitor(PhantomData))
    }
}

struct ListOrVisitor<T, O, const MOST: usize>(PhantomData<(T, O)>);

impl<'de, T: Deserialize<'de>, O: Deserialize<'de>, const MOST: usize> Visitor<'de>
    for ListOrVisitor<T, O, MOST>
{
    type Value = ListOr<T, O, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}, or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        BoundedVisitor::<T, MOST>(PhantomData).visit_seq(list).map(|list| ListOr::List(list.0))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        O::deserialize(MapAccessDeserializer::new(map)).map(ListOr::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn a_scalar_is_what_its_reader_needs() {
        for (json, text, flag, whole) in [
            ("null", None, Some(None), Some(None)),
            ("true", Some("true"), Some(Some(true)), None),
            (r#""true""#, Some("true"), Some(Some(true)), None),
            (r#"" False ""#, Some("False"), Some(Some(false)), None),
            ("1", Some("1"), Some(Some(true)), Some(Some(1))),
            ("8", Some("8"), None, Some(Some(8))),
            (r#""8""#, Some("8"), None, Some(Some(8))),
            ("-1", Some("-1"), None, None),
            ("1.5", Some("1.5"), None, None),
            (r#""""#, None, None, None),
            (r#""maybe""#, Some("maybe"), None, None),
            ("18446744073709551615", Some("18446744073709551615"), None, Some(Some(usize::MAX))),
        ] {
            let value = scalar(json);
            assert_eq!(value.text().as_deref(), text, "{json}");
            assert_eq!(value.flag("x").ok(), flag, "{json}");
            assert_eq!(value.whole("x").ok(), whole, "{json}");
        }
        for bad in ["[]", "{}", "[1]"] {
            assert!(serde_json::from_str::<Scalar>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_ends_where_its_bound_is() {
        let list =
            |json: &str| serde_json::from_str::<Bounded<Scalar, 2>>(json).map(|list| list.0.len()).ok();
        assert_eq!([list("[]"), list("[1,2]"), list("[1,2,3]"), list("{}")], [Some(0), Some(2), None, None]);
        let endless = format!("[{}0]", "0,".repeat(1_000_000));
        assert_eq!(list(&endless), None);
    }

    #[test]
    fn an_image_is_borrowed_where_nothing_is_escaped() {
        let borrowed: ImageText<'_> = serde_json::from_str(r#""/9j/""#).expect("text");
        assert!(matches!(borrowed.0, Some(Cow::Borrowed("/9j/"))));
        let escaped: ImageText<'_> = serde_json::from_str(r#""\/9j\/""#).expect("text");
        assert!(matches!(escaped.0, Some(Cow::Owned(text)) if text == "/9j/"));
        assert!(serde_json::from_str::<ImageText<'_>>("null").expect("null").0.is_none());
        assert!(serde_json::from_str::<ImageText<'_>>("3").is_err());
    }
}
