//! The section of `docs/errors.md` about the OOTO API.

use super::errors::{Row, TABLE};
use crate::error_docs::row;

const HEAD: &str = "
## Under `/api/v1.0`

```json
{\"transactionId\": \"9f0c...\", \"result\": {\"status\": \"error\", \"code\": 5, \"info\": \"can not detect face\"}}
```

Codes 1 to 9 and their texts are those of the OOTO documents. Every other failure has its HTTP status as `code`, and an
`info` of its own where the table shows none. The header `X-Faceward-Field` names the part that a photo's failure is
about: `photo`, `first_photo` or `second_photo`. Photos are checked in this order: present (1), size (3), format (2),
decoding (4), no face (5), several faces (6), too small (9), no photographed face (5), too poor (9); of two photos the
cheap checks 1, 3 and 2 run on both before either is decoded, then the first photo before the second.

| failure | HTTP | code | info |
|---|---|---|---|
";

pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (kind, Row { status, code, info }) in TABLE {
        let name = format!("`{}`", kind.code());
        row(&mut page, &[&name, status.as_str(), &code.to_string(), info.unwrap_or("")]);
    }
    page
}
