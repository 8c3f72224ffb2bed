//! Reading one value: from TOML, where it has a type, or from text, where it has none.

use super::settings::Kind;

/// A value that fits its setting's kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Text, a path, an address or a word.
    Text(String),
    /// A count, or bytes.
    Whole(u64),
    /// Seconds, a score, or degrees.
    Number(f64),
    /// From, to.
    Range([f64; 2]),
    /// On or off.
    Switch(bool),
    /// Words.
    Words(Vec<String>),
}

impl Value {
    /// Reads `text`, as typed in a variable or flag; `Err` says what would be right.
    pub(crate) fn from_text(kind: Kind, text: &str) -> Result<Self, String> {
        let parsed = match kind {
            Kind::Text | Kind::Path => Some(Self::Text(text.to_owned())),
            Kind::OneOf(words) => words.contains(&text).then(|| Self::Text(text.to_owned())),
            Kind::Address => text.parse::<std::net::SocketAddr>().ok().map(|_| Self::Text(text.to_owned())),
            Kind::Count => text.parse().ok().filter(|count| *count > 0).map(Self::Whole),
            Kind::Bytes => bytes(text).map(Self::Whole),
            Kind::Seconds => number(text).filter(|seconds| *seconds >= 1.0).map(Self::Number),
            Kind::Score => score(text).map(Self::Number),
            Kind::ScoreRange => text.split_once(',').and_then(|(low, high)| range(score(low)?, score(high)?)),
            Kind::Degrees => degrees(text).map(Self::Number),
            Kind::DegreesRange => {
                text.split_once(',').and_then(|(low, high)| range(degrees(low)?, degrees(high)?))
            }
            Kind::Switch => switch(text).map(Self::Switch),
            Kind::Words => Some(Self::Words(words(text))),
        };
        parsed.ok_or_else(|| expected(kind))
    }

    /// Reads a TOML value; text is read as if typed, so that `"20 MiB"` and `20971520` mean the same.
    pub(crate) fn from_toml(kind: Kind, value: &toml::Value) -> Result<Self, String> {
        let wrong = || expected(kind);
        match value {
            toml::Value::String(text) => Self::from_text(kind, text),
            toml::Value::Boolean(on) if kind == Kind::Switch => Ok(Self::Switch(*on)),
            toml::Value::Integer(number) if kind != Kind::Switch => {
                Self::from_text(kind, &number.to_string())
            }
            toml::Value::Float(number) if kind != Kind::Switch => Self::from_text(kind, &number.to_string()),
            toml::Value::Array(items) => {
                let items: Option<Vec<String>> = items.iter().map(item).collect();
                match (kind, items) {
                    (Kind::Words | Kind::ScoreRange | Kind::DegreesRange, Some(items)) => {
                        Self::from_text(kind, &items.join(","))
                    }
                    (_, _) => Err(wrong()),
                }
            }
            toml::Value::Boolean(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Datetime(_)
            | toml::Value::Table(_) => Err(wrong()),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Range([low, high]) => write!(f, "{low},{high}"),
            Self::Switch(on) => on.fmt(f),
            Self::Words(words) => f.write_str(&words.join(",")),
        }
    }
}

fn expected(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Path => "a path".to_owned(),
        Kind::OneOf(words) => format!("one of {}", words.join(", ")),
        Kind::Address => "an address and port such as 127.0.0.1:8080".to_owned(),
        Kind::Count => "a whole number of at least 1".to_owned(),
        Kind::Bytes => "a number of bytes, such as 1048576 or 20 MiB".to_owned(),
        Kind::Seconds => "a number of seconds of at least 1".to_owned(),
        Kind::Score => "a number from 0 to 1".to_owned(),
        Kind::ScoreRange => "two numbers from 0 to 1, the lower one first".to_owned(),
        Kind::Degrees => "an angle from -90 to 90 degrees".to_owned(),
        Kind::DegreesRange => "two angles from -90 to 90 degrees, the lower one first".to_owned(),
        Kind::Switch => "true or false".to_owned(),
        Kind::Words => "a list of words".to_owned(),
    }
}

