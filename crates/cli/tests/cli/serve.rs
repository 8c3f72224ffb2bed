//! The server as a process: first start, credentials, graceful end.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::http::{Answer, Body, send};
use crate::process::{Lines, Place, terminate, until};
use crate::webhooks::{an_event_is_delivered_beside, receiver};

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// What it said until it listened.
    greeting: String,
    address: String,
}

impl Server {
    /// Starts `serve` on a free port and waits until it is ready.
    pub(crate) fn start(place: &Place, variables: &[(&str, &str)]) -> Self {
        // Makes sure of the models before anything is waited for.
        faceward_testkit::store();
        let complaints = place.path("server.stderr");
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        command
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs_err::File::create(&complaints).expect("a file").into_parts().0);
        let mut child = command.spawn().expect("the binary starts");
        let lines = Lines::of(child.stdout.take().expect("a pipe"));
        let mut greeting = String::new();
        loop {
            let line = lines.next().ok_or_else(|| fs_err::read_to_string(&complaints));
            let line = line.expect("it greets before it ends");
            greeting += &line;
            greeting.push('\n');
            if line.contains("Ctrl-C") {
                break;
            }
        }
        let address = greeting.split("http://").nth(1).and_then(|rest| rest.split([',', '/']).next());
        let address = address.expect("an address").to_owned();
        Self { child, greeting, address }
    }

    /// Status line of the answer to a GET with these headers.
    pub(crate) fn status_of(&self, path: &str, headers: &[(&str, &str)]) -> String {
        ask(&self.address, path, headers).lines().next().unwrap_or_default().to_owned()
    }

    /// The answer to a request such as `GET /path`.
    pub(crate) fn send(&self, what: &str, headers: &[(&str, &str)], body: &Body) -> Answer {
        send(&self.address, what, headers, body)
    }

    /// The answer to a GET.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(&format!("GET {path}"), headers, &Body::default())
    }

    /// Sends SIGTERM and gives the exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        terminate(&mut self.child).code()
    }

    /// A printed credential.
    pub(crate) fn printed(&self, name: &str) -> Option<String> {
        let line = self.greeting.lines().find_map(|line| line.trim().strip_prefix(name))?;
        Some(line.trim().to_owned())
    }
}

/// The whole answer to a GET.
fn ask(address: &str, path: &str, headers: &[(&str, &str)]) -> String {
    send(address, &format!("GET {path}"), headers, &Body::default()).whole
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only where a test failed half-way; after `stop` there is nothing left to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_first_start_prints_credentials_that_work_and_the_second_none() {
    let place = Place::new();
    let server = Server::start(&place, &[("FACEWARD_WEBHOOKS__ALLOWED_HOSTS", "127.0.0.1")]);
    let (id, key) = (server.printed("APP-ID:").expect("an id"), server.printed("APP-KEY:").expect("a key"));
    assert!(
        server.greeting.contains("/api/v1.0/verify") && server.greeting.contains("/docs"),
        "{}",
        server.greeting
    );
    let credentials = [("APP-ID", id.as_str()), ("APP-KEY", key.as_str())];
    assert_eq!(server.status_of("/readyz", &[]), "HTTP/1.1 200 OK");
    assert_eq!(server.status_of("/v1/info", &credentials), "HTTP/1.1 200 OK");
    assert_eq!(
        server.status_of("/v1/info", &[("APP-ID", &id), ("APP-KEY", "wrong")]),
        "HTTP/1.1 401 Unauthorized"
    );
    commands_work_beside(&place, &server);
    an_event_is_delivered_beside(&place, &id);
    the_end_of_a_link_is_told(&place, &server, &credentials);
    settings_are_read_again(&place, &server, &credentials);
    assert_eq!(server.stop(), Some(0));
    let again = Server::start(&place, &[]);
    assert_eq!(again.printed("APP-KEY:"), None);
    assert_eq!(again.status_of("/v1/info", &credentials), "HTTP/1.1 200 OK");
    assert_eq!(again.stop(), Some(0));
}

/// An app makes a verification link and withdraws it: its webhook is told, and nobody twice.
fn the_end_of_a_link_is_told(place: &Place, server: &Server, credentials: &[(&str, &str)]) {
    let (url, receiver) = receiver();
    place.run(&["webhook", "set", credentials[0].1, &url]).exits(0);
    let body = Body::json(&serde_json::json!({ "checks": ["liveness"], "trx_id": "order-7" }));
    let made = send(&server.address, "POST /v1/sessions", credentials, &body).is(200).json();
    let session = made["session"]["session_id"].as_str().expect("an id").to_owned();
    let withdraw = format!("DELETE /v1/sessions/{session}");
    let gone = send(&server.address, &withdraw, credentials, &Body::default()).is(200).json();
    assert_eq!(gone["session"]["state"], "cancelled");
    let (_, body) = receiver.join().expect("it was called");
    let told: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&told["type"], &told["data"]["state"]), (&"session.cancelled".into(), &"cancelled".into()));
    assert_eq!(
        (&told["data"]["session_id"], &told["data"]["trx_id"]),
        (&session.clone().into(), &"order-7".into())
    );
    // It is over: withdrawn once more it tells nothing.
    send(&server.address, &withdraw, credentials, &Body::default());
    let events = place.run(&["webhook", "events", credentials[0].1]).exits(0).out;
    assert_eq!(events.matches("session.cancelled").count(), 1, "{events}");
}

