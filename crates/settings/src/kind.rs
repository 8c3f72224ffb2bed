//! What values a setting takes: how they are read, shown and described.

use std::fmt;
use std::path::PathBuf;

use crate::bytes;
use crate::value::{Typed, Value};

/// What values a setting takes. Both ends of a range belong to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// true or false.
    Switch,
    /// A whole number.
    Whole {
        /// Smallest.
        least: u64,
        /// Greatest.
        most: u64,
        /// What is counted, as in `pixels`; may be empty.
        unit: &'static str,
    },
    /// A number of bytes: `1048576`, or with a unit as in `20 MiB`.
    Bytes {
        /// Smallest.
        least: u64,
        /// Greatest.
        most: u64,
    },
    /// A number.
    Number {
        /// Smallest.
        least: f64,
        /// Greatest.
        most: f64,
        /// Unit, as in `seconds`; empty for scores and shares.
        unit: &'static str,
    },
    /// Two numbers, the lower one first.
    Span {
        /// Smallest.
        least: f64,
        /// Greatest.
        most: f64,
        /// Unit, as in `degrees`; empty for scores and shares.
        unit: &'static str,
    },
    /// One of these words.
    Choice(Vec<&'static str>),
    /// Different ones of these words.
    Choices {
        /// The words.
        words: Vec<&'static str>,
        /// How many at least.
        fewest: usize,
    },
    /// Any words.
    Words,
    /// Any text but none.
    Text,
    /// A file or folder.
    Path,
    /// A host, by name or address, and a port.
    Address,
    /// Where something is that may ask for a password, written as here. Its type reads it, and shows it without the secret.
    Secret(&'static str),
}

impl Kind {
    /// Reads what was typed.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn read(&self, typed: &Typed) -> Result<Value, String> {
        let value = match typed {
            Typed::Text(text) => match (self, text.to_str()) {
                (Self::Path, _) => Some(Value::Path(PathBuf::from(text))),
                (_, Some(text)) => self.parse(text),
                (_, None) => return Err(format!("{self}, in UTF-8")),
            },
            Typed::Switch(on) => (*self == Self::Switch).then_some(Value::Switch(*on)),
            Typed::Whole(number) => self.parse_number(&number.to_string()),
            Typed::Number(number) => self.parse_number(&number.to_string()),
            Typed::List(items) => self.parse_list(items),
        };
        value.filter(|value| self.accepts(value)).ok_or_else(|| self.to_string())
    }

    /// Whether what was typed may have a secret in it, and is in no message.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }

    /// Whether `value` is of this kind and in its range.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Switch, Value::Switch(_)) => true,
            (Self::Words, Value::Words(words)) => words.iter().all(|word| is_word(word)),
            (Self::Whole { least, most, .. } | Self::Bytes { least, most }, Value::Whole(number)) => {
                (least..=most).contains(&number)
            }
            (Self::Number { least, most, .. }, Value::Number(number)) => (least..=most).contains(&number),
            (Self::Span { least, most, .. }, Value::Span([low, high])) => {
                least <= low && low <= high && high <= most
            }
            (Self::Choice(words), Value::Text(word)) => words.contains(&word.as_str()),
            (Self::Choices { words, fewest }, Value::Words(chosen)) => {
                let known = chosen.iter().all(|word| words.contains(&word.as_str()));
                known
                    && chosen.len() >= *fewest
                    && (1..chosen.len()).all(|i| !chosen[..i].contains(&chosen[i]))
            }
            (Self::Text | Self::Secret(_), Value::Text(text)) => !text.is_empty(),
            (Self::Path, Value::Path(path)) => !path.as_os_str().is_empty(),
            (Self::Address, Value::Text(address)) => is_address(address),
            (_, _) => false,
        }
    }

    /// `value` as it could be typed; bytes of a path that are no text as escapes.
    #[must_use]
    pub fn show(&self, value: &Value) -> String {
        match value {
            Value::Switch(on) => on.to_string(),
            Value::Whole(number) if matches!(self, Self::Bytes { .. }) => bytes::show(*number),
            Value::Whole(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Span([low, high]) => format!("{low},{high}"),
            Value::Text(text) => text.clone(),
            Value::Path(path) => path.to_str().map_or_else(|| format!("{path:?}"), str::to_owned),
            Value::Words(words) => words.join(","),
        }
    }

    fn parse(&self, text: &str) -> Option<Value> {
        match self {
            Self::Switch => switch(text).map(Value::Switch),
            Self::Whole { .. } => text.trim().parse().ok().map(Value::Whole),
            Self::Bytes { .. } => bytes::parse(text.trim()).map(Value::Whole),
            Self::Number { .. } => text.trim().parse().ok().map(Value::Number),
            Self::Span { .. } => {
                let (low, high) = text.split_once(',')?;
                Some(Value::Span([low.trim().parse().ok()?, high.trim().parse().ok()?]))
            }
            Self::Choice(_) | Self::Text | Self::Address | Self::Secret(_) => {
                Some(Value::Text(text.to_owned()))
            }
            Self::Path => Some(Value::Path(PathBuf::from(text))),
            Self::Choices { .. } | Self::Words => {
                let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                Some(Value::Words(words.map(str::to_owned).collect()))
            }
        }
    }

    fn parse_number(&self, text: &str) -> Option<Value> {
        match self {
            Self::Whole { .. } | Self::Bytes { .. } | Self::Number { .. } => self.parse(text),
            Self::Switch
            | Self::Span { .. }
            | Self::Choice(_)
            | Self::Choices { .. }
            | Self::Words
            | Self::Text
            | Self::Path
            | Self::Address
            | Self::Secret(_) => None,
        }
    }

    fn parse_list(&self, items: &[String]) -> Option<Value> {
        match self {
            Self::Span { .. } => self.parse(&items.join(",")),
            Self::Choices { .. } | Self::Words => Some(Value::Words(items.to_vec())),
            Self::Switch
            | Self::Whole { .. }
            | Self::Bytes { .. }
            | Self::Number { .. }
            | Self::Choice(_)
            | Self::Text
            | Self::Path
            | Self::Address
            | Self::Secret(_) => None,
        }
    }
}

