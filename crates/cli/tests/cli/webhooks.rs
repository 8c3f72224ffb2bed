//! Webhooks on the command line: on the folder, and through a server, which delivers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use crate::process::{Place, until};

#[test]
fn an_address_is_set_tried_and_deleted_on_the_folder() {
    let place = Place::new();
    let created = place.run(&["app", "create", "--json"]).exits(0).json();
    let id = created["app_id"].as_str().expect("an id");
    place.run(&["webhook", "show", id]).exits(5);
    place.run(&["webhook", "test", id]).exits(5);
    place.run(&["webhook", "set", id, "http://shop.example"]).exits(2);
    place.run(&["webhook", "set", id, "https://127.0.0.1"]).exits(2);
    let set = place.run(&["webhook", "set", id, "https://shop.example/hook"]).exits(0);
    assert!(set.out.starts_with("whsec_"), "{}", set.out);
    let again =
        place.run(&["webhook", "set", id, "https://shop.example/hook", "--enabled", "false"]).exits(0);
    assert_eq!(again.out, "", "the secret is shown once");
    let rotated = place.run(&["webhook", "rotate-secret", id, "--overlap", "1"]).exits(0);
    assert_ne!(rotated.out, set.out);
    let shown = place.run(&["webhook", "show", id]).exits(0).out;
    assert_eq!(shown, "https://shop.example/hook\nnot called: switched off; secrets that sign: 2\n");
    let event = place.run(&["webhook", "test", id]).exits(0).out;
    let listed = place.run(&["webhook", "events", id, "--state", "pending"]).exits(0).out;
    assert!(listed.contains(event.trim()) && listed.contains("webhook.test"), "{listed}");
    let one = place.run(&["webhook", "event", id, event.trim()]).exits(0).json();
    assert_eq!((&one["state"], &one["body"]["type"]), (&"pending".into(), &"webhook.test".into()));
    place.run(&["webhook", "replay", id, event.trim()]).exits(0);
    place.run(&["webhook", "replay", id, id]).exits(5);
    place.run(&["webhook", "delete", id]).exits(2);
    place.run(&["webhook", "delete", id, "--yes"]).exits(0);
    place.run(&["webhook", "show", id]).exits(5);
}

/// A receiver of one message, at an address of this machine: gives the lines of its head, and its body.
pub(crate) fn receiver() -> (String, JoinHandle<(Vec<String>, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a call");
        let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            lines.read_line(&mut line).expect("a line");
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let mut body = vec![0; length.parse().expect("a number")];
        lines.read_exact(&mut body).expect("a body");
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("answered");
        (head, String::from_utf8(body).expect("text"))
    });
    (url, receiver)
}

/// Through the socket of a server that may call this machine: the event comes, and is told as delivered.
pub(crate) fn an_event_is_delivered_beside(place: &Place, app: &str) {
    let (url, receiver) = receiver();
    assert!(place.run(&["webhook", "set", app, &url]).exits(0).out.starts_with("whsec_"));
    let event = place.run(&["webhook", "test", app]).exits(0).out.trim().to_owned();
    let (head, body) = receiver.join().expect("it was called");
    assert!(head.contains(&format!("webhook-id: {event}")), "{head:?}");
    assert!(head.iter().any(|line| line.starts_with("webhook-signature: v1,")), "{head:?}");
    assert!(body.contains("webhook.test"), "{body}");
    until("the event is delivered", || {
        let state = place.run(&["webhook", "event", app, &event]).exits(0).json()["state"].clone();
        (state == "delivered").then_some(())
    });
    let listed = place.run(&["webhook", "events", app]).exits(0).out;
    assert!(listed.contains("delivered"), "{listed}");
}
