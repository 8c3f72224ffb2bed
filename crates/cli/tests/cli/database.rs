//! The store in a database: from the command line, and with several servers on it.

use std::thread;
use std::time::Duration;

use faceward_testkit::{PostgresServer, fixture, postgres_database, postgres_server};
use serde_json::json;

use crate::http::{Answer, Body};
use crate::process::{Place, until};
use crate::serve::Server;

/// When what one server has acknowledged is in every answer of the others.
const FRESH: Duration = Duration::from_secs(1);

#[test]
fn the_password_of_the_database_is_never_shown() {
    let place = Place::new();
    // Nobody listens there.
    let store = [("FACEWARD_STORE", "postgres://anna:s3cret@127.0.0.1:9/faces")];
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for (arguments, code) in [
        (&["config"][..], 0),
        (&["app", "list"], 6),
        (&["audit"], 6),
        (&["database", "migrate"], 6),
        (&["doctor"], 1),
        (&serve, 6),
    ] {
        let ran = place.run_with(&store, arguments).exits(code);
        assert!(!format!("{ran:?}").contains("s3cret"), "{ran:?}");
    }
    let refused = place.run_with(&store, &["app", "list"]);
    assert!(
        refused
            .err
            .contains("the store postgres://anna:***@127.0.0.1:9/faces: the database cannot be reached"),
        "{refused:?}"
    );
    let shown = place.run_with(&store, &["config", "--json"]).exits(0);
    assert!(shown.out.contains("postgres://anna:***@127.0.0.1:9/faces"), "{shown:?}");
    let wrong = [("FACEWARD_STORE", "postgres://anna:s3cret@db:x/faces")];
    let refused = place.run_with(&wrong, &["app", "list"]).exits(2);
    assert!(!format!("{refused:?}").contains("s3cret"), "{refused:?}");
    let none = place.run(&["database", "migrate"]).exits(2);
    assert!(none.err.contains("FACEWARD_STORE"), "{none:?}");
}

#[test]
fn apps_operators_and_the_audit_log_are_those_of_the_database() {
    let (first, second, address) = (Place::new(), Place::new(), postgres_database());
    let store = [("FACEWARD_STORE", address.as_str())];
    let doctor = || first.run_with(&store, &["doctor", "--json", "--set", "listen=127.0.0.1:0"]).exits(0).out;
    assert!(doctor().contains("tables of version 0"), "{}", doctor());
    first.run_with(&store, &["database", "migrate"]).exits(0);
    assert!(!key_of(&first).exists(), "migrating makes no key");
    let migrated = doctor();
    assert!(migrated.contains("tables of version ") && !migrated.contains("version 0"), "{migrated}");
    first.run_with(&store, &["app", "create", "shop"]).exits(0);
    first.run_with(&store, &["operator", "create", "olga", "--role", "owner"]).exits(0);
    first.run_with(&store, &["token", "rotate-key"]).exits(0);
    // Another machine: it needs the key of the first.
    let refused = second.run_with(&store, &["app", "list"]).exits(5);
    assert!(refused.err.contains("key file"), "{refused:?}");
    share_key(&first, &second);
    let listed = second.run_with(&store, &["app", "list"]).exits(0);
    assert!(listed.out.contains("shop"), "{listed:?}");
    let listed = second.run_with(&store, &["operator", "list"]).exits(0);
    assert!(listed.out.contains("olga"), "{listed:?}");
    let table = second.run_with(&store, &["audit"]).exits(0);
    assert!(table.out.contains("create_app"), "{table:?}");
    let exported =
        second.run_with(&store, &["audit", "--format", "jsonl", "--action", "create_app"]).exits(0);
    assert_eq!(exported.out.lines().count(), 2, "begun and answered: {exported:?}");
    assert!(!first.path("faceward-data/gallery.db").exists(), "nothing lies in the folder but the key");
}

#[test]
fn the_roles_are_sql_that_the_database_takes() {
    let (place, address) = (Place::new(), postgres_database());
    place.run_with(&[("FACEWARD_STORE", &address)], &["database", "migrate"]).exits(0);
    let roles = place.run(&["database", "roles"]).exits(0).out;
    let name = address.split_once("@/").and_then(|(_, rest)| rest.split_once('?')).expect("a socket").0;
    postgres_server().run_sql(name, &roles);
}

fn key_of(place: &Place) -> std::path::PathBuf {
    place.path("faceward-data").join("master.key")
}

/// Copies the key, with its mode.
fn share_key(from: &Place, to: &Place) {
    fs_err::create_dir_all(to.path("faceward-data")).expect("a folder");
    fs_err::copy(key_of(from), key_of(to)).expect("copied");
}

/// Is nowhere to be seen.
const PASSWORD: &str = "s3cret-of-the-database";

/// Where the second server and the third search; the first does as is usual.
const SEARCHES: [&str; 2] = ["sql", "memory"];