/// On SIGHUP. A file that cannot be meant changes nothing.
fn settings_are_read_again(place: &Place, server: &Server, credentials: &[(&str, &str)]) {
    let reload = |file: &str| {
        place.write("faceward.toml", file);
        let process = server.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &process]).status().expect("kill runs").success());
    };
    let is_threshold = |value: &str| {
        let info = server.get("/v1/info", credentials);
        info.body().contains(&format!("\"threshold\":{value},"))
    };
    let log = || {
        let audit = ["audit", "--config", "/dev/null", "--format", "jsonl", "--action", "reload_settings"];
        place.run(&audit).exits(0).out
    };
    assert!(is_threshold("0.75"));
    reload("[thresholds]\nsimilarity = 0.9\n");
    until("the new threshold", || is_threshold("0.9").then_some(()));
    reload("[thresholds]\nsimilarity = 9\n");
    until("a refusal", || log().contains("settings_refused").then_some(()));
    assert!(is_threshold("0.9"));
    fs_err::remove_file(place.path("faceward.toml")).expect("removed");
}

/// Through the socket in the data folder, and over the network with a token.
fn commands_work_beside(place: &Place, server: &Server) {
    let made = place.run(&["app", "create", "beside", "--json"]).exits(0).json();
    let id = made["app_id"].as_str().expect("an id").to_owned();
    let listed = place.run(&["app", "list", "--json"]).exits(0).json();
    assert!(listed.as_array().is_some_and(|apps| apps.len() == 2 && apps[1]["name"] == "beside"), "{listed}");
    place.run(&["app", "rotate-key", &id, "--overlap", "0"]).exits(0);
    let keys = || place.run(&["app", "keys", &id, "--json"]).exits(0).json();
    let newest = keys()[1]["created_at"].as_str().expect("a time").to_owned();
    place.run(&["app", "end-key", &id, &newest]).exits(0);
    assert!(keys()[1]["expires_at"].is_string(), "{}", keys());
    place.run(&["app", "end-key", &id, "2001-02-03T04:05:06Z"]).exits(5);
    place.run(&["token", "rotate-key"]).exits(0);
    data_keys_are_rotated_beside(place, &id);
    a_backup_is_made_beside(place);
    many_are_enrolled_beside(place, &id);
    place.run(&["operator", "create", "olga", "--role", "owner"]).exits(0);
    let token = place.run(&["operator", "token", "olga"]).exits(0).out.trim().to_owned();
    let url = format!("http://{}", server.address);
    place.run(&["app", "delete", &id, "--yes", "--server", &url]).exits(2);
    place.run(&["app", "delete", &id, "--yes", "--server", &url, "--operator-token", "wrong"]).exits(5);
    let variables = [("FACEWARD_SERVER", url.as_str()), ("FACEWARD_OPERATOR_TOKEN", token.as_str())];
    place.run_with(&variables, &["app", "delete", &id, "--yes"]).exits(0);
    place.run_with(&variables, &["app", "delete", &id, "--yes"]).exits(5);
    let log =
        place.run_with(&variables, &["audit", "--format", "jsonl", "--action", "delete_app"]).exits(0).out;
    assert!(log.contains("\"operator\":\"olga\""), "{log}");
    place.run(&["verify", "a", "b", "--server", &url]).exits(2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let socket = fs_err::metadata(place.path("faceward-data/admin.sock")).expect("a socket");
        assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    }
}

