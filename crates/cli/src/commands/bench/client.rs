//! A small HTTP client for the benchmark: one connection, one kind of request, nothing in between.

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
    let mut body = Vec::new();
    for (name, photo) in ["first_photo", "second_photo"].iter().zip(photos) {
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
        "POST /api/v1.0/verify HTTP/1.1\r\nHost: localhost\r\nAPP-ID: {id}\r\nAPP-KEY: {key}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
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
            Ok(())
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