/// Three servers, each with a folder of its own, on one database.
struct Cluster {
    database: PostgresServer,
    address: String,
    place: Place,
    servers: Vec<Server>,
    others: [Place; 2],
}

/// An app.
struct App {
    id: String,
    key: String,
}

impl App {
    fn headers(&self) -> [(&str, &str); 2] {
        [("APP-ID", &self.id), ("APP-KEY", &self.key)]
    }
}

impl Cluster {
    fn start() -> Self {
        let database = PostgresServer::of_its_own();
        database.create_database("faces");
        // This server takes any password.
        let address = database.address("faces").replace("owner@", &format!("owner:{PASSWORD}@"));
        let (place, others) = (Place::new(), [Place::new(), Place::new()]);
        let store = [("FACEWARD_STORE", address.as_str()), ("FACEWARD_DISABLED_MODELS", HEAVY)];
        let mut servers = vec![Server::start(&place, &store)];
        for (other, search) in others.iter().zip(SEARCHES) {
            share_key(&place, other);
            servers.push(Server::start(other, &[store[0], store[1], ("FACEWARD_DATABASE__SEARCH", search)]));
        }
        Self { database, address, place, servers, others }
    }

    /// What a command answers, beside the servers.
    fn command(&self, arguments: &[&str]) -> crate::process::Ran {
        self.place.run_with(&[("FACEWARD_STORE", &self.address)], arguments).exits(0)
    }

    fn create_app(&self) -> App {
        let made = self.command(&["app", "create", "shop", "--json"]).json();
        let text = |name: &str| made[name].as_str().expect("text").to_owned();
        App { id: text("app_id"), key: text("app_key") }
    }

    fn operator(&self) -> String {
        self.command(&["operator", "create", "olga", "--role", "owner"]);
        format!("Bearer {}", self.command(&["operator", "token", "olga"]).out.trim())
    }
}

/// Models that no test here needs, so that three servers start in the time of one.
const HEAVY: &str = "faceward-deepfake-1,faceward-swap-1,faceward-deepfake-2,face-attributes-1,embedding-attributes-1,flare-1,gender-v1";

/// One after the other in one test: three servers take a while to start.
#[test]
fn three_servers_on_one_database_are_one() {
    let mut cluster = Cluster::start();
    let app = cluster.create_app();
    let operator = cluster.operator();
    thread::sleep(FRESH);
    for server in &cluster.servers {
        server.get("/v1/info", &app.headers()).is(200);
        server.get("/readyz", &[]).is(200);
    }
    lag_is_told(&cluster);
    let settings = cluster.servers[0].get("/admin/v1/settings", &[("Authorization", &operator)]).is(200);
    assert!(settings.body().contains("owner:***@") && !settings.body().contains(PASSWORD), "{settings:?}");
    assert!(!cluster.place.path("faceward-data/admin.sock").exists(), "commands work on the database itself");
    enrolled_here_is_identified_there(&cluster, &app);
    one_answer_to_a_challenge_counts(&cluster, &app);
    let app = rotated_here_holds_there(&cluster, &app, &operator);
    let token = riset_token(&cluster, &app);
    cluster.database.stop();
    let away = everything_is_refused(&cluster, &app, &operator, &token);
    // A server ends although nothing of its can be written any more.
    assert_eq!(cluster.servers.pop().expect("the third").stop(), Some(0));
    cluster.database.resume();
    everything_is_back(&cluster, &app, away);
    for server in cluster.servers {
        assert_eq!(server.stop(), Some(0));
    }
    let searching = fs_err::read_to_string(cluster.others[0].path("server.stderr")).expect("a log");
    assert!(searching.contains("the database searches"), "{searching}");
    for place in cluster.others.iter().chain([&cluster.place]) {
        let log = fs_err::read_to_string(place.path("server.stderr")).expect("a log");
        assert!(log.contains("database") && !log.contains(PASSWORD), "{log}");
    }
}

fn lag_is_told(cluster: &Cluster) {
    let lag = until("the lag is told", || {
        let metrics = cluster.servers[0].get("/metrics", &[]).whole;
        let line = metrics.lines().find_map(|line| line.strip_prefix("faceward_store_lag_seconds "))?;
        line.trim().parse::<f64>().ok()
    });
    assert!((0.0..60.0).contains(&lag), "{lag}");
}

fn photo(name: &str) -> Vec<u8> {
    fs_err::read(fixture(name)).expect("a photo")
}

fn add(server: &Server, app: &App, template: &str, name: &str) -> Answer {
    let body = Body::form(&[("photo", &photo(name)), ("templateId", template.as_bytes())]);
    server.send("POST /api/v1.0/add", &app.headers(), &body)
}

