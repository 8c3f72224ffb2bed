//! The parser against bodies as clients write them, and as they should not.

use proptest::prelude::*;

use super::*;

/// Parses `body` with boundary `B`; each part as (name, content type, content).
fn parts(body: &str) -> Result<Vec<(String, Option<String>, String)>, MultipartError> {
    let parsed = parse(&Bytes::copy_from_slice(body.as_bytes()), "B")?;
    let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).expect("text");
    Ok(parsed.iter().map(|part| (part.name.clone(), part.content_type.clone(), text(&part.bytes))).collect())
}

#[track_caller]
fn check(body: &str, expected: &[(&str, Option<&str>, &str)]) {
    let actual = parts(body).expect(body);
    let actual: Vec<_> = actual.iter().map(|(n, t, c)| (n.as_str(), t.as_deref(), c.as_str())).collect();
    assert_eq!(actual, expected, "{body:?}");
}

const HEAD: &str = "Content-Disposition: form-data; name=\"photo\"";

#[test]
fn the_bodies_of_common_clients_parse() {
    // curl with a file that has no extension.
    check(
        "--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"photo\"\r\n\
         Content-Type: application/octet-stream\r\n\r\nbytes\r\n--B--\r\n",
        &[("photo", Some("application/octet-stream"), "bytes")],
    );
    // A phone: a text part without a type, lower-case header names, no space after the colon.
    check(
        "--B\r\ncontent-disposition:form-data; name=templateId\r\n\r\nanna\r\n\
         --B\r\ncontent-disposition: form-data; filename=\"a.jpg\"; name=\"photo\"\r\n\
         content-type: image/jpeg\r\n\r\nx\r\n--B--",
        &[("templateId", None, "anna"), ("photo", Some("image/jpeg"), "x")],
    );
    // A browser with no file chosen.
    check(&format!("--B\r\n{HEAD}; filename=\"\"\r\n\r\n\r\n--B--\r\n"), &[("photo", None, "")]);
    // Preamble, padding after the boundary, epilogue.
    check(&format!("hello\r\n--B \t\r\n{HEAD}\r\n\r\nx\r\n--B-- \r\nbye"), &[("photo", None, "x")]);
    check("--B--\r\n", &[]);
}

#[test]
fn content_may_look_like_a_boundary() {
    let content = "--B\r\n\r\n--Bx\r\n-- B\r\n--\r\n\r\n\r\n";
    check(&format!("--B\r\n{HEAD}\r\n\r\n{content}\r\n--B--"), &[("photo", None, content)]);
}

#[test]
fn names_may_hold_quotes_and_file_names_backslashes() {
    check(
        "--B\r\nContent-Disposition: form-data; filename=\"C:\\x\\a;name=b.jpg\"; name=\"a\\\"b\"\r\n\r\nx\r\n--B--",
        &[("a\"b", None, "x")],
    );
}

#[test]
fn what_is_no_form_is_refused() {
    use MultipartError::{BadHead, NoParts, TooManyParts, Truncated};
    let table = [
        (String::new(), NoParts),
        ("photo".to_owned(), NoParts),
        ("--C\r\n".to_owned(), NoParts),
        ("--B".to_owned(), NoParts),
        ("--B\r\n".to_owned(), Truncated),
        (format!("--B\r\n{HEAD}"), Truncated),
        (format!("--B\r\n{HEAD}\r\n\r\nx"), Truncated),
        (format!("--B\r\n{HEAD}\r\n\r\nx\r\n--B"), Truncated),
        ("--B\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--B--".to_owned(), BadHead),
        ("--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--".to_owned(), BadHead),
        ("--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--".to_owned(), BadHead),
        ("--B\r\n\r\nx\r\n--B--".to_owned(), Truncated),
        (format!("--B\r\n{HEAD}{}\r\n\r\nx\r\n--B--", "a".repeat(MAX_HEAD_BYTES)), BadHead),
        (format!("--B\r\n{HEAD}\r\n\r\nx\r\n").repeat(MAX_PARTS + 1) + "--B--", TooManyParts),
    ];
    for (body, expected) in table {
        assert_eq!(parts(&body), Err(expected), "{body:?}");
    }
}

#[test]
fn the_boundary_is_read_from_the_content_type() {
    let long = "b".repeat(71);
    let table = [
        ("multipart/form-data; boundary=abc", Some(Some("abc"))),
        ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", Some(Some("a b"))),
        (
            "multipart/form-data; boundary=----WebKitFormBoundary7MA; x=y",
            Some(Some("----WebKitFormBoundary7MA")),
        ),
        ("multipart/form-data", Some(None)),
        ("multipart/form-data; boundary=", Some(None)),
        ("multipart/form-data; boundary=\"", Some(None)),
        ("application/json", None),
        ("multipart/mixed; boundary=abc", None),
        ("", None),
    ];
    for (content_type, expected) in table {
        let actual = boundary(content_type).map(Result::ok);
        assert_eq!(actual, expected.map(|text| text.map(str::to_owned)), "{content_type}");
    }
    assert_eq!(
        boundary(&format!("multipart/form-data; boundary={long}")),
        Some(Err(MultipartError::NoBoundary))
    );
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_or_refused_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _parsed = parse(&Bytes::from(body), "B");
    }

    #[test]
    fn near_forms_are_parsed_or_refused_without_a_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["--B", "\r\n", "--", "\r\n--B\r\n", HEAD, ":", "\"", ";", "=", "x", " "]),
            0..40,
        )
    ) {
        let _parsed = parts(&pieces.concat());
    }

    #[test]
    fn content_survives_as_it_is(content in prop::collection::vec(any::<u8>(), 0..300)) {
        // A random content contains this boundary with a probability that no test run will ever see.
        let boundary = "f3a9c1d27b804e55";
        let mut body = format!("--{boundary}\r\n{HEAD}\r\n\r\n").into_bytes();
        body.extend_from_slice(&content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let parsed = parse(&Bytes::from(body), boundary).expect("a form");
        prop_assert_eq!(&parsed[0].bytes[..], &content[..]);
    }
}