fn item(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn score(text: &str) -> Option<f64> {
    number(text).filter(|score| (0.0..=1.0).contains(score))
}

fn degrees(text: &str) -> Option<f64> {
    number(text).filter(|angle| (-90.0..=90.0).contains(angle))
}

fn range(low: f64, high: f64) -> Option<Value> {
    (low <= high).then_some(Value::Range([low, high]))
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn bytes(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor = match unit.trim() {
        "" | "B" => 1,
        "kB" => 1000,
        "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_its_kind() {
        let table: [(Kind, &str, Value); 14] = [
            (Kind::Bytes, "20 MiB", Value::Whole(20 << 20)),
            (Kind::Bytes, "1048576", Value::Whole(1 << 20)),
            (Kind::Bytes, "3kB", Value::Whole(3000)),
            (Kind::Count, "8", Value::Whole(8)),
            (Kind::Seconds, "1.5", Value::Number(1.5)),
            (Kind::Score, "0.75", Value::Number(0.75)),
            (Kind::ScoreRange, "0.2, 0.85", Value::Range([0.2, 0.85])),
            (Kind::Degrees, "-18", Value::Number(-18.0)),
            (Kind::DegreesRange, "-12, 12.5", Value::Range([-12.0, 12.5])),
            (Kind::Switch, "On", Value::Switch(true)),
            (Kind::Switch, "0", Value::Switch(false)),
            (Kind::Words, "a, b,,c", Value::Words(["a", "b", "c"].map(str::to_owned).to_vec())),
            (Kind::Address, "[::1]:80", Value::Text("[::1]:80".to_owned())),
            (Kind::OneOf(&["x", "y"]), "y", Value::Text("y".to_owned())),
        ];
        for (kind, text, expected) in table {
            assert_eq!(Value::from_text(kind, text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let table = [
            (Kind::Bytes, "20 XB"),
            (Kind::Bytes, "0"),
            (Kind::Bytes, "99999999999 GiB"),
            (Kind::Count, "0"),
            (Kind::Count, "-1"),
            (Kind::Seconds, "0"),
            (Kind::Seconds, "inf"),
            (Kind::Score, "1.01"),
            (Kind::Score, "NaN"),
            (Kind::ScoreRange, "0.9,0.1"),
            (Kind::ScoreRange, "0.9"),
            (Kind::Degrees, "91"),
            (Kind::Degrees, "NaN"),
            (Kind::DegreesRange, "12,-12"),
            (Kind::Switch, "maybe"),
            (Kind::Address, "localhost"),
            (Kind::OneOf(&["x", "y"]), "z"),
        ];
        for (kind, text) in table {
            assert!(Value::from_text(kind, text).is_err(), "{kind:?} took `{text}`");
        }
    }

    #[test]
    fn toml_types_are_not_bent() {
        let toml = |text: &str| text.parse::<toml::Table>().expect("TOML").remove("v").expect("a value");
        assert_eq!(Value::from_toml(Kind::Bytes, &toml("v = 1024")), Ok(Value::Whole(1024)));
        assert_eq!(Value::from_toml(Kind::Bytes, &toml("v = '1 KiB'")), Ok(Value::Whole(1024)));
        assert_eq!(Value::from_toml(Kind::ScoreRange, &toml("v = [0.2, 1]")), Ok(Value::Range([0.2, 1.0])));
        assert_eq!(Value::from_toml(Kind::Switch, &toml("v = true")), Ok(Value::Switch(true)));
        for (kind, text) in [
            (Kind::Switch, "v = 1"),
            (Kind::Count, "v = true"),
            (Kind::Count, "v = [1]"),
            (Kind::Text, "v = {}"),
        ] {
            assert!(Value::from_toml(kind, &toml(text)).is_err(), "{kind:?} took {text}");
        }
    }
}
