//! Where the server listens, and how that is encrypted.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::path::Path;

use faceward_http::{Certificates, TlsSettings};

use super::finding::Finding;
use crate::remote::is_served;

/// Whether the address can be listened on.
pub(super) fn address(listen: &str, data_dir: &Path) -> Finding {
    const ABOUT: &str = "address";
    let addresses: Vec<SocketAddr> = match listen.to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            return Finding::problem(
                ABOUT,
                format!("{listen}: {error}"),
                "set `listen` to a host and a port of this machine",
            );
        }
    };
    match TcpListener::bind(addresses.as_slice()) {
        Ok(_closed_again) => Finding::fine(ABOUT, format!("{listen} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_served(data_dir) => {
            Finding::fine(ABOUT, format!("{listen} is in use, and a server runs on the data folder"))
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let advice = "another program listens there: stop it, or set `listen` to another port";
            Finding::problem(ABOUT, format!("{listen} is in use"), advice)
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let advice = "ports below 1024 are for root: set a higher one, or AmbientCapabilities=CAP_NET_BIND_SERVICE";
            Finding::problem(ABOUT, format!("{listen}: {error}"), advice)
        }
        Err(error) => Finding::problem(
            ABOUT,
            format!("{listen}: {error}"),
            "set `listen` to an address of this machine",
        ),
    }
}

/// Whether photos and keys that come from elsewhere are encrypted on their way, and the certificate can be used.
pub(super) fn encryption(listen: &str, settings: &TlsSettings) -> Finding {
    const ABOUT: &str = "encryption";
    match Certificates::load(settings, vec!["localhost".to_owned()]) {
        Err(error) => Finding::problem(ABOUT, error.to_string(), "see docs/tls.md"),
        Ok(Some(_)) if settings.self_signed => Finding::warning(
            ABOUT,
            "a certificate that the server makes up",
            "for trying only: clients cannot know whom they talk to (docs/tls.md)",
        ),
        Ok(Some(_)) => Finding::fine(ABOUT, "certificate and key belong together"),
        Ok(None) if is_local(listen) => {
            Finding::fine(ABOUT, "none, and none is needed: only this machine is let in")
        }
        Ok(None) => Finding::warning(
            ABOUT,
            format!("none, and {listen} can be reached from elsewhere"),
            "faces and keys travel readable, unless a proxy before it encrypts: see docs/tls.md",
        ),
    }
}

fn is_local(listen: &str) -> bool {
    listen.to_socket_addrs().is_ok_and(|mut addresses| addresses.all(|address| address.ip().is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_free_port_is_fine_and_a_taken_one_is_a_problem() {
        let nowhere = Path::new("nowhere");
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
        let listen = taken.local_addr().expect("bound").to_string();
        assert_eq!(address(&listen, nowhere).state, State::Problem);
        drop(taken);
        assert_eq!(address(&listen, nowhere).state, State::Fine);
        assert_eq!(address("faceward.invalid:80", nowhere).state, State::Problem);
    }

    #[test]
    fn what_is_reached_from_elsewhere_shall_be_encrypted() {
        let none = TlsSettings::default();
        assert_eq!(encryption("127.0.0.1:8080", &none).state, State::Fine);
        assert_eq!(encryption("0.0.0.0:8080", &none).state, State::Warning);
        let lost = TlsSettings {
            certificate: Some("nowhere.pem".into()),
            key: Some("nowhere.key".into()),
            self_signed: false,
        };
        assert_eq!(encryption("0.0.0.0:8080", &lost).state, State::Problem);
    }
}
