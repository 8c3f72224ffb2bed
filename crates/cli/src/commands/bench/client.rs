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

/// The bytes of one verify request, head and body.
pub(super) fn verify_request(credentials: &Credentials, photos: &[Vec<u8>; 2]) -> Vec<u8> {
    let [first, second] = photos;
    form_request(credentials, "/api/v1.0/verify", &[("first_photo", first), ("second_photo", second)])
}

/// The bytes of a request for all that is known about the faces of `photo`.
pub(super) fn analyze_request(credentials: &Credentials, photo: &[u8]) -> Vec<u8> {
    form_request(credentials, "/v1/analyze", &[("photo", photo)])
}

/// The bytes of a form with these named photos, head and body.
fn form_request(credentials: &Credentials, path: &str, photos: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, photo) in photos {
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"photo\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(photo);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let Credentials { id, key } = credentials;
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAPP-ID: {id}\r\nAPP-KEY: {key}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.into_bytes(), body].concat()
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
    /// The connection broke, or the answer is not 200: a benchmark of refusals would be a fast one.
    pub(super) fn ask(&mut self, request: &[u8]) -> Result<(), Failure> {
        if self.is_answered(request)? { Ok(()) } else { Err(unexpected("503: it is overloaded")) }
    }

    /// Sends `request` and waits for its answer; `false` if the server is too busy for it (503).
    ///
    /// # Errors
    /// The connection broke, or the answer is neither 200 nor 503.
    pub(super) fn is_answered(&mut self, request: &[u8]) -> Result<bool, Failure> {
        self.stream.get_mut().write_all(request).map_err(broken)?;
        let status = self.line()?;
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
        if status.contains(" 200") {
            Ok(true)
        } else if status.contains(" 503") {
            Ok(false)
        } else {
            Err(unexpected(&format!("{status}: {}", String::from_utf8_lossy(&body))))
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
