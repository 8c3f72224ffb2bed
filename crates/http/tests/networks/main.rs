//! What each answer costs: the networks that run for it, with counts, as the server's own metrics tell them.
//!
//! One test in a process of its own: metrics are the process's.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use faceward_embedded::Embedded;
use faceward_engine::image::Limits;
use faceward_engine::{Engine, EngineOptions, PrecisionChoice};
use faceward_http::{AppState, HttpSettings, Metrics, router};
use faceward_inference::RuntimeKind;
use faceward_models::calibration::projection::projection;
use faceward_service::apps::NewApp;
use faceward_service::{Service, Settings};
use serde_json::{Value, json};
use tower::ServiceExt;

type Counts = BTreeMap<String, u64>;

/// A server, and an app that may use it.
struct Server {
    router: Router,
    id: String,
    key: String,
}

impl Server {
    async fn start(folder: &std::path::Path) -> Self {
        let options = EngineOptions {
            runtime: RuntimeKind::OpenVino,
            precision: PrecisionChoice::F32,
            limits: Limits::default(),
            disabled: Vec::new(),
        };
        let engine = Engine::load(faceward_testkit::store(), &options).expect("the models load");
        let mut settings = Settings::default();
        settings.compute.workers = NonZeroUsize::MIN;
        let metrics = Metrics::install().expect("no other recorder");
        let embedded = Embedded::open_comparing(folder, Some(Arc::clone(projection())), &|_| {})
            .expect("the folder opens");
        let service = Service::start(engine, embedded, settings).expect("the service starts");
        let new = NewApp { name: "tests".to_owned(), ..NewApp::default() };
        let app = service.apps().create(new).await.expect("a new app");
        let (id, key) = (app.id.to_string(), app.key.reveal().to_owned());
        Self { router: router(AppState::new(service, HttpSettings::default(), metrics)), id, key }
    }

