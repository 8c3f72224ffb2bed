//! The administration: who may do what, how one comes in, what is listed.

use axum::body::Body;
use axum::http::Request;
use faceward_core::OperatorName;
use faceward_http::HttpSettings;
use faceward_service::operators::NewOperator;
use faceward_service::{Role, Service};
use serde_json::{Value, json};

use crate::harness::{Answer, Form, TestApp, photo_form, service};
use crate::photos::obama;

const PASSWORD: &str = "correct horse battery";

fn name(text: &str) -> OperatorName {
    OperatorName::parse(text).expect("a name")
}

/// An operator of that role with a name of its own, and a token.
pub(crate) async fn operator(service: &Service, role: Role) -> (String, String) {
    let who = format!("{}-{}", role.name(), uuid::Uuid::new_v4());
    let password = Some(zeroize::Zeroizing::new(PASSWORD.to_owned()));
    service.operators().create(NewOperator { name: name(&who), role, password }).await.expect("created");
    let token = service.operators().issue_token(&name(&who), "", 1).await.expect("a token");
    (who, token.secret.reveal().to_owned())
}

pub(crate) async fn ask(
    app: &TestApp,
    (method, path): (&str, &str),
    token: &str,
    body: Option<&Value>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/admin/v1{path}"))
        .header("authorization", format!("Bearer {token}"));
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    app.send_anonymous(request.body(body).expect("a request")).await
}

/// Every route with the least role that it takes: decided once more, by what it does.
fn least(method: &str, path: &str) -> Option<Role> {
    let own = path.starts_with("/session");
    let opens = method == "POST" && ["/session", "/first-owner"].contains(&path);
    let owners = path.starts_with("/operators")
        || (method == "DELETE" && path == "/apps/{app_id}")
        || (method != "GET" && ["/signing-keys", "/settings/reload", "/master-key"].contains(&path))
        || (method != "GET" && path.ends_with("/data-key"));
    match (method, opens) {
        (_, true) => None,
        _ if owners => Some(Role::Owner),
        ("GET", _) => Some(Role::Auditor),
        _ if own => Some(Role::Auditor),
        _ => Some(Role::Operator),
    }
}

#[tokio::test]
async fn each_role_may_do_what_it_may_and_nothing_else() {
    let app = TestApp::new();
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((role, operator(service(), role).await.1));
    }
    let document = serde_json::to_value(faceward_http::openapi()).expect("JSON");
    let mut n_asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some(below) = path.strip_prefix("/admin/v1") else { continue };
        for method in item.as_object().expect("operations").keys().map(|method| method.to_uppercase()) {
            if below == "/backup" {
                // Makes files on the server's machine: nobody does that over the network.
                for (_, token) in &tokens {
                    ask(&app, (&method, below), token, None).await.assert_error(403, "role_too_low", below);
                }
                continue;
            }
            let Some(least) = least(&method, below) else { continue };
            // Ids that nobody has: whoever is let in is told so, and nothing is changed.
            let there = below
                .replace("{app_id}", "00000000-0000-0000-0000-000000000000")
                .replace("{pass_id}", "00000000-0000-0000-0000-000000000000");
            let there = there.replace(['{', '}'], "");
            for (role, token) in &tokens {
                // What would really do something is asked for by those alone who may not.
                let is_harmless = there.contains("0000") || method == "GET" || there.contains("/name");
                if *role >= least && !is_harmless {
                    continue;
                }
                let answer = ask(&app, (&method, &there), token, None).await;
                let is_refused = answer.status == 403 && answer.at("/error/code") == "role_too_low";
                assert_eq!(is_refused, *role < least, "{method} {below} by {role:?}: {}", answer.text);
                n_asked += 1;
            }
            let nobody = ask(&app, (&method, &there), "no-token", None).await;
            nobody.assert_error(401, "not_logged_in", below);
        }
    }
    assert!(n_asked > 80, "{n_asked}");
}

fn log_in_request(who: &str, password: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/admin/v1/session").header("host", "faces.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(json!({ "name": who, "password": password }).to_string())).expect("a request")
}

const OURS: [(&str, &str); 2] = [("x-faceward-console", "1"), ("sec-fetch-site", "same-origin")];

