//! The variables that Kubernetes puts into each pod for a Service, by the rule of Docker's old links.
//!
//! A Service `faceward` on port 8080 gives `FACEWARD_SERVICE_HOST`, `FACEWARD_SERVICE_PORT` (with `_NAME` for named ports),
//! `FACEWARD_PORT` and `FACEWARD_PORT_8080_TCP` with `_PROTO`, `_PORT` and `_ADDR`. Name and value must both be of that
//! rule: a mistyped setting is no such variable.

use std::net::IpAddr;

/// Whether Kubernetes made the variable `name` with this `value`, for a Service whose name begins with `faceward`.
pub(super) fn is_of_a_service(name: &str, value: &str) -> bool {
    if name.ends_with("_SERVICE_HOST") {
        return value.parse::<IpAddr>().is_ok();
    }
    if name.contains("_SERVICE_PORT") {
        return is_port(value);
    }
    let Some((_, rest)) = name.split_once("_PORT") else { return false };
    match rest.split('_').collect::<Vec<_>>().as_slice() {
        [""] => is_url(value),
        ["", port, protocol] => is_port(port) && is_protocol(protocol) && is_url(value),
        ["", port, protocol, of] if is_port(port) && is_protocol(protocol) => match *of {
            "PROTO" => is_protocol(&value.to_uppercase()),
            "PORT" => is_port(value),
            "ADDR" => value.parse::<IpAddr>().is_ok(),
            _ => false,
        },
        _ => false,
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

fn is_protocol(text: &str) -> bool {
    ["TCP", "UDP", "SCTP"].contains(&text)
}

/// As in `tcp://10.0.0.1:8080`.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(protocol, rest)| {
        let address = rest.rsplit_once(':');
        let is_address = |host: &str| host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        is_protocol(&protocol.to_uppercase())
            && address.is_some_and(|(host, port)| is_address(host) && is_port(port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_variables_of_a_service_are_known() {
        let of_a_service = [
            ("FACEWARD_SERVICE_HOST", "10.96.0.17"),
            ("FACEWARD_SERVICE_PORT", "8080"),
            ("FACEWARD_SERVICE_PORT_HTTP", "8080"),
            ("FACEWARD_PORT", "tcp://10.96.0.17:8080"),
            ("FACEWARD_PORT", "tcp://[fd00::1]:8080"),
            ("FACEWARD_PORT_8080_TCP", "tcp://10.96.0.17:8080"),
            ("FACEWARD_PORT_8080_TCP_PROTO", "tcp"),
            ("FACEWARD_PORT_8080_TCP_PORT", "8080"),
            ("FACEWARD_PORT_8080_TCP_ADDR", "10.96.0.17"),
            ("FACEWARD_API_SERVICE_HOST", "fd00::1"),
            ("FACEWARD_API_PORT_53_UDP_PROTO", "udp"),
        ];
        for (name, value) in of_a_service {
            assert!(is_of_a_service(name, value), "{name}={value}");
        }
        let others = [
            ("FACEWARD_PORT", "8080"),
            ("FACEWARD_PORT", "tcp://localhost:8080"),
            ("FACEWARD_PORT", "http://10.96.0.17:8080"),
            ("FACEWARD_SERVICE_HOST", "localhost"),
            ("FACEWARD_SERVICE_PORT", "tcp"),
            ("FACEWARD_PORT_8080", "tcp://10.96.0.17:8080"),
            ("FACEWARD_PORT_8080_TCP_HOST", "10.96.0.17"),
            ("FACEWARD_PORT_WEB_TCP", "tcp://10.96.0.17:8080"),
            ("FACEWARD_HOST", "10.96.0.17"),
            ("FACEWARD_LISTN", "127.0.0.1:8080"),
        ];
        for (name, value) in others {
            assert!(!is_of_a_service(name, value), "{name}={value}");
        }
    }
}
