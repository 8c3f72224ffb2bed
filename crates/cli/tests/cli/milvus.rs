//! A server that searches in Milvus, from the tables to its end.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use faceward_testkit::{MilvusServer, fixture, postgres_database, postgres_server};
use serde_json::json;

use crate::http::Body;
use crate::process::{Place, until};
use crate::serve::Server;

/// Models that no test here needs.
const HEAVY: &str = "faceward-deepfake-1,faceward-swap-1,faceward-deepfake-2,face-attributes-1,embedding-attributes-1,flare-1,gender-v1";

fn photo(name: &str) -> Vec<u8> {
    fs_err::read(fixture(name)).expect("a photo")
}

/// One after the other in one test: a Milvus and a server take a while to start.
#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in the order in which it happens")]
fn a_server_searches_in_milvus_from_the_tables_to_its_end() {
    let (place, database, milvus) = (Place::new(), postgres_database(), MilvusServer::of_its_own());
    let address = milvus.address();
    let owner = [("FACEWARD_STORE", database.as_str()), ("FACEWARD_SEARCH", &address)];
    place.run_with(&owner, &["database", "migrate"]).exits(0);
    let roles = place.run_with(&owner, &["database", "roles"]).exits(0).out;
    let name = database.split_once("@/").and_then(|(_, rest)| rest.split_once('?')).expect("a socket").0;
    postgres_server().run_sql(name, &roles);
    let store = database.replace("owner@", "faceward_server@");
    let variables = |index| {
        [
            ("FACEWARD_STORE", store.as_str()),
            ("FACEWARD_SEARCH", address.as_str()),
            ("FACEWARD_DISABLED_MODELS", HEAVY),
            ("FACEWARD_DATABASE__SEARCH_INDEX", index),
        ]
    };
    let doctor = |index, code| {
        let arguments = ["doctor", "--json", "--set", "listen=127.0.0.1:0"];
        place.run_with(&variables(index), &arguments).exits(code).out
    };
    let healthy = doctor("exact", 0);
    assert!(healthy.contains("Milvus searches, exactly") && healthy.contains("Milvus v2."), "{healthy}");
    let server = Server::start(&place, &variables("exact"));
    let made = place.run_with(&variables("exact"), &["app", "create", "shop", "--json"]).exits(0).json();
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    let (id, key) = (text("app_id"), text("app_key"));
    let headers = [("APP-ID", id.as_str()), ("APP-KEY", key.as_str())];
    until("the app is known", || {
        Some(server.get("/v1/info", &headers)).filter(|answer| answer.status() == 200)
    });
    let search = |server: &Server| server.get("/v1/info", &headers).is(200).json()["search"].clone();
    assert_eq!(search(&server), json!({"place": "milvus", "index": "exact"}));
    let ready = |server: &Server, status| {
        until("it is as ready as it is to be", || {
            Some(server.get("/readyz", &[])).filter(|answer| answer.status() == status)
        })
    };
    ready(&server, 200);
    let add = |server: &Server, template: &str, name: &str| {
        let body = Body::form(&[("photo", &photo(name)), ("templateId", template.as_bytes())]);
        server.send("POST /api/v1.0/add", &headers, &body)
    };
    let identify = |server: &Server, name: &str| {
        server.send("POST /api/v1.0/identify", &headers, &Body::form(&[("photo", &photo(name))]))
    };
    let found = |server: &Server, name: &str| {
        let answer = identify(server, name).is(200).json();
        answer["result"]["templateId"].as_str().unwrap_or("nobody").to_owned()
    };
    add(&server, "barack", "obama.jpg").is(200);
    add(&server, "joe", "biden.jpg").is(200);
    assert_eq!(found(&server, "obama2.jpg"), "barack");
    milvus.stop();
    ready(&server, 503);
    assert!(identify(&server, "obama2.jpg").is(503).body().contains("503"));
    add(&server, "barack-2", "obama3.jpg").is(503);
    let delete = |server: &Server, template: &str| {
        server.send(&format!("DELETE /v1/templates/{template}"), &headers, &Body::form(&[]))
    };
    assert!(delete(&server, "joe").is(503).body().contains("store_unreachable"));
    server.get("/v1/templates/joe", &headers).is(200);
    let ill = doctor("exact", 1);
    assert!(ill.contains("cannot be reached"), "{ill}");
    milvus.resume();
    ready(&server, 200);
    assert_eq!(found(&server, "obama2.jpg"), "barack");
    delete(&server, "joe").is(200);
    server.get("/v1/templates/joe", &headers).is(404);
    assert_eq!(server.stop(), Some(0));
    // The next start gives Milvus another index.
    let server = Server::start(&place, &variables("hnsw"));
    ready(&server, 200);
    assert_eq!(search(&server), json!({"place": "milvus", "index": "hnsw"}));
    assert_eq!(found(&server, "obama2.jpg"), "barack");
    let approximate = doctor("hnsw", 0);
    assert!(approximate.contains("may miss some"), "{approximate}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn an_index_for_a_search_in_memory_is_refused() {
    let refused = Place::new().run(&["serve", "--set", "database.search_index=hnsw"]).exits(2);
    assert!(refused.err.contains("database.search_index"), "{refused:?}");
}
