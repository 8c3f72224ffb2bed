//! The parser against bodies as clients write them, and as they should not.

use proptest::prelude::*;

use super::*;

/// Parses `body` with boundary `B`; each part as (name, content type, content).
fn parts(body: &str) -> Result<Vec<(String, Option<String>, String)>, MultipartError> {
    let parsed = parse(&Bytes::copy_from_slice(body.as_bytes()), b"B")?;
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
fn content_may_hold_line_breaks_and_dashes() {
    let content = "--B\r\n\r\n-- B\r\n--\r\n\r\n\r\n";
    check(&format!("--B\r\n{HEAD}\r\n\r\n{content}\r\n--B--"), &[("photo", None, content)]);
}

#[test]
fn what_is_no_form_is_refused() {
    let table = [
        String::new(),
        "photo".to_owned(),
        "--C\r\n".to_owned(),
        "--B".to_owned(),
        "--B\r\n".to_owned(),
        format!("--B\r\n{HEAD}"),
        format!("--B\r\n{HEAD}\r\n\r\nx"),
        format!("--B\r\n{HEAD}\r\n\r\nx\r\n--B"),
    ];
    for body in table {
        assert_eq!(parts(&body), Err(MultipartError::Incomplete), "{body:?}");
    }
    let heads = [
        ("", MultipartError::Unnamed),
        ("Content-Type: image/jpeg\r\n", MultipartError::Unnamed),
        ("Content-Disposition: form-data\r\n", MultipartError::Unnamed),
        ("Content-Disposition: form-data; xname=\"photo\"\r\n", MultipartError::Unnamed),
        ("Content-Disposition form-data\r\n", MultipartError::BadHead),
        ("Content-Disposition: form-data; name=\"a\"; name=\"b\"\r\n", MultipartError::BadHead),
        ("Content-Disposition: form-data; name=\"photo\r\n", MultipartError::BadHead),
        (
            "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n",
            MultipartError::BadHead,
        ),
        (
            "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n",
            MultipartError::Encoded,
        ),
    ];
    for (head, error) in heads {
        let body = format!("--B\r\n{head}\r\nx\r\n--B--");
        assert_eq!(parts(&body), Err(error), "{body:?}");
    }
    assert_eq!(parts(&format!("--Bx\r\n{HEAD}\r\n\r\nx\r\n--B--")), Err(MultipartError::BadBoundary));
    let long = format!("--B\r\n{HEAD}\r\nX: {}\r\n\r\nx\r\n--B--", "x".repeat(MAX_HEAD_BYTES));
    assert_eq!(parts(&long), Err(MultipartError::BadHead));
    let many = format!("--B\r\n{HEAD}\r\n\r\nx\r\n").repeat(MAX_PARTS + 1) + "--B--";
    assert_eq!(parts(&many), Err(MultipartError::TooManyParts));
}

#[test]
fn a_file_name_never_sets_a_field() {
    let body = "--B\r\nContent-Disposition: form-data; filename=\"x;name=templateId;.txt\"; name=\"note\"\r\n\r\nx\r\n\
                --B\r\ncontent-disposition: form-data; filename=\"my name=x.jpg\";\r\n Name=\"photo\"\r\n\r\ny\r\n--B--";
    check(body, &[("note", None, "x"), ("photo", None, "y")]);
}

#[test]
fn a_name_that_is_no_utf8_is_refused() {
    let body = b"--B\r\nContent-Disposition: form-data; name=\"\xFF\"\r\n\r\nx\r\n--B--";
    assert_eq!(parse(&Bytes::from_static(body), b"B"), Err(MultipartError::BadHead));
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_or_refused_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _parsed = parse(&Bytes::from(body), b"B");
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
        let parsed = parse(&Bytes::from(body), boundary.as_bytes()).expect("a form");
        prop_assert_eq!(&parsed[0].bytes[..], &content[..]);
    }
}
