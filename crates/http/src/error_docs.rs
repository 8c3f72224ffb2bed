//! `docs/errors.md`, written from the tables. A test holds the file to them.

use std::fmt::Write;

use crate::error::{ErrorKind, Fault};
use crate::native;
use crate::vendors::{ooto, riset};

const HEAD: &str = "\
# Errors

This page is generated from the tables in `crates/http`; do not edit it. After a change there:
`cargo test -p faceward-http --lib -- --ignored write_the_error_page`.

Every answer, failed or not, has a transaction id, in the body and in the header `X-Request-Id`. The server's log has a
line with the same id. An answer 503 has a `Retry-After` in seconds.

## Under `/v1`, and everywhere that is not a vendor's API

```json
{\"error\": {\"code\": \"no_face\", \"message\": \"photo: no face was found\"}, \"transaction_id\": \"9f0c...\"}
```

Programs decide on `code`; it never changes its meaning. `message` is for people and may change.
*Whose turn*: *caller*: the same request will fail again; *moment*: it may succeed later; *operator*: look into the log.

| code | HTTP | whose turn | meaning |
|---|---|---|---|
";

const OOTO_HEAD: &str = "
## Under `/api/v1.0`

```json
{\"transactionId\": \"9f0c...\", \"result\": {\"status\": \"error\", \"code\": 5, \"info\": \"can not detect face\"}}
```

Codes 1 to 9 and their texts are those of the OOTO documents. Every other failure has its HTTP status as `code`, and an
`info` of its own where the table shows none. The header `X-Faceward-Field` names the part that a photo's failure is
about: `photo`, `first_photo` or `second_photo`. Photos are checked in this order: present (1), size (3), format (2),
decoding (4), no face (5), several faces (6), too small (9); of two photos the cheap checks 1, 3 and 2 run on both
before either is decoded, then the first photo before the second.

| failure | HTTP | code | info |
|---|---|---|---|
";

const RISET_HEAD: &str = "
## Under `/face-api`, `/liveness-api` and `/oauth`

```json
{\"status\": \"412\", \"status_message\": \"Face not detected\"}
```

`status` is text. HTTP says 200 for the codes of the Riset.ai documents, so that their clients read the body, and the same
number for 401, 403, 404, 405, 408, 500, 501 and 503; with `riset.http_status_is_status` it always says the same number.
Codes 600 to 611 (a registry that is gone) are never sent. With several images, one without exactly one usable face costs
itself only and has `status` and `status_message` of its own (412, 413, 414, 493); the call is 200.

| status | HTTP | status_message |
|---|---|---|
";

const RISET_KINDS: &str = "
Which failure has which status (image, `source_image`, `target_image`; or by the parameter that is missing):

| failure | status |
|---|---|
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in ErrorKind::ALL.iter().filter(|kind| native::errors::concerns_challenges(**kind)) {
        let turn = match kind.fault() {
            Fault::Caller => "caller",
            Fault::Moment => "moment",
            Fault::Ours => "operator",
        };
        row(&mut page, &[&format!("`{}`", kind.code()), kind.status().as_str(), turn, kind.meaning()]);
    }
    page.push_str(OOTO_HEAD);
    let general = |kind: &&ErrorKind| !kind.needs_subjects_or_tokens() && !kind.is_about_challenges();
    for kind in ErrorKind::ALL.iter().filter(general) {
        let ooto::errors::Row { status, code, info } = ooto::errors::row(*kind);
        row(
            &mut page,
            &[&format!("`{}`", kind.code()), status.as_str(), &code.to_string(), info.unwrap_or("")],
        );
    }
    page.push_str(RISET_HEAD);
    for (code, text, message) in riset::errors::CODES {
        row(&mut page, &[text, riset::errors::http_status(code, false).as_str(), message]);
    }
    page.push_str(RISET_KINDS);
    for kind in ErrorKind::ALL.iter().filter(|kind| !kind.is_about_challenges()) {
        let status = match riset::errors::code(*kind) {
            riset::errors::Code::Always(code) => code.to_string(),
            riset::errors::Code::ByImage([image, source, target]) => format!("{image}, {source}, {target}"),
            riset::errors::Code::ByParameter => {
                let names = ["user_id", "user_name", "facegallery_id", "any other"];
                let codes = names.map(|name| format!("`{name}` {}", riset::errors::missing_parameter(name)));
                codes.join(", ").replace('`', "")
            }
        };
        row(&mut page, &[&format!("`{}`", kind.code()), &status]);
    }
    page
}

fn row(page: &mut String, cells: &[&str]) {
    // Writing to a string cannot fail.
    let _written = writeln!(page, "| {} |", cells.join(" | "));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

    #[test]
    fn the_error_page_is_what_the_tables_say() {
        let written = fs_err::read_to_string(Path::new(PAGE)).expect("docs/errors.md");
        assert_eq!(written, page(), "docs/errors.md is stale: its first lines say how to write it anew");
    }

    #[test]
    #[ignore = "writes docs/errors.md"]
    fn write_the_error_page() {
        fs_err::write(Path::new(PAGE), page()).expect("docs/errors.md");
    }

    #[test]
    fn codes_are_unique_and_snake_case() {
        let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert!(codes.iter().all(|code| {
            code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        }));
        codes.sort_unstable();
        let n_codes = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), n_codes);
    }
}