/// By the server, which seals anew in the background.
fn data_keys_are_rotated_beside(place: &Place, app: &str) {
    let key = || {
        let keys = place.run(&["key", "list", "--json"]).exits(0).json();
        let keys = keys.as_array().expect("a list").clone();
        keys.into_iter().find(|key| key["app_id"] == app).expect("the key of the app")
    };
    let before = key()["generation"].as_u64().expect("a number");
    let rotated = place.run(&["key", "rotate", "--app", app]).exits(0);
    assert!(rotated.err.contains("1 new data keys") && rotated.err.contains("the server"), "{rotated:?}");
    assert!(key()["generation"].as_u64().expect("a number") > before);
    until("nothing is left of the old key", || (key()["older_keys"] == 0).then_some(()));
    let log = || place.run(&["audit", "--format", "jsonl", "--action", "destroy_data_keys"]).exits(0).out;
    until("a record", || log().contains(app).then_some(()));
    place.run(&["key", "rotate", "--app", "00000000-0000-4000-8000-000000000000"]).exits(5);
    let master = || fs_err::read(place.path("faceward-data/master.key")).expect("a key");
    let old = master();
    place.run(&["key", "rotate", "--master"]).exits(0);
    assert_ne!(master(), old);
}

/// Through the server, which computes.
fn many_are_enrolled_beside(place: &Place, app: &str) {
    crate::enroll::put(place, "joe.jpg", "biden.jpg");
    place.write("people/none.jpg", "not a photo at all");
    let ran = place.run(&["enroll", "people", "--app", app]).exits(1);
    assert!(ran.out.starts_with("1 enrolled, 0 there already, 1 refused"), "{ran:?}");
    let report = fs_err::read_to_string(place.path("enroll-report.csv")).expect("a report");
    assert!(report.contains("people/none.jpg,none,refused,") && report.contains("(photo_"), "{report}");
}

/// By the server itself, which has the folder.
fn a_backup_is_made_beside(place: &Place) {
    place.run(&["backup", "copy"]).exits(0);
    let key = place.path("faceward-data/master.key");
    let again = ["--data-dir", "again"];
    place.run(&[&["restore", "copy", "--key", crate::process::text(&key)][..], &again].concat()).exits(0);
    let listed = place.run(&[&["app", "list"][..], &again].concat()).exits(0);
    assert!(listed.out.contains("beside"), "{listed:?}");
}

#[test]
fn credentials_from_the_environment_are_taken_over_and_never_printed() {
    let place = Place::new();
    let (id, key) = ("7f0c1d5e-56d6-4a25-9b0c-3d1d5f0d2f11", "an-old-key.with-dots.and-more");
    let variables = [("FACEWARD_APP_ID", id), ("FACEWARD_APP_KEY", key)];
    for _start in 0..2 {
        let server = Server::start(&place, &variables);
        assert!(!server.greeting.contains(key));
        assert_eq!(server.status_of("/v1/info", &[("APP-ID", id), ("APP-KEY", key)]), "HTTP/1.1 200 OK");
        assert_eq!(server.stop(), Some(0));
    }
    let other = [("FACEWARD_APP_ID", id), ("FACEWARD_APP_KEY", "another-key-that-is-wrong")];
    let refused = place.run_with(&other, &["serve", "--listen", "127.0.0.1:0"]).exits(5);
    assert!(refused.err.contains("rotate-key"), "{}", refused.err);
    place.run_with(&[("FACEWARD_APP_ID", id)], &["serve", "--listen", "127.0.0.1:0"]).exits(2);
}

#[test]
fn a_name_can_be_listened_on() {
    let place = Place::new();
    let ran = place.run(&["serve", "--listen", "no-such-host.invalid:0"]).exits(2);
    assert!(ran.err.contains("cannot resolve no-such-host.invalid:0"), "{}", ran.err);
    let variables = [("FACEWARD_LISTEN", "localhost:0")];
    let waiting = Waiting::start(&place, &variables);
    assert!(waiting.address.starts_with("127.0.0.1:"), "{}", waiting.address);
}

