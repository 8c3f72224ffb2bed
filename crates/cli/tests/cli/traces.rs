//! What a collector of traces is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use faceward_testkit::fixture;

use crate::http::Body;
use crate::process::{Place, until};
use crate::serve::Server;

/// Takes what it is sent.
struct Collector {
    url: String,
    told: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a call");
                let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
                let (mut length, mut first) = (0, String::new());
                lines.read_line(&mut first).expect("a line");
                assert_eq!(first.trim(), "POST /v1/traces HTTP/1.1");
                loop {
                    let mut line = String::new();
                    lines.read_line(&mut line).expect("a line");
                    if let Some(bytes) = line.strip_prefix("content-length: ") {
                        length = bytes.trim().parse().expect("a number");
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                lines.read_exact(&mut body).expect("a body");
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("answered");
                kept.lock().expect("no panic").extend(body);
            }
        });
        Self { url, told }
    }

    fn was_told(&self, what: &[u8]) -> bool {
        self.told.lock().expect("no panic").windows(what.len()).any(|bytes| bytes == what)
    }
}

#[test]
fn a_collector_is_told_of_requests_and_their_times_and_of_nothing_secret() {
    let (collector, place) = (Collector::start(), Place::new());
    let server = Server::start(
        &place,
        &[("FACEWARD_TELEMETRY__OTLP", &collector.url), ("FACEWARD_TELEMETRY__ACCEPT_PARENTS", "true")],
    );
    let (id, key) = (server.printed("APP-ID:").expect("an id"), server.printed("APP-KEY:").expect("a key"));
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [("APP-ID", id.as_str()), ("APP-KEY", key.as_str()), ("traceparent", parent)];
    let photo = fs_err::read(fixture("obama.jpg")).expect("a photo");
    let form = Body::form(&[("photo", &photo), ("gallery", b"staff-of-whoever")]);
    server.send("POST /v1/identify?name=whoever", &headers, &form);
    server.send("POST /v1/analyze", &headers, &Body::form(&[("photo", &photo)])).is(200);
    server.get("/whoever/was?here=whoever", &headers).is(404);
    assert_eq!(server.stop(), Some(0));
    let expected: [&[u8]; 7] = [
        b"POST /v1/analyze",
        b"GET unmatched",
        b"queue",
        b"compute",
        b"landmarks ",
        b"service.version",
        // The trace of the parent.
        &[0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c],
    ];
    until("everything has been told", || expected.iter().all(|what| collector.was_told(what)).then_some(()));
    for secret in [key.as_str(), "whoever", "obama"] {
        assert!(!collector.was_told(secret.as_bytes()), "{secret}");
    }
}

#[test]
fn a_collector_that_is_not_there_holds_nobody_up_and_a_wrong_address_stops_the_start() {
    let place = Place::new();
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let server = Server::start(&place, &[("FACEWARD_TELEMETRY__OTLP", &format!("http://{gone}"))]);
    assert_eq!(server.status_of("/readyz", &[]), "HTTP/1.1 200 OK");
    assert_eq!(server.stop(), Some(0));
    let complaints = fs_err::read_to_string(place.path("server.stderr")).expect("text");
    assert!(complaints.contains("traces cannot be delivered"), "{complaints}");
    let refused = place.run_with(&[("FACEWARD_TELEMETRY__OTLP", "ftp://collector")], &["serve"]).exits(2);
    assert!(refused.err.contains("telemetry.otlp takes"), "{}", refused.err);
}
