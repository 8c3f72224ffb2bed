//! The address of a server, as people write it, and what is secret in it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::MilvusError;

/// Where Milvus is, and who asks: `milvus://USER:PASSWORD@HOST:PORT/DATABASE`, or `milvuss://` for TLS, which is always
/// verified: with the certificates of the system, or with those of the PEM file `?sslrootcert=FILE`. Shown without the
/// password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// `http://HOST:PORT` or `https://HOST:PORT`.
    pub(crate) endpoint: String,
    pub(crate) encryption: Option<Roots>,
    /// What is sent to be let in; `None`: Milvus lets everybody in.
    pub(crate) authorization: Option<String>,
    /// Empty: the server's default.
    pub(crate) database: String,
    shown: String,
}

/// Where the certificates come from that the server's own is verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    System,
    File(PathBuf),
}

const USUAL_PORT: u16 = 19_530;

impl FromStr for Address {
    type Err = MilvusError;

    fn from_str(text: &str) -> Result<Self, MilvusError> {
        let wrong = |reason: &str| MilvusError::Address(reason.to_owned());
        // What a parser says may repeat the text, and with it the password.
        let url = Url::parse(text)
            .map_err(|_| wrong("it has to look like milvus://USER:PASSWORD@HOST:PORT/DATABASE"))?;
        let encrypted = match url.scheme() {
            "milvus" => false,
            "milvuss" => true,
            _other => return Err(wrong("it begins with milvus://, or milvuss:// for TLS")),
        };
        // The parser leaves hosts of schemes that it does not know as they are.
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let host = Host::parse(host).map_err(|_| wrong("its host is none"))?;
        let port = url.port().unwrap_or(USUAL_PORT);
        let database = url.path().trim_start_matches('/');
        if database.contains('/') {
            return Err(wrong("it names one database at most"));
        }
        let roots = roots(&url)?;
        if roots.is_some() && !encrypted {
            return Err(wrong("sslrootcert is for milvuss://"));
        }
        let user = decoded(url.username())?;
        let password = url.password().map(decoded).transpose()?;
        let scheme = if encrypted { "https" } else { "http" };
        let who = match (user.as_str(), &password) {
            ("", None) => String::new(),
            (user, Some(_)) => format!("{user}:***@"),
            // A token: all of it is secret.
            (_, None) => "***@".to_owned(),
        };
        Ok(Self {
            endpoint: format!("{scheme}://{host}:{port}"),
            encryption: encrypted.then(|| roots.map_or(Roots::System, Roots::File)),
            authorization: match (user.as_str(), password) {
                ("", None) => None,
                (user, Some(password)) => Some(STANDARD.encode(format!("{user}:{password}"))),
                (token, None) => Some(STANDARD.encode(token)),
            },
            database: decoded(database)?,
            shown: format!("{}://{who}{host}:{port}/{database}", url.scheme()),
        })
    }
}

fn decoded(text: &str) -> Result<String, MilvusError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(String::from).map_err(|_| MilvusError::Address("a part of it is no text".to_owned()))
}

fn roots(url: &Url) -> Result<Option<PathBuf>, MilvusError> {
    let mut roots = None;
    for (name, value) in url.query_pairs() {
        if name != "sslrootcert" {
            return Err(MilvusError::Address("of options it knows sslrootcert alone".to_owned()));
        }
        roots = Some(PathBuf::from(value.into_owned()));
    }
    Ok(roots)
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// As it is shown.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect(text)
    }

    #[test]
    fn an_address_is_taken_apart() {
        let plain = address("milvus://milvus.example");
        assert_eq!((plain.endpoint.as_str(), plain.database.as_str()), ("http://milvus.example:19530", ""));
        assert_eq!((plain.encryption, plain.authorization), (None, None));
        let full = address("milvuss://faces:a%40b@10.0.0.7:443/persons?sslrootcert=/etc/ca.pem");
        assert_eq!((full.endpoint.as_str(), full.database.as_str()), ("https://10.0.0.7:443", "persons"));
        assert_eq!(full.encryption, Some(Roots::File("/etc/ca.pem".into())));
        assert_eq!(full.authorization, Some(STANDARD.encode("faces:a@b")));
        assert_eq!(address("milvus://[::1]:1/").endpoint, "http://[::1]:1");
        assert_eq!(address("milvuss://a").encryption, Some(Roots::System));
    }

    #[test]
    fn a_password_or_token_is_never_shown() {
        for text in ["milvus://a:s3cret@b:19530/c", "milvuss://s3cret@b/c", "milvus://a:s3cret@b"] {
            let address = address(text);
            let shown = format!("{address} {address:?}");
            assert!(shown.contains("b:19530") && !shown.contains("s3cret"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in [
            "postgres://a:s3cret@b/c",
            "milvus:///s3cret",
            "milvus://a:s3cret@b/c/d",
            "milvus://a:s3cret@b:port/c",
            "milvus://a:s3cret@b/c?nonsense=s3cret",
            "milvus://a:s3cret@b/c?sslrootcert=s3cret",
            "s3cret",
        ] {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