#[tokio::test]
async fn a_session_is_a_strict_cookie_that_other_sites_cannot_use() {
    let app = TestApp::new();
    let (who, _) = operator(service(), Role::Owner).await;
    let foreign = app.send_anonymous(log_in_request(&who, PASSWORD, &[])).await;
    foreign.assert_error(403, "cross_site", "a form of another site");
    let wrong = app.send_anonymous(log_in_request(&who, "not the password", &OURS)).await;
    wrong.assert_error(401, "not_logged_in", "a wrong password");
    let answer = app.send_anonymous(log_in_request(&who, PASSWORD, &OURS)).await.ok();
    assert_eq!((answer.at("/name"), answer.at("/role")), (who.as_str().into(), "owner".into()));
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let with_cookie = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(path).header("cookie", pair);
        request = request.header("host", "faces.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app.send_anonymous(request.body(Body::empty()).expect("a request")).await
    };
    assert_eq!(with_cookie("GET", "/admin/v1/session", &[]).await.ok().at("/by"), "session");
    let keys = "/admin/v1/apps/00000000-0000-0000-0000-000000000000/galleries/g";
    for headers in [
        &[][..],
        &[("x-faceward-console", "1"), ("origin", "https://evil.example")],
        &[("x-faceward-console", "1"), ("sec-fetch-site", "cross-site")],
    ] {
        with_cookie("DELETE", keys, headers).await.assert_error(403, "cross_site", "another site");
    }
    let origin = [OURS[0], ("origin", "https://faces.example")];
    with_cookie("DELETE", keys, &origin).await.assert_error(404, "app_not_found", "our own page");
    let out = with_cookie("DELETE", "/admin/v1/session", &OURS).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")));
    with_cookie("GET", "/admin/v1/session", &[]).await.assert_error(401, "not_logged_in", "it has ended");
}

