//! A client that leaves, at every stage of a request: what it took is given back, and the server serves the next one.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use faceward_embedded::AuditReader;
use faceward_http::ServerLimits;
use faceward_service::AuditFilter;
use tempfile::TempDir;
use uuid::Uuid;

use crate::harness::{TestApp, photo_form};
use crate::http2::{Client, photo_request};
use crate::photos::obama;
use crate::socket::{PATIENCE, Server, read_answer, send};

/// A server with two slots and two connections of its own.
async fn server() -> (Server, faceward_service::Service, TempDir) {
    let (app, service, folder) = TestApp::alone(2);
    let limits = ServerLimits { connections: 2, ..ServerLimits::default() };
    (Server::start_for(app, limits).await, service, folder)
}

/// Both slots are free again, and a photo is answered over both connections.
async fn assert_nothing_is_held(server: &Server, service: &faceward_service::Service, what: &str) {
    let slots_come_back = async {
        loop {
            if let (Ok(_one), Ok(_other)) = (service.admit(), service.admit()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, slots_come_back).await.is_ok(), "{what}: a slot is lost");
    let body = photo_form(&obama()).bytes();
    let (mut one, mut other) = (server.connect().await, server.connect().await);
    for stream in [&mut one, &mut other] {
        send(stream, server.head("/api/v1.0/liveness", body.len()).as_bytes()).await;
        send(stream, &body).await;
        let answer = read_answer(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_stage_of_http1() {
    let (server, service, folder) = server().await;
    let body = photo_form(&obama()).bytes();
    let head = server.head("/api/v1.0/add", body.len());
    let request = [head.as_bytes(), &body].concat();
    let whole = request.len();
    let stages = [
        ("after connecting", 0),
        ("in the request line", 5),
        ("in the head", head.len() - 3),
        ("before the body", head.len()),
        ("in the body", head.len() + body.len() / 2),
        ("before the last byte", whole - 1),
        ("before the answer", whole),
    ];
    for (stage, n_sent) in stages {
        // More often than there are connections and slots.
        for _ in 0..5 {
            let mut stream = server.connect().await;
            send(&mut stream, &request[..n_sent]).await;
            drop(stream);
        }
        assert_nothing_is_held(&server, &service, stage).await;
    }
    let mut stream = server.connect().await;
    send(&mut stream, &request).await;
    stream.readable().await.expect("an answer begins");
    drop(stream);
    assert_nothing_is_held(&server, &service, "in the answer").await;
    service.shutdown().await;
    assert_the_log_tells_every_end(folder.path());
}

/// Of every enrolment that was begun the log says how it ended; of the others that somebody left, or was refused.
fn assert_the_log_tells_every_end(folder: &Path) {
    let reader = AuditReader::open(folder).expect("it opens").expect("a log");
    let mut ends: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for record in reader.page(&AuditFilter::default(), 0, 10_000).expect("a page") {
        if record.event.action == "enroll" {
            ends.entry(record.event.transaction).or_default().push(record.event.outcome.into_owned());
        }
    }
    assert!(!ends.is_empty(), "somebody came as far");
    for told in ends.values() {
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        assert!(matches!(told[..], ["begun", "answered"] | ["hung_up"] | ["overloaded"]), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_stage_of_http2() {
    let (server, service, _folder) = server().await;
    for _ in 0..5 {
        drop(Client::connect(&server).await);
    }
    assert_nothing_is_held(&server, &service, "after the handshake").await;
    for _ in 0..5 {
        let mut client = Client::connect(&server).await;
        let (head, body) = photo_request(&server, "/api/v1.0/liveness");
        // The stream is reset once its request is under way; the connection lives on.
        let photo = client.begin(head, body);
        assert_eq!(client.get("/healthz").await.0, 200);
        drop(photo);
        assert_eq!(client.get("/healthz").await.0, 200);
    }
    assert_nothing_is_held(&server, &service, "a stream was reset").await;
    for n_sent in [0, 100, usize::MAX] {
        for _ in 0..5 {
            let mut client = Client::connect(&server).await;
            let (head, body) = photo_request(&server, "/api/v1.0/liveness");
            let _photo = client.begin_some(head, &body, n_sent);
            assert_eq!(client.get("/healthz").await.0, 200);
            client.ended.abort();
        }
        assert_nothing_is_held(&server, &service, "the connection broke").await;
    }
}