    async fn send(&self, request: Request<Body>) -> String {
        let path = request.uri().to_string();
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
        let text = String::from_utf8(body.to_vec()).expect("text");
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    fn request(&self, path: &str, content_type: &str, body: Vec<u8>) -> Request<Body> {
        let request = Request::post(path).header("content-type", content_type);
        let request = request.header("APP-ID", &self.id).header("APP-KEY", &self.key);
        request.body(Body::from(body)).expect("a request")
    }

    /// A form of photos, and of ids, which are short.
    async fn form(&self, path: &str, parts: &[(&str, &[u8])]) -> String {
        let mut body = Vec::new();
        for (name, value) in parts {
            let file = if value.len() < 99 { "" } else { "; filename=\"f\"" };
            let head = format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xx--\r\n");
        self.send(self.request(path, "multipart/form-data; boundary=xx", body)).await
    }

    /// JSON to the Riset.ai API; its failures have a status of their own.
    async fn riset(&self, path: &str, json: &Value) {
        let form = format!("client_id={}&password={}", self.id, self.key).into_bytes();
        let token = self.request("/oauth/client/token", "application/x-www-form-urlencoded", form);
        let token: Value = serde_json::from_str(&self.send(token).await).expect("JSON");
        let mut request = self.request(path, "application/json", json.to_string().into_bytes());
        let token = token["access_token"].as_str().expect("a token").parse().expect("a header");
        request.headers_mut().insert("accesstoken", token);
        let answer: Value = serde_json::from_str(&self.send(request).await).expect("JSON");
        assert_eq!(answer["status"], "200", "{path}: {answer}");
    }

    /// Runs of each network so far, without the detector's.
    async fn counts(&self) -> Counts {
        let request = Request::get("/metrics").body(Body::empty()).expect("a request");
        let text = self.send(request).await;
        let lines = text.lines().filter_map(|line| line.strip_prefix("faceward_network_runs_total{model=\""));
        let counts = lines.map(|line| {
            let (model, count) = line.split_once("\"} ").expect("a label and a count");
            (model.to_owned(), count.parse().expect("a count"))
        });
        counts.filter(|(model, _)| model != "yunet-2023mar").collect()
    }
}

/// What ran between two counts.
fn between(before: &Counts, after: &Counts) -> Counts {
    let ran = after.iter().map(|(model, count)| (model.clone(), count - before.get(model).unwrap_or(&0)));
    ran.filter(|(_, count)| *count > 0).collect()
}

const MESH: &[(&str, u64)] = &[("face-mesh-478", 1)];
/// As it stands, and as a mirror image; only of what was photographed.
const TEMPLATE: &[(&str, u64)] =
    &[("face-mesh-478", 1), ("sface-2021dec", 2), ("fr-feature", 2), ("photograph-1", 1)];
const PHOTOGRAPH: &[(&str, u64)] = &[("photograph-1", 1)];
const LIVENESS: &[(&str, u64)] = &[("fr-liveness", 1), ("minifasnet-2.7", 1), ("faceward-liveness-1", 1)];
const DEEPFAKE: &[(&str, u64)] =
    &[("faceward-deepfake-1", 2), ("faceward-swap-1", 2), ("faceward-deepfake-2", 1)];
const COVERINGS: &[(&str, u64)] = &[("face-attributes-1", 1)];
const EYES: &[(&str, u64)] = &[("eye-state-1", 2)];
const MOUTH: &[(&str, u64)] = &[("mouth-state-1", 1)];
/// Quality and demography beside the mesh and the recognition networks.
const DESCRIPTION: &[(&str, u64)] = &[
    ("eye-state-1", 2),
    ("face-attributes-1", 1),
    ("embedding-attributes-1", 1),
    ("face-blendshapes", 1),
    ("gender-v1", 1),
    ("flare-1", 1),
];
/// The same where nothing is kept: one look.
const RECOGNITION: &[(&str, u64)] = &[("face-mesh-478", 1), ("sface-2021dec", 1), ("fr-feature", 1)];
/// A face to be compared, not kept.
const PROBE: &[(&str, u64)] =
    &[("face-mesh-478", 1), ("sface-2021dec", 1), ("fr-feature", 1), ("photograph-1", 1)];

/// The sum of `parts`, `times` times.
fn sum(parts: &[&[(&str, u64)]], times: u64) -> Counts {
    let mut counts = Counts::new();
    for (model, count) in parts.iter().copied().flatten() {
        *counts.entry((*model).to_owned()).or_default() += count * times;
    }
    counts
}

#[tokio::test]
async fn an_answer_runs_the_networks_of_what_it_says_and_no_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = &Server::start(folder.path()).await;
    let obama = faceward_testkit::photo("obama.jpg");
    let photo: &[(&str, &[u8])] = &[("photo", &obama)];
    let reference: &[(&str, &[u8])] = &[("photo", &obama), ("templateId", b"a")];
    let probe: &[(&str, &[u8])] = &[("photo", &obama), ("template_id", b"a")];
    let pair: &[(&str, &[u8])] = &[("first_photo", &obama), ("second_photo", &obama)];
    let rows = [
        ("/api/v1.0/liveness", photo, sum(&[RECOGNITION, DESCRIPTION, PHOTOGRAPH, LIVENESS], 1)),
        ("/api/v1.0/deepfake", photo, sum(&[RECOGNITION, DESCRIPTION, PHOTOGRAPH, DEEPFAKE], 1)),
        ("/api/v1.0/add", reference, sum(&[TEMPLATE, DESCRIPTION], 1)),
        ("/api/v1.0/identify", photo, sum(&[PROBE, DESCRIPTION], 1)),
        ("/api/v1.0/verify?check_liveness=true", pair, sum(&[PROBE, DESCRIPTION, LIVENESS], 2)),
        ("/v1/verify", probe, sum(&[PROBE, DESCRIPTION, MOUTH], 1)),
        ("/v1/analyze", photo, sum(&[RECOGNITION, DESCRIPTION, PHOTOGRAPH, MOUTH, LIVENESS, DEEPFAKE], 1)),
        ("/v1/analyze?outputs=pose,dense_landmarks", photo, sum(&[MESH], 1)),
    ];
    for (path, parts, expected) in rows {
        let before = server.counts().await;
        server.form(path, parts).await;
        assert_eq!(between(&before, &server.counts().await), expected, "{path}");
    }
    challenge(server, &obama).await;
    riset(server, &BASE64_STANDARD.encode(&obama)).await;
}

/// Each frame: who it is, that it lives, and what was asked for.
async fn challenge(server: &Server, photo: &[u8]) {
    for (movements, about) in
        [(["left", "up"], &[][..]), (["eyes_closed", "mouth_open"], &[EYES, MOUTH, COVERINGS])]
    {
        let body = json!({ "steps": 3, "movements": movements }).to_string().into_bytes();
        let made = server.send(server.request("/v1/challenges", "application/json", body)).await;
        let made: Value = serde_json::from_str(&made).expect("JSON");
        let path = format!("/v1/challenges/{}/answer", made["challenge_id"].as_str().expect("an id"));
        let frames = ["step_1", "step_1", "step_2", "step_2", "step_3", "step_3"].map(|step| (step, photo));
        let before = server.counts().await;
        server.form(&path, &frames).await;
        let expected = sum(&[&[PROBE, LIVENESS][..], about].concat(), 6);
        assert_eq!(between(&before, &server.counts().await), expected, "{movements:?}");
    }
}

async fn riset(server: &Server, image: &str) {
    server.riset("/face-api/facegallery/create-facegallery", &json!({ "facegallery_id": "g" })).await;
    let whom = json!({ "facegallery_id": "g", "user_id": "u", "user_name": "u", "image": image });
    let compared = json!({ "source_image": image, "target_image": image });
    let frames = json!({ "images": [image, image], "face_parameters": ["face left", "eyes open"] });
    let known = json!({
        "images": [image], "face_parameters": ["mouth open"], "spoof_detection": "false",
        "facegallery_id": "g", "user_id": "u",
    });
    let one = |parameter| json!({ "batch": [{ "image": image, "face_parameter": parameter, "spoof_detection": "false" }] });
    let frame: &[&[(&str, u64)]] = &[MESH, EYES, MOUTH, COVERINGS];
    let (single, batch) = ("/liveness-api/verify-face-liveness", "/liveness-api/batch-verify-face-liveness");
    let rows = [
        ("/face-api/facegallery/enroll-face", whom.clone(), sum(&[TEMPLATE, COVERINGS], 1)),
        ("/face-api/facegallery/verify-face", whom.clone(), sum(&[PROBE, COVERINGS], 1)),
        ("/face-api/facegallery/identify-face", whom, sum(&[PROBE, COVERINGS], 1)),
        ("/face-api/compare-images", compared, sum(&[PROBE, COVERINGS], 2)),
        (single, frames, sum(&[frame, &[LIVENESS, PHOTOGRAPH]].concat(), 2)),
        (single, known, sum(&[PROBE, EYES, MOUTH, COVERINGS], 1)),
        (batch, one("face left"), sum(&[MESH, COVERINGS], 1)),
        (batch, one("eyes closed"), sum(&[MESH, EYES, COVERINGS], 1)),
        (batch, one("mouth open"), sum(&[MESH, MOUTH, COVERINGS], 1)),
    ];
    for (path, call, expected) in rows {
        let before = server.counts().await;
        server.riset(path, &call).await;
        let about = call
            .get("face_parameters")
            .or(call.get("batch").and_then(|batch| batch[0].get("face_parameter")));
        assert_eq!(between(&before, &server.counts().await), expected, "{path} {about:?}");
    }
}
