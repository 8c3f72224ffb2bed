//! A small HTTP client for the benchmark: one connection, one request after the other, nothing in between.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::exit::{Exit, Failure};

const BOUNDARY: &str = "faceward-bench-boundary";

/// Credentials of the app that asks.
pub(super) struct Credentials {
    /// APP-ID.
    pub(super) id: String,
    /// APP-KEY.
    pub(super) key: String,
}

/// A request, and what counts as its answer.
pub(super) struct Exchange {
    /// What it is, for a report.
    pub(super) kind: &'static str,
    /// Head and body.
    pub(super) bytes: Vec<u8>,
    /// The status that it has to be answered with.
    pub(super) status: u16,
}

/// Do two photos show one person?
pub(super) fn verify_request(credentials: &Credentials, [first, second]: [&[u8]; 2]) -> Exchange {
    let photos = [("first_photo", first), ("second_photo", second)];
    form_request(credentials, "verify", "/api/v1.0/verify", &photos)
}

/// All that is known about the faces of `photo`.
pub(super) fn analyze_request(credentials: &Credentials, photo: &[u8]) -> Exchange {
    form_request(credentials, "analyze", "/v1/analyze", &[("photo", photo)])
}

/// Enrols the face of `photo`, in place of the one that has this id.
pub(super) fn enroll_request(credentials: &Credentials, template: &str, photo: &[u8]) -> Exchange {
    let fields = [("photo", photo), ("templateId", template.as_bytes())];
    form_request(credentials, "enroll", "/api/v1.0/add?replace=true", &fields)
}

/// Who of those enrolled is in `photo`?
pub(super) fn identify_request(credentials: &Credentials, photo: &[u8]) -> Exchange {
    form_request(credentials, "identify", "/api/v1.0/identify", &[("photo", photo)])
}

/// A request without a body.
pub(super) fn plain_request(
    credentials: &Credentials,
    kind: &'static str,
    method: &str,
    path: &str,
) -> Exchange {
    Exchange { kind, bytes: head(credentials, method, path, "").into_bytes(), status: 200 }
}

/// A form with these named fields; one that is called `templateId` is text, the others are files.
fn form_request(
    credentials: &Credentials,
    kind: &'static str,
    path: &str,
    fields: &[(&str, &[u8])],
) -> Exchange {
    let mut body = Vec::new();
    for (name, value) in fields {
        let file = if *name == "templateId" {
            ""
        } else {
            "; filename=\"photo\"\r\nContent-Type: application/octet-stream"
        };
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let length = body.len();
    let about =
        format!("Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n");
    let head = head(credentials, "POST", path, &about);
    Exchange { kind, bytes: [head.into_bytes(), body].concat(), status: 200 }
}

/// The head of a request; `about` its body, whole lines.
fn head(Credentials { id, key }: &Credentials, method: &str, path: &str, about: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAPP-ID: {id}\r\nAPP-KEY: {key}\r\n{about}\r\n")
}

/// A connection that is kept.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects to `address`.
    ///
    /// # Errors
    /// Nobody listens.
    pub(super) fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).map_err(broken)?;
        stream.set_nodelay(true).map_err(broken)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends `request` and waits for its answer.
    ///
    /// # Errors
    /// The connection broke, or the answer is another than it has to be: a benchmark of refusals would be a fast one.
    pub(super) fn ask(&mut self, request: &Exchange) -> Result<(), Failure> {
        if self.is_answered(request)? { Ok(()) } else { Err(unexpected("503: it is overloaded")) }
    }

    /// Sends `request` and waits for its answer; `false` if the server is too busy for it (503).
    ///
    /// # Errors
    /// The connection broke, or the answer is neither what it has to be nor 503.
    pub(super) fn is_answered(&mut self, request: &Exchange) -> Result<bool, Failure> {
        self.stream.get_mut().write_all(&request.bytes).map_err(broken)?;
        let head = self.line()?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
        let mut length = 0;
        loop {
            let header = self.line()?;
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(|_| unexpected(&header))?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).map_err(broken)?;
        match status {
            Some(status) if status == request.status => Ok(true),
            Some(503) => Ok(false),
            _ => Err(unexpected(&format!("{}: {head}: {}", request.kind, String::from_utf8_lossy(&body)))),
        }
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.stream.read_line(&mut line).map_err(broken)?;
        Ok(line.trim_end().to_owned())
    }
}

fn broken(error: std::io::Error) -> Failure {
    Failure::new(Exit::Failed, error)
}

fn unexpected(answer: &str) -> Failure {
    Failure::from(anyhow::anyhow!("the server answered {answer}"))
}