/// A server that waits for a fetch that never ends.
struct Waiting {
    child: Child,
    address: String,
    tools: PathBuf,
}

impl Waiting {
    fn start(place: &Place, variables: &[(&str, &str)]) -> Self {
        let tools = endless_clients(place);
        let path = format!("{}:/usr/bin:/bin", tools.display());
        let models = place.path("no-models");
        let mut command = place.command(&["serve", "--models-dir", crate::process::text(&models)]);
        command.env("FACEWARD_LISTEN", "127.0.0.1:0").envs(variables.iter().copied()).env("PATH", path);
        let mut child =
            command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let lines = Lines::of(child.stderr.take().expect("a pipe"));
        let address = std::iter::from_fn(|| lines.next())
            .find_map(|line| Some(line.split_once("address=")?.1.trim().to_owned()));
        Self { child, address: address.expect("it says where it listens"), tools }
    }

    fn client(&self) -> Option<String> {
        client_of(&self.tools)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_server_that_fetches_answers_at_once_and_ends_at_once() {
    let place = Place::new();
    let mut waiting = Waiting::start(&place, &[]);
    assert!(ask(&waiting.address, "/healthz", &[]).starts_with("HTTP/1.1 200 OK"));
    let answer = until("it fetches", || {
        Some(ask(&waiting.address, "/readyz", &[]))
            .filter(|answer| answer.contains("not loaded yet: fetching, "))
    });
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("not_ready"), "{answer}");
    assert!(answer.to_lowercase().contains("retry-after: 1"), "{answer}");
    let refused = ask(&waiting.address, "/api/v1.0/verify", &[]);
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("transactionId"), "{refused}");
    let client = until("a client runs", || waiting.client());
    assert_eq!(terminate(&mut waiting.child).code(), Some(0));
    assert!(!is_alive(&client), "it would fetch for nobody");
}

#[test]
fn a_fetch_that_is_told_to_stop_ends_its_client_first() {
    let place = Place::new();
    let tools = endless_clients(&place);
    let models = place.path("no-models");
    let mut command = place.command(&["models", "fetch", "--models-dir", crate::process::text(&models)]);
    command.env("PATH", format!("{}:/usr/bin:/bin", tools.display())).stderr(Stdio::piped());
    let mut child = command.stdin(Stdio::null()).spawn().expect("the binary starts");
    let lines = Lines::of(child.stderr.take().expect("a pipe"));
    let client = until("a client runs", || client_of(&tools));
    assert_eq!(terminate(&mut child).code(), Some(4), "models are missing");
    let said = std::iter::from_fn(|| lines.next()).collect::<Vec<_>>().join("\n");
    assert!(said.contains("stopped before everything was fetched"), "{said}");
    assert!(!is_alive(&client), "it would fetch for nobody");
}

/// Puts a `python3` and an `npm` that never end into a folder.
fn endless_clients(place: &Place) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let tools = place.path("tools");
    fs_err::create_dir(&tools).expect("a folder");
    for tool in ["python3", "npm"] {
        // It says who it is, and ends when the folder is gone.
        let folder = tools.display();
        let script = format!(
            "#!/bin/sh\necho $$ > '{folder}/pid.new' && mv '{folder}/pid.new' '{folder}/pid'\nwhile [ -e '{folder}' ]; do sleep 0.1; done\n"
        );
        fs_err::write(tools.join(tool), script).expect("a file");
        let runs = std::fs::Permissions::from_mode(0o755);
        fs_err::set_permissions(tools.join(tool), runs).expect("it runs");
    }
    tools
}

/// The process id of the client that was started last.
fn client_of(tools: &Path) -> Option<String> {
    Some(fs_err::read_to_string(tools.join("pid")).ok()?.trim().to_owned())
}

/// Whether a process of this id runs.
fn is_alive(id: &str) -> bool {
    Path::new("/proc").join(id).exists()
}

#[test]
fn a_taken_port_ends_with_two() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    let ran = Place::new().run(&["serve", "--listen", &address]).exits(2);
    assert!(ran.err.contains("in use"), "{}", ran.err);
}
