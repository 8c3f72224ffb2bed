//! A client that leaves, at every stage of a request: what it took is given back, and the server serves the next one.

use std::time::Duration;

use faceward_http::ServerLimits;
use tempfile::TempDir;

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
    let (server, service, _folder) = server().await;
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
