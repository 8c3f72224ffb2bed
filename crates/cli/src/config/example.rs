//! A configuration file with every setting, its default and what it does, in comments.

use std::fmt::Write;

use faceward_settings::{Kind, Value};

use super::declared::{settings, table};
use super::resolved::Config;

const HEAD: &str = "\
# Every setting of Faceward with its default. Remove the `#` before a line to change it.
# A variable overrides this file, a flag overrides both; `faceward config` shows what is in force.
";

/// The file.
pub(crate) fn example() -> String {
    let default = Config::default();
    let mut text = HEAD.to_owned();
    let mut current = "";
    for setting in settings() {
        let own = table(setting.key());
        if own != current {
            current = own;
            push(&mut text, format_args!("\n[{own}]"));
        }
        let kind = setting.kind(&default);
        push(&mut text, format_args!("\n# {}: {kind}.", setting.sentence()));
        if let Some(words) = setting.default_in_words() {
            push(&mut text, format_args!("# Default: {words}."));
        }
        let name = setting.key().rsplit('.').next().unwrap_or_default();
        let fixed = setting.value(&default).filter(|_| setting.default_in_words().is_none());
        let value = fixed.map_or_else(|| "...".to_owned(), |value| literal(&kind, &value));
        push(&mut text, format_args!("#{name} = {value}"));
    }
    text
}

/// A string takes everything that is written to it.
fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    let written = writeln!(text, "{line}");
    debug_assert!(written.is_ok());
}

/// `value` as TOML.
pub(super) fn literal(kind: &Kind, value: &Value) -> String {
    let string = |text: String| toml::Value::String(text).to_string();
    match value {
        Value::Switch(_) | Value::Number(_) => kind.show(value),
        Value::Whole(number) => {
            let shown = kind.show(value);
            if shown == number.to_string() { shown } else { string(shown) }
        }
        Value::Span([low, high]) => format!("[{low}, {high}]"),
        Value::Text(_) | Value::Path(_) => string(kind.show(value)),
        Value::Words(words) => {
            format!("[{}]", words.iter().cloned().map(string).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, Loaded, Origin, TypedFlags};
    use super::*;

    fn read(text: &str) -> Loaded {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("example.toml");
        fs_err::write(&file, text).expect("a file");
        let flags = TypedFlags { file: Some(file), ..TypedFlags::default() };
        Loaded::read(&Environment::default(), &flags).expect("a fine file")
    }

    #[test]
    fn the_example_reads_back_to_the_defaults() {
        let default = format!("{:?}", Config::default());
        assert_eq!(format!("{:?}", read(&example()).config), default);
        // With every comment of a value taken away, each value is set, and is the same.
        let uncommented: Vec<String> = example()
            .lines()
            .filter(|line| !line.ends_with("= ..."))
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => rest.to_owned(),
                Some(_) | None => line.to_owned(),
            })
            .collect();
        let loaded = read(&uncommented.join("\n"));
        assert_eq!(format!("{:?}", loaded.config), default);
        for setting in settings() {
            let is_set = matches!(loaded.origin(setting.key()), Origin::File(_));
            assert_eq!(is_set, setting.default_in_words().is_none(), "{}", setting.key());
        }
    }
}
