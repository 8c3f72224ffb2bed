//! Where a server is.

use std::fmt;
use std::io;
use std::path::PathBuf;

use hyper::Uri;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::exit::Failure;

/// Where a server is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A socket in the file system.
    Socket(PathBuf),
    /// A host and port.
    Network {
        /// By name or address.
        host: String,
        /// The port.
        port: u16,
        /// Whether through TLS.
        encrypted: bool,
    },
}

/// What bytes go through.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Target {
    /// `https://host:port`, `http://host:port`; `setting` is what that was typed for.
    pub(crate) fn parse(setting: &str, url: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::usage(format_args!("{setting} takes https://host:port or http://host:port, not {url}"))
        };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let is_bare = uri.path_and_query().is_none_or(|path| path == "/" || path.as_str().is_empty());
        let (encrypted, usual_port) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            Some(_) | None => return Err(wrong()),
        };
        let host = uri.host().filter(|_| is_bare).ok_or_else(wrong)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self::Network { host, port: uri.port_u16().unwrap_or(usual_port), encrypted })
    }

    /// Whether what is said to it is encrypted.
    pub(crate) const fn is_encrypted(&self) -> bool {
        matches!(self, Self::Network { encrypted: true, .. })
    }

    pub(crate) fn host(&self) -> String {
        match self {
            Self::Socket(_) => "localhost".to_owned(),
            Self::Network { host, port, encrypted: _ } => format!("{host}:{port}"),
        }
    }

    /// Connects, through `encryption` where there is any: who is there has then proved to be the host.
    pub(crate) async fn connect(&self, encryption: Option<&TlsConnector>) -> io::Result<Box<dyn Stream>> {
        let (host, port) = match self {
            Self::Socket(path) => return Ok(Box::new(UnixStream::connect(path).await?)),
            Self::Network { host, port, encrypted: _ } => (host.as_str(), *port),
        };
        let stream = TcpStream::connect((host, port)).await?;
        match encryption {
            Some(encryption) => {
                let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
                Ok(Box::new(encryption.connect(name, stream).await?))
            }
            None => Ok(Box::new(stream)),
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
        let network =
            |host: &str, port, encrypted| Target::Network { host: host.to_owned(), port, encrypted };
        for (url, expected) in [
            ("http://127.0.0.1:8080", network("127.0.0.1", 8080, false)),
            ("http://faces.example/", network("faces.example", 80, false)),
            ("http://[::1]:8080", network("::1", 8080, false)),
            ("https://faces.example", network("faces.example", 443, true)),
            ("https://faces.example:8443/", network("faces.example", 8443, true)),
        ] {
            assert_eq!(Target::parse("--server", url).expect(url), expected);
        }
        for bad in ["127.0.0.1:8080", "https://a.example/v1", "http://a.example/v1", "http://", "ftp://a", ""]
        {
            assert!(Target::parse("--server", bad).is_err(), "{bad}");
        }
    }
}