fn found(server: &Server, app: &App, name: &str) -> String {
    let body = Body::form(&[("photo", &photo(name))]);
    let answer = server.send("POST /api/v1.0/identify", &app.headers(), &body).is(200).json();
    answer["result"]["templateId"].as_str().unwrap_or("nobody").to_owned()
}

fn enrolled_here_is_identified_there(cluster: &Cluster, app: &App) {
    add(&cluster.servers[0], app, "barack", "obama.jpg").is(200);
    assert_eq!(found(&cluster.servers[0], app, "obama2.jpg"), "barack", "at once where it was enrolled");
    thread::sleep(FRESH);
    assert_eq!(found(&cluster.servers[1], app, "obama2.jpg"), "barack");
    let listed =
        cluster.command(&["identify", crate::process::text(&fixture("obama2.jpg")), "--app", &app.id]);
    assert!(listed.out.contains("barack"), "{listed:?}");
}

fn one_answer_to_a_challenge_counts(cluster: &Cluster, app: &App) {
    let made =
        cluster.servers[0].send("POST /v1/challenges", &app.headers(), &Body::json(&json!({"steps": 2})));
    let id = made.is(200).json()["challenge_id"].as_str().expect("an id").to_owned();
    let (one, two) = (photo("obama.jpg"), photo("obama2.jpg"));
    let parts: [(&str, &[u8]); 4] = [("step_1", &one), ("step_1", &two), ("step_2", &one), ("step_2", &two)];
    let answers = thread::scope(|scope| {
        let racing = cluster.servers[..2].iter().map(|server| {
            let (id, parts) = (&id, &parts);
            let answer = move || {
                server.send(&format!("POST /v1/challenges/{id}/answer"), &app.headers(), &Body::form(parts))
            };
            scope.spawn(answer)
        });
        let racing: Vec<_> = racing.collect();
        racing.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    let judged = answers.iter().filter(|answer| answer.status() == 200).count();
    let replayed = answers.iter().filter(|answer| answer.body().contains("challenge_replayed")).count();
    assert_eq!((judged, replayed), (1, 1), "{answers:?}");
}

fn rotated_here_holds_there(cluster: &Cluster, app: &App, operator: &str) -> App {
    let path = format!("POST /admin/v1/apps/{}/keys", app.id);
    let body = Body::json(&json!({"overlap_hours": 0}));
    let made = cluster.servers[0].send(&path, &[("Authorization", operator)], &body);
    let key = made.json()["app_key"].as_str().expect("a key").to_owned();
    let rotated = App { id: app.id.clone(), key };
    thread::sleep(FRESH);
    for server in &cluster.servers {
        server.get("/v1/info", &rotated.headers()).is(200);
        server.get("/v1/info", &app.headers()).is(401);
    }
    rotated
}

fn riset_token(cluster: &Cluster, app: &App) -> String {
    let body = Body::json(&json!({"client_id": app.id, "password": app.key}));
    let answer = cluster.servers[0].send("POST /oauth/client/token", &[], &body).is(200);
    answer.json()["access_token"].as_str().expect("a token").to_owned()
}

/// Gives the template that was asked for and refused.
fn everything_is_refused(cluster: &Cluster, app: &App, operator: &str, token: &str) -> &'static str {
    let server = &cluster.servers[1];
    until("it notices", || Some(server.get("/readyz", &[])).filter(|answer| answer.status() == 503));
    let listed = server.get("/v1/templates", &app.headers()).is(503);
    assert!(listed.body().contains("store_unreachable"), "{}", listed.whole);
    assert!(listed.whole.to_lowercase().contains("retry-after: "), "{}", listed.whole);
    let ooto = add(server, app, "joe", "biden.jpg").is(503).json();
    assert_eq!((&ooto["result"]["status"], &ooto["result"]["code"]), (&json!("error"), &json!(503)));
    let gallery = Body::json(&json!({"facegallery_id": "staff"}));
    let riset =
        server.send("POST /face-api/facegallery/create-facegallery", &[("accesstoken", token)], &gallery);
    assert!(riset.is(503).json().to_string().contains("\"503\""));
    let admin = server.get("/admin/v1/apps", &[("Authorization", operator)]).is(503);
    assert!(admin.body().contains("store_unreachable"), "{}", admin.whole);
    server.get("/healthz", &[]).is(200);
    server.get("/metrics", &[]).is(200);
    "joe"
}

fn everything_is_back(cluster: &Cluster, app: &App, refused: &str) {
    for server in &cluster.servers {
        until("it recovers", || Some(server.get("/readyz", &[])).filter(|answer| answer.status() == 200));
        assert_eq!(found(server, app, "obama2.jpg"), "barack", "what was acknowledged is there");
        server.get(&format!("/v1/templates/{refused}"), &app.headers()).is(404);
    }
    add(&cluster.servers[1], app, "joe", "biden.jpg").is(200);
    thread::sleep(FRESH);
    cluster.servers[0].get("/v1/templates/joe", &app.headers()).is(200);
}