impl fmt::Display for Kind {
    /// What may be typed, as in `a whole number of pixels from 1 to 10000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |unit: &str| if unit.is_empty() { String::new() } else { format!(" of {unit}") };
        match self {
            Self::Switch => f.write_str("true or false"),
            Self::Whole { least, most, unit } => {
                write!(f, "a whole number{} from {least} to {most}", of(unit))
            }
            Self::Bytes { least, most } => {
                write!(f, "a number of bytes from {} to {}", bytes::show(*least), bytes::show(*most))
            }
            Self::Number { least, most, unit } => write!(f, "a number{} from {least} to {most}", of(unit)),
            Self::Span { least, most, unit } => {
                write!(f, "two numbers{} from {least} to {most}, the lower one first", of(unit))
            }
            Self::Choice(words) => write!(f, "one of {}", words.join(", ")),
            Self::Choices { words, fewest } => {
                write!(f, "at least {fewest} different ones of {}", words.join(", "))
            }
            Self::Words => f.write_str("words with commas between, without quotes and brackets"),
            Self::Text => f.write_str("text"),
            Self::Path => f.write_str("a path"),
            Self::Address => f.write_str("a host and port such as 127.0.0.1:8080 or localhost:8080"),
            Self::Secret(form) => f.write_str(form),
        }
    }
}

