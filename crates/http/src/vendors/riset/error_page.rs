//! The section of `docs/errors.md` about the Riset.ai API.

use super::errors::{CODES, Code, TABLE, http_status, missing_parameter};
use crate::error_docs::row;

const HEAD: &str = "
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

const KINDS: &str = "
Which failure has which status (image, `source_image`, `target_image`; or by the parameter that is missing):

| failure | status |
|---|---|
";

pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (code, text, message) in CODES {
        row(&mut page, &[text, http_status(code, false).as_str(), message]);
    }
    page.push_str(KINDS);
    for (kind, code) in TABLE {
        let status = match *code {
            Code::Always(code) => code.to_string(),
            Code::ByImage([image, source, target]) => format!("{image}, {source}, {target}"),
            Code::ByParameter => {
                let names = ["user_id", "user_name", "facegallery_id", "any other"];
                names.map(|name| format!("{name} {}", missing_parameter(name))).join(", ")
            }
        };
        row(&mut page, &[&format!("`{}`", kind.code()), &status]);
    }
    page
}
