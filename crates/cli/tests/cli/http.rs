//! Requests to a running server, a connection each.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::process::PATIENCE;

/// What is sent.
#[derive(Default)]
pub(crate) struct Body {
    content_type: String,
    bytes: Vec<u8>,
}

const BOUNDARY: &str = "a-boundary-that-no-photo-has";

impl Body {
    pub(crate) fn json(value: &Value) -> Self {
        Self { content_type: "application/json".to_owned(), bytes: value.to_string().into_bytes() }
    }

    /// A form with these parts.
    pub(crate) fn form(parts: &[(&str, &[u8])]) -> Self {
        let mut bytes = Vec::new();
        for (name, content) in parts {
            let file = if content.len() > 200 { "; filename=\"f\"" } else { "" };
            let head =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            bytes.extend_from_slice(head.as_bytes());
            bytes.extend_from_slice(content);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        Self { content_type: format!("multipart/form-data; boundary={BOUNDARY}"), bytes }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Head and body.
    pub(crate) whole: String,
}

impl Answer {
    pub(crate) fn status_line(&self) -> &str {
        self.whole.lines().next().unwrap_or_default()
    }

    pub(crate) fn status(&self) -> u16 {
        let code = self.status_line().split(' ').nth(1).and_then(|code| code.parse().ok());
        code.expect(&self.whole)
    }

    pub(crate) fn body(&self) -> &str {
        self.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body()).expect(&self.whole)
    }

    /// Asserts the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}", self.whole);
        self
    }
}

/// Sends a request to `address` and reads the answer to its end.
pub(crate) fn send(address: &str, what: &str, headers: &[(&str, &str)], body: &Body) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let Body { content_type, bytes } = body;
    let of_body = if bytes.is_empty() {
        String::new()
    } else {
        format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", bytes.len())
    };
    let head = format!("{what} HTTP/1.1\r\nHost: localhost\r\n{headers}{of_body}Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it reads");
    // Who refuses early does not read on.
    let sent = stream.write_all(bytes);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    assert!(!answer.is_empty(), "no answer to {what}: {sent:?} {read:?}");
    Answer { whole: String::from_utf8_lossy(&answer).into_owned() }
}
