//! The address of a database, as people write it, and what is secret in it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::PostgresError;

/// Where a database is, and who asks: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`. Shown without the password.
///
/// `sslmode` is `disable` or `verify-full` (also written `require`): over TCP to another machine it is `verify-full` unless
/// said otherwise, and what is encrypted is always verified. `sslrootcert` names a PEM file with the certificates to
/// verify with; without it those of the system do. Of a socket, `host` is the folder.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    config: Config,
    /// The certificates to verify with; `None`: nothing is encrypted.
    encryption: Option<Roots>,
    shown: String,
}

/// Where the certificates come from that the database's own is verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    System,
    File(PathBuf),
}

/// Not shown.
const USUAL_PORT: u16 = 5432;

/// The schemes that are understood.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

impl Address {
    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) const fn encryption(&self) -> Option<&Roots> {
        self.encryption.as_ref()
    }
}

impl FromStr for Address {
    type Err = PostgresError;

    fn from_str(text: &str) -> Result<Self, PostgresError> {
        let wrong = |reason: &str| PostgresError::Address(reason.to_owned());
        if !SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return Err(wrong("it begins with postgres:// or postgresql://"));
        }
        let (rest, mode, roots) = split_tls(text)?;
        // What the parser says may repeat the text, and with it the password.
        let mut config: Config = rest.parse().map_err(|_| {
            wrong("it has to look like postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full")
        })?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host; for a socket: ?host=/var/run/postgresql"));
        }
        if config.get_user().is_none() {
            return Err(wrong("it names no user"));
        }
        let encrypted = match mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            None => !config.get_hosts().iter().all(is_here),
            Some(_other) => {
                return Err(wrong("sslmode is disable or verify-full; nothing is encrypted unverified"));
            }
        };
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        if config.get_application_name().is_none() {
            config.application_name("faceward");
        }
        let encryption = encrypted.then(|| roots.map_or(Roots::System, Roots::File));
        let shown = shown(&config);
        Ok(Self { config, encryption, shown })
    }
}

/// The address without `sslmode` and `sslrootcert`, and those two.
fn split_tls(text: &str) -> Result<(String, Option<String>, Option<PathBuf>), PostgresError> {
    let Some((base, query)) = text.split_once('?') else { return Ok((text.to_owned(), None, None)) };
    let (mut mode, mut roots, mut others) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = || {
            let decoded = percent_decode_str(value).decode_utf8();
            decoded.map(String::from).map_err(|_| PostgresError::Address(format!("{name} is no text")))
        };
        match name {
            "sslmode" => mode = Some(value()?),
            "sslrootcert" => roots = Some(PathBuf::from(value()?)),
            _other => others.push(pair),
        }
    }
    let rest = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    Ok((rest, mode, roots))
}

/// Whether it is on this machine: nobody listens in between.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(config: &Config) -> String {
    let user = config.get_user().unwrap_or_default();
    let secret = if config.get_password().is_some() { ":***" } else { "" };
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let host = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder_shown(folder),
        };
        let port = ports.get(index).or(if ports.len() == 1 { ports.first() } else { None });
        let port = port.filter(|port| **port != USUAL_PORT);
        port.map_or(host.clone(), |port| format!("{host}:{port}"))
    });
    let hosts = hosts.collect::<Vec<_>>().join(",");
    format!("postgres://{user}{secret}@{hosts}/{}", config.get_dbname().unwrap_or(user))
}

#[cfg(unix)]
fn folder_shown(folder: &Path) -> String {
    format!("[{}]", folder.display())
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// As [`fmt::Display`].
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect(text)
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (text, expected) in [
            ("postgres://anna:s3cret@db.example:6432/faces", "postgres://anna:***@db.example:6432/faces"),
            ("postgresql://anna@localhost/faces", "postgres://anna@localhost/faces"),
            ("postgres://anna@/faces?host=/run/pg", "postgres://anna@[/run/pg]/faces"),
            ("postgres://anna:s3cret@%2Frun%2Fpg/faces", "postgres://anna:***@[/run/pg]/faces"),
            ("postgres://anna@/faces?host=/run/pg&password=s3cret", "postgres://anna:***@[/run/pg]/faces"),
        ] {
            let address = address(text);
            assert_eq!(address.to_string(), expected);
            assert!(!format!("{address:?}").contains("s3cret"));
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_it_is_said_otherwise() {
        let file = Roots::File("/etc/ca.pem".into());
        for (text, expected) in [
            ("postgres://a@localhost/b", None),
            ("postgres://a@127.0.0.1/b", None),
            ("postgres://a@/b?host=/run/pg", None),
            ("postgres://a@db.example/b", Some(Roots::System)),
            ("postgres://a@10.0.0.7/b", Some(Roots::System)),
            ("postgres://a@localhost,db.example/b", Some(Roots::System)),
            ("postgres://a@localhost/b?sslmode=verify-full", Some(Roots::System)),
            ("postgres://a@db.example/b?sslmode=require&sslrootcert=%2Fetc%2Fca.pem", Some(file.clone())),
            ("postgres://a@db.example/b?sslrootcert=/etc/ca.pem", Some(file)),
            ("postgres://a@db.example/b?sslmode=disable", None),
        ] {
            assert_eq!(address(text).encryption, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in [
            "mysql://a:s3cret@b/c",
            "postgres://a:s3cret@b:port/c",
            "postgres://a:s3cret@b/c?nonsense=s3cret",
            "postgres://a:s3cret@b/c?sslmode=prefer",
            "postgres://a:s3cret@/c",
            "postgres://b/c",
        ] {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