/// An array of TOML, typed where words are, would be words that nothing is called.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | ','))
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// `host:port`, where an IPv6 address stands in brackets.
fn is_address(text: &str) -> bool {
    if text.parse::<std::net::SocketAddr>().is_ok() {
        return true;
    }
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_';
        !host.is_empty() && host.chars().all(is_name) && port.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORE: Kind = Kind::Number { least: 0.0, most: 1.0, unit: "" };
    const DEGREES: Kind = Kind::Span { least: -90.0, most: 90.0, unit: "degrees" };
    const COUNT: Kind = Kind::Whole { least: 1, most: 10, unit: "" };
    const BYTES: Kind = Kind::Bytes { least: 1, most: 1 << 40 };

    fn letters(fewest: usize) -> Kind {
        Kind::Choices { words: vec!["a", "b", "c"], fewest }
    }

    fn words(words: &[&str]) -> Value {
        Value::Words(words.iter().map(|&word| word.to_owned()).collect())
    }

    #[test]
    fn text_is_read_as_its_kind() {
        let table = [
            (BYTES, "20 MiB", Value::Whole(20 << 20)),
            (COUNT, "8", Value::Whole(8)),
            (SCORE, "0.75", Value::Number(0.75)),
            (DEGREES, "-12, 12.5", Value::Span([-12.0, 12.5])),
            (Kind::Switch, "On", Value::Switch(true)),
            (Kind::Switch, "0", Value::Switch(false)),
            (Kind::Words, "a, b,,c", words(&["a", "b", "c"])),
            (Kind::Words, "", words(&[])),
            (letters(2), "c,a", words(&["c", "a"])),
            (Kind::Address, "[::1]:80", Value::Text("[::1]:80".to_owned())),
            (Kind::Address, "localhost:8080", Value::Text("localhost:8080".to_owned())),
            (Kind::Choice(vec!["x", "y"]), "y", Value::Text("y".to_owned())),
        ];
        for (kind, text, expected) in table {
            assert_eq!(kind.read(&Typed::text(text)), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let table = [
            (BYTES, "20 XB"),
            (BYTES, "0"),
            (BYTES, "99999999999 GiB"),
            (COUNT, "0"),
            (COUNT, "11"),
            (COUNT, "-1"),
            (COUNT, "1.5"),
            (SCORE, "1.01"),
            (SCORE, "NaN"),
            (SCORE, "inf"),
            (DEGREES, "12,-12"),
            (DEGREES, "12"),
            (DEGREES, "-91,0"),
            (DEGREES, "NaN,0"),
            (Kind::Switch, "maybe"),
            (Kind::Text, ""),
            (Kind::Path, ""),
            (letters(2), "a"),
            (letters(2), "a,a"),
            (letters(1), "a,d"),
            (Kind::Choice(vec!["x", "y"]), "z"),
            (Kind::Words, "[\"*\"]"),
            (Kind::Words, "a b"),
            (Kind::Address, "localhost"),
            (Kind::Address, ":80"),
            (Kind::Address, "::1:80"),
            (Kind::Address, "localhost:65536"),
            (Kind::Address, "http://localhost:80"),
        ];
        for (kind, text) in table {
            assert!(kind.read(&Typed::text(text)).is_err(), "{kind:?} took `{text}`");
        }
    }

    #[test]
    fn types_of_toml_are_not_bent() {
        let list = |items: &[&str]| Typed::List(items.iter().map(|&item| item.to_owned()).collect());
        assert_eq!(BYTES.read(&Typed::Whole(1024)), Ok(Value::Whole(1024)));
        assert_eq!(SCORE.read(&Typed::Whole(1)), Ok(Value::Number(1.0)));
        assert_eq!(DEGREES.read(&list(&["-2", "1.5"])), Ok(Value::Span([-2.0, 1.5])));
        assert_eq!(Kind::Switch.read(&Typed::Switch(true)), Ok(Value::Switch(true)));
        let wrong = [
            (Kind::Switch, Typed::Whole(1)),
            (COUNT, Typed::Switch(true)),
            (COUNT, Typed::Number(1.5)),
            (COUNT, list(&["1"])),
            (Kind::Text, Typed::Whole(1)),
            (Kind::Path, Typed::Whole(1)),
        ];
        for (kind, typed) in wrong {
            assert!(kind.read(&typed).is_err(), "{kind:?} took {typed:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_paths_may_be_other_than_utf_8_and_stay_exact() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt;

        let bytes = OsString::from_vec(vec![b'a', 0xff]);
        let typed = Typed::Text(bytes.clone());
        assert_eq!(Kind::Path.read(&typed), Ok(Value::Path(PathBuf::from(&bytes))));
        assert_eq!(Kind::Path.show(&Value::Path(PathBuf::from(bytes))), "\"a\\xFF\"");
        for kind in [Kind::Text, Kind::Words, Kind::Address, Kind::Secret("a://b"), COUNT, Kind::Switch] {
            assert!(kind.read(&typed).is_err_and(|expected| expected.ends_with("in UTF-8")), "{kind:?}");
        }
    }
}
