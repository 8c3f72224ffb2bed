//! The parser against headers as clients write them, and against a writer that follows the grammar of the RFCs.

use proptest::prelude::*;

use super::*;

fn parameter_of(value: &str, name: &str) -> Result<Option<String>, Unreadable> {
    let parts = HeaderParts::parse(value.as_bytes())?;
    Ok(parts.parameter(name)?.map(|value| String::from_utf8(value.to_vec()).expect("text")))
}

#[test]
fn a_quoted_file_name_sets_nothing_else() {
    for (value, name) in [
        (r#"form-data; filename="x;name=templateId;.txt"; name="note""#, Some("note")),
        (r#"form-data; filename="my name=x.jpg"; name="photo""#, Some("photo")),
        (r#"form-data; filename="a\"; name=\"b"; name="photo""#, Some("photo")),
        (r#"form-data; filename="name=evil""#, None),
        (r#"form-data; xname="evil"; NAME = photo ; filename*=UTF-8''name%3Dx"#, Some("photo")),
        (r#"Form-Data;Name="photo""#, Some("photo")),
        ("form-data;\tname=photo", Some("photo")),
        (r#"form-data; name="a\\b\"c""#, Some(r#"a\b"c"#)),
        (r#"form-data; name="""#, Some("")),
        ("form-data; ; name=photo;", Some("photo")),
        (r#"form-data; name="photo"; name=photo"#, Some("photo")),
        (r#"form-data; filename=my photo.jpg; name=photo"#, Some("photo")),
        ("form-data", None),
    ] {
        assert_eq!(parameter_of(value, "name"), Ok(name.map(str::to_owned)), "{value}");
    }
}

#[test]
fn what_could_mean_two_things_is_refused() {
    for value in [
        r#"form-data; name="photo"; name="note""#,
        r#"form-data; name="photo"#,
        r#"form-data; name="photo"x"#,
        r#"form-data; name=ph"oto"#,
        r#"form-data; filename="C:\"; name="photo""#,
        r#"form-data; "name"=photo"#,
        r#"form-data; name="a" "b""#,
    ] {
        assert_eq!(parameter_of(value, "name"), Err(Unreadable), "{value}");
    }
}

/// How a parameter is written down.
#[derive(Clone, Copy, Debug)]
enum Style {
    Quoted,
    Bare,
}

/// The grammar of RFC 9110 section 5.6, written out: `OWS ; OWS name = value`.
fn write(parameters: &[(String, String, Style, String)]) -> String {
    let mut written = "form-data".to_owned();
    for (name, value, style, blanks) in parameters {
        let is_token = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let value = match style {
            Style::Bare if is_token => value.clone(),
            Style::Bare | Style::Quoted => {
                let escaped = value.replace('\\', r"\\").replace('"', r#"\""#);
                format!("\"{escaped}\"")
            }
        };
        written += &format!("{blanks};{blanks}{name}={value}");
    }
    written
}

fn parameters() -> impl Strategy<Value = Vec<(String, String, Style, String)>> {
    let name =
        prop::sample::select(vec!["name", "Name", "NAME", "filename", "FileName", "filename*", "x", "xname"]);
    let piece =
        prop::sample::select(vec![";", "=", "\"", "\\", "name", "name=", " ", "\t", "\u{e9}", "a", "7", "'"]);
    let value = prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
    let style = prop::sample::select(vec![Style::Quoted, Style::Bare]);
    let blanks = prop::sample::select(vec!["", " ", "\t", " \t "]);
    let one = (name, value, style, blanks).prop_map(|(n, v, s, b)| (n.to_owned(), v, s, b.to_owned()));
    prop::collection::vec(one, 0..5)
}

proptest! {
    #[test]
    fn what_the_grammar_writes_is_read_back(parameters in parameters()) {
        let written = write(&parameters);
        let read = HeaderParts::parse(written.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let expected: Vec<Parameter> = parameters
            .iter()
            .map(|(name, value, _, _)| (name.to_ascii_lowercase(), value.clone().into_bytes()))
            .collect();
        prop_assert_eq!(&read.parameters, &expected, "{}", written);
        let names: Vec<&[u8]> = expected.iter().filter(|(name, _)| name == "name").map(|(_, value)| &value[..]).collect();
        let is_one = names.iter().all(|name| *name == names[0]);
        let name = read.parameter("name");
        prop_assert_eq!(name, if is_one { Ok(names.first().copied()) } else { Err(Unreadable) });
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(value in prop::collection::vec(any::<u8>(), 0..60)) {
        let _parsed = HeaderParts::parse(&value).map(|parts| parts.parameter("name").map(|name| name.is_some()));
    }
}
