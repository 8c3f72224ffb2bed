//! Where a server is.

use std::fmt;
use std::io;
use std::path::PathBuf;

use hyper::Uri;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::exit::Failure;

/// Where a server is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A socket in the file system.
    Socket(PathBuf),
    /// A host and port.
    Network {
        /// By name or address.
        host: String,
        /// The port.
        port: u16,
    },
}

/// What bytes go through.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Target {
    /// `http://host:port`.
    pub(super) fn parse(url: &str) -> Result<Self, Failure> {
        let wrong = || Failure::usage(format_args!("--server takes http://host:port, not {url}"));
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let is_bare = uri.path_and_query().is_none_or(|path| path == "/" || path.as_str().is_empty());
        match (uri.scheme_str(), uri.host()) {
            (Some("http"), Some(host)) if is_bare => {
                let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                Ok(Self::Network { host, port: uri.port_u16().unwrap_or(80) })
            }
            (_, _) => Err(wrong()),
        }
    }

    pub(super) fn host(&self) -> String {
        match self {
            Self::Socket(_) => "localhost".to_owned(),
            Self::Network { host, port } => format!("{host}:{port}"),
        }
    }

    pub(super) async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Socket(path) => Ok(Box::new(UnixStream::connect(path).await?)),
            Self::Network { host, port } => Ok(Box::new(TcpStream::connect((host.as_str(), *port)).await?)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => path.display().fmt(f),
            Self::Network { .. } => f.write_str(&self.host()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_and_a_port() {
        let network = |host: &str, port| Target::Network { host: host.to_owned(), port };
        for (url, expected) in [
            ("http://127.0.0.1:8080", network("127.0.0.1", 8080)),
            ("http://faces.example/", network("faces.example", 80)),
            ("http://[::1]:8080", network("::1", 8080)),
        ] {
            assert_eq!(Target::parse(url).expect(url), expected);
        }
        for bad in ["127.0.0.1:8080", "https://a.example", "http://a.example/v1", "http://", "ftp://a", ""] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }
}