#[tokio::test]
async fn who_guesses_passwords_is_slowed_down() {
    let app = TestApp::new();
    let (who, _) = operator(service(), Role::Auditor).await;
    let mut refused = None;
    for _attempt in 0..11 {
        refused = Some(app.send_anonymous(log_in_request(&who, "guessed password", &OURS)).await);
    }
    let refused = refused.expect("an answer");
    refused.assert_error(429, "too_many_attempts", "the eleventh");
    let seconds: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn an_app_is_run_from_its_creation_to_its_erasure() {
    let app = TestApp::new();
    let (who, token) = operator(service(), Role::Owner).await;
    let made = ask(&app, ("POST", "/apps"), &token, Some(&json!({ "name": "door <img onerror=x>" }))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (id, key) = (made.at("/app_id"), made.at("/app_key"));
    let (id, key) = (id.as_str().expect("an id"), key.as_str().expect("a key"));
    let path = format!("/apps/{id}");
    let door = TestApp { id: id.to_owned(), key: key.to_owned(), ..app.clone() };
    door.get("/v1/info").await.ok();

    let change = json!({ "name": "front door", "disabled": true, "origins": ["https://a.example"], "requests_per_minute": 600, "consent": { "version": "2", "text": "One line.\nAnother." } });
    let changed = ask(&app, ("PATCH", &path), &token, Some(&change)).await.ok();
    for (field, expected) in change.as_object().expect("an object") {
        assert_eq!(changed.json()[field], *expected, "{field}");
    }
    door.get("/v1/info").await.assert_error(401, "unauthenticated", "it is switched off");
    for (said, expected) in [(json!({}), &change["consent"]), (json!({ "consent": null }), &Value::Null)] {
        let answer = ask(&app, ("PATCH", &path), &token, Some(&said)).await.ok();
        assert_eq!(answer.at("/consent"), *expected, "after {said}");
    }
    ask(&app, ("PATCH", &path), &token, Some(&json!({ "disabled": false }))).await.ok();
    door.get("/v1/info").await.ok();
    for bad in [
        json!({ "origins": ["*"] }),
        json!({ "origins": ["https://a.example/"] }),
        json!({ "name": "" }),
        json!({ "nome": "x" }),
        json!({ "consent": { "version": "1" } }),
        json!({ "consent": { "version": "1", "text": "" } }),
        json!({ "requests_per_minute": -1 }),
    ] {
        assert_eq!(ask(&app, ("PATCH", &path), &token, Some(&bad)).await.status, 400, "{bad}");
    }

    let keys = format!("{path}/keys");
    let rotated = ask(&app, ("POST", &keys), &token, Some(&json!({ "overlap_hours": 0 }))).await;
    assert_eq!(rotated.status, 201);
    door.get("/v1/info").await.assert_error(401, "unauthenticated", "the old key has ended");
    let listed = ask(&app, ("GET", &keys), &token, None).await.ok();
    let ends: Vec<bool> =
        listed.at("/keys").as_array().expect("keys").iter().map(|key| key["expires_at"].is_null()).collect();
    assert_eq!(ends, [false, true]);
    assert!(!listed.text.contains(rotated.at("/app_key").as_str().expect("a key")));

    let gone = ask(&app, ("DELETE", &path), &token, None).await.ok();
    ask(&app, ("GET", &path), &token, None).await.assert_error(404, "app_not_found", "it is gone");

    let audit = format!("/audit?operator={who}&app_id={id}&limit=2");
    let page = ask(&app, ("GET", &audit), &token, None).await.ok();
    let actions = |page: &Answer| {
        let records = page.at("/records");
        let tell = |record: &Value| format!("{} {}", record["action"], record["outcome"]).replace('"', "");
        records.as_array().expect("records").iter().map(tell).collect::<Vec<_>>()
    };
    assert_eq!(actions(&page), ["delete_app answered", "delete_app begun"]);
    assert_told(&gone, &page);
    let before = page.at("/next").as_i64().expect("there are more");
    let older = ask(&app, ("GET", &format!("{audit}&before={before}")), &token, None).await.ok();
    assert_eq!(actions(&older), ["rotate_key answered", "rotate_key begun"]);
    let export =
        ask(&app, ("GET", &format!("/audit/export?operator={who}&app_id={id}")), &token, None).await.ok();
    assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
    let first: Value = serde_json::from_str(export.text.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&first["action"], &first["surface"]), (&json!("create_app"), &json!("admin")));
}

/// What an answer says of a deletion is in the log with its end.
fn assert_told(gone: &Answer, log: &Answer) {
    assert_eq!((gone.at("/erased"), gone.at("/deletion/what")), (json!(true), json!("app")));
    assert_eq!((gone.at("/deletion/templates"), gone.at("/deletion/sha256")), (json!(0), Value::Null));
    assert_eq!(log.at("/records/0/deletion"), gone.at("/deletion"));
    assert_eq!(log.at("/records/1/deletion"), Value::Null);
}

#[tokio::test]
async fn people_are_enrolled_listed_found_and_deleted() {
    let app = TestApp::new();
    let (_, token) = operator(service(), Role::Operator).await;
    let base = format!("/apps/{}", app.id);
    let post = async |path: &str, form: crate::harness::Form| {
        let mut request = form.request("POST", &format!("/admin/v1{base}{path}"));
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
        app.send_anonymous(request).await
    };
    let odd = "<img src=x onerror=alert(1)>";
    for id in ["anna", "anna-2", odd] {
        let form = photo_form(&obama()).text("template_id", id).text("subject", "anna");
        assert_eq!(post("/enroll", form).await.ok().at("/template_id"), id);
    }
    let get = async |path: &str| ask(&app, ("GET", &format!("{base}{path}")), &token, None).await;
    let ids = |answer: &Answer, rows: &str, field: &str| {
        let rows = answer.at(rows);
        rows.as_array()
            .expect("rows")
            .iter()
            .map(|row| row[field].as_str().expect("text").to_owned())
            .collect::<Vec<_>>()
    };
    let page = get("/templates?limit=2").await.ok();
    assert_eq!(ids(&page, "/templates", "template_id"), [odd, "anna"]);
    assert!(!page.text.contains("vector") && !page.text.contains("embedding"));
    assert_eq!(
        ids(&get("/templates?prefix=anna").await.ok(), "/templates", "template_id"),
        ["anna", "anna-2"]
    );
    assert_eq!(ids(&get("/templates?prefix=anna-").await.ok(), "/templates", "template_id"), ["anna-2"]);
    assert_eq!(ids(&get("/galleries").await.ok(), "/galleries", "gallery"), ["default"]);
    assert_eq!(ids(&get("/galleries/default/subjects").await.ok(), "/subjects", "subject"), ["anna"]);
    let found = post("/identify?limit=3", photo_form(&obama())).await.ok();
    assert_eq!((found.at("/matched"), found.at("/candidates/0/subject")), (true.into(), "anna".into()));
    let nowhere = photo_form(&obama()).text("gallery", "elsewhere");
    post("/identify", nowhere).await.assert_error(404, "gallery_not_found", "no such gallery");
    let analysed = post("/analyze", photo_form(&obama())).await.ok();
    assert!(analysed.at("/faces/0/box").is_object(), "{}", analysed.text);

    let delete = async |path: &str| ask(&app, ("DELETE", &format!("{base}{path}")), &token, None).await;
    let encoded = "/templates/%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E";
    assert_eq!(delete(encoded).await.ok().at("/erased"), true);
    delete(encoded).await.assert_error(404, "template_not_found", "again");
    let gone = delete("/galleries/default/subjects/anna").await.ok();
    assert_eq!((gone.at("/deletion/what"), gone.at("/deletion/subject")), (json!("subject"), json!("anna")));
    assert!(gone.at("/deletion/sha256").is_string());
    delete("/galleries/default/subjects/anna").await.assert_error(404, "subject_not_found", "again");
    delete("/galleries/%FF").await.assert_error(400, "invalid_id", "no UTF-8");
}

#[tokio::test]
async fn the_state_of_the_server_is_shown() {
    let app = TestApp::new();
    let (_, token) = operator(service(), Role::Auditor).await;
    let get = async |path: &str| ask(&app, ("GET", path), &token, None).await.ok();
    let info = get("/info").await;
    assert!(info.at("/models/0/license").is_string() && info.at("/thresholds/liveness/at_least").is_number());
    let metrics = get("/metrics").await;
    assert_eq!(metrics.at("/ready"), true);
    let names = metrics.at("/metrics");
    assert!(names.as_array().expect("metrics").iter().any(|row| row["name"] == "faceward_slots_limit"));
    assert_eq!(get(&format!("/apps/{}/challenges", app.id)).await.at("/open"), 0);
    assert!(get("/signing-keys").await.at("/keys").is_array());
    assert!(get("/settings").await.at("/settings").is_array());
}

#[tokio::test]
async fn where_the_administration_listens_alone_nobody_else_finds_it() {
    let settings = HttpSettings { admin_listen: Some("127.0.0.1:1".to_owned()), ..HttpSettings::default() };
    let app = TestApp::with(settings);
    let (_, token) = operator(service(), Role::Owner).await;
    ask(&app, ("GET", "/apps"), &token, None).await.assert_error(404, "not_found", "elsewhere");
    app.get("/v1/info").await.ok();
}

#[tokio::test]
async fn an_operator_plays_a_challenge_of_an_app() {
    let app = TestApp::new();
    let (_, token) = operator(service(), Role::Operator).await;
    let there = format!("/apps/{}/challenges", app.id);
    let body = json!({ "steps": 2, "movements": ["left", "right"] });
    let made = ask(&app, ("POST", &there), &token, Some(&body)).await.ok();
    assert_eq!((made.at("/movements/0"), made.at("/frames/least_per_step")), ("front".into(), 2.into()));
    assert_eq!(ask(&app, ("GET", &there), &token, None).await.ok().at("/open"), 1);
    let answer = async |app_id: &str| {
        let photo = obama();
        let form = ["step_1", "step_1", "step_2", "step_2"];
        let form = form.into_iter().fold(Form::new(), |form, step| form.file(step, &photo));
        let id = made.at("/challenge_id").as_str().expect("an id").to_owned();
        let mut request = form.request("POST", &format!("/admin/v1/apps/{app_id}/challenges/{id}/answer"));
        let bearer = format!("Bearer {token}").parse().expect("a header");
        request.headers_mut().insert("authorization", bearer);
        app.send_anonymous(request).await
    };
    answer(&TestApp::new().id).await.assert_error(403, "challenge_foreign", "another app's");
    let verdict = answer(&app.id).await.ok();
    assert_eq!(verdict.at("/passed"), false);
    let reasons = verdict.at("/reasons");
    for reason in ["movement_not_shown", "duplicate_frames"] {
        assert!(reasons.as_array().is_some_and(|found| found.contains(&reason.into())), "{reasons}");
    }
    answer(&app.id).await.assert_error(409, "challenge_replayed", "again");
    let nobodys = json!({ "subject": "nobody" });
    let refused = ask(&app, ("POST", &there), &token, Some(&nobodys)).await;
    refused.assert_error(404, "subject_not_found", "nobody is enrolled under that id");
}
