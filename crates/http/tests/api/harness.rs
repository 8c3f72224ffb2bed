//! Sends requests to the router in process, and reads answers.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use faceward_embedded::Embedded;
use faceward_engine::image::Limits;
use faceward_engine::{Engine, EngineOptions, PrecisionChoice};
use faceward_http::{AppState, HttpSettings, Metrics, router};
use faceward_inference::RuntimeKind;
use faceward_models::calibration::projection::projection;
use faceward_service::apps::NewApp;
use faceward_service::{Service, Settings, Stores};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::logs::log;

const BOUNDARY: &str = "----faceward-tests-4b1d0c7e";

/// The models, loaded once for all services of this process.
fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine_without(&[])).clone()
}

/// An engine that has all models but `disabled`.
fn engine_without(disabled: &[&str]) -> Engine {
    let (runtime, limits) = (RuntimeKind::OpenVino, Limits::default());
    let disabled = disabled.iter().map(|id| (*id).to_owned()).collect();
    let options = EngineOptions { runtime, precision: PrecisionChoice::F32, limits, disabled };
    Engine::load(faceward_testkit::store(), &options).expect("the models load")
}

/// A service on an empty gallery, which lives as long as the folder.
fn start(settings: Settings) -> (Service, TempDir) {
    start_on(engine(), settings)
}

fn start_on(engine: Engine, settings: Settings) -> (Service, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let embedded = Embedded::open_comparing(folder.path(), Some(Arc::clone(projection())), &|_| {})
        .expect("the folder opens");
    (Service::start(engine, embedded, settings).expect("the service starts"), folder)
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.compute.workers = NonZeroUsize::MIN.saturating_add(1);
    // However slow the machine and however many tests ask at once: nobody is refused for the wait.
    settings.compute.wait = Duration::from_secs(3600);
    settings
}

/// The service that tests share. Its galleries are told apart by app, as tenants are; its slots are not: who takes
/// them all starts a service of its own, see [`TestApp::alone`].
pub(crate) fn service() -> &'static Service {
    static SERVICE: OnceLock<(Service, TempDir)> = OnceLock::new();
    &SERVICE.get_or_init(|| start(settings())).0
}

/// Waits for something short, also where a runtime drives this thread.
fn finished<T: Send>(what: impl Future<Output = T> + Send) -> T {
    let wait = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(what)
    };
    std::thread::scope(|scope| scope.spawn(wait).join()).expect("no panic")
}

fn metrics() -> Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| Metrics::install().expect("no other recorder")).clone()
}

/// A router, and an app that may use it.
#[derive(Clone)]
pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) id: String,
    pub(crate) key: String,
}

impl TestApp {
    /// An app without templates behind the default limits.
    pub(crate) fn new() -> Self {
        Self::with(HttpSettings::default())
    }

    /// The same behind other limits.
    pub(crate) fn with(settings: HttpSettings) -> Self {
        Self::on(service(), settings)
    }

    /// One behind a service that nobody else uses, with so many slots.
    pub(crate) fn alone(n_slots: usize) -> (Self, Service, TempDir) {
        let mut settings = settings();
        settings.compute.max_requests = NonZeroUsize::new(n_slots).expect("a slot");
        let (service, folder) = start(settings);
        (Self::on(&service, HttpSettings::default()), service, folder)
    }

    /// One whose server lacks the models `disabled`.
    pub(crate) fn without(disabled: &[&str]) -> (Self, TempDir) {
        let (app, _service, folder) = Self::served_without(disabled);
        (app, folder)
    }

    /// The same with its service.
    pub(crate) fn served_without(disabled: &[&str]) -> (Self, Service, TempDir) {
        let (service, folder) = start_on(engine_without(disabled), settings());
        (Self::on(&service, HttpSettings::default()), service, folder)
    }

    /// One whose service keeps everything in `stores`.
    pub(crate) fn on_stores(stores: Stores) -> Self {
        let service = Service::start(engine(), stores, settings()).expect("the service starts");
        Self::on(&service, HttpSettings::default())
    }

    fn on(service: &Service, settings: HttpSettings) -> Self {
        log();
        let app = NewApp { name: "tests".to_owned(), ..NewApp::default() };
        let credentials = finished(service.apps().create(app)).expect("a new app");
        let router = router(AppState::new(service.clone(), settings, metrics()));
        Self { router, id: credentials.id.to_string(), key: credentials.key.reveal().to_owned() }
    }

    /// Sends `request` with the app's credentials.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.insert("APP-ID", self.id.parse().expect("a header"));
        headers.insert("APP-KEY", self.key.parse().expect("a header"));
        self.send_anonymous(request).await
    }

    /// Sends `request` as it is.
    pub(crate) async fn send_anonymous(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
        let text = String::from_utf8(body.to_vec()).expect("text");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Posts `form` to `path`.
    pub(crate) async fn post(&self, path: &str, form: &Form) -> Answer {
        self.send(form.request("POST", path)).await
    }

    /// A new access token of the app.
    pub(crate) async fn token(&self) -> String {
        self.ask_for_token().await.ok().at("/access_token").as_str().expect("a token").to_owned()
    }

    /// Asks for an access token of its app.
    pub(crate) async fn ask_for_token(&self) -> Answer {
        let body = format!("client_id={}&password={}", self.id, self.key);
        let request = Request::post("/oauth/client/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send_anonymous(request.expect("a request")).await
    }

    /// Sends `json` to `path` of the Riset.ai API with a new token.
    pub(crate) async fn riset(&self, method: &str, path: &str, json: &Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("accesstoken", self.token().await);
        let body = if json.is_null() { Body::empty() } else { Body::from(json.to_string()) };
        self.send_anonymous(request.body(body).expect("a request")).await
    }

    /// The same with a body that is written out.
    pub(crate) async fn riset_text(&self, method: &str, path: &str, json: String) -> Answer {
        let request = Request::builder().method(method).uri(path).header("accesstoken", self.token().await);
        self.send_anonymous(request.body(Body::from(json)).expect("a request")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    /// The value at the JSON pointer `at`.
    pub(crate) fn at(&self, at: &str) -> Value {
        self.json().pointer(at).cloned().unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self
    }

    /// Asserts a failed answer of the OOTO API.
    #[track_caller]
    pub(crate) fn assert_ooto_error(&self, status: u16, code: u16, what: &str) {
        assert_eq!(
            (self.status.as_u16(), self.at("/result/code")),
            (status, code.into()),
            "{what}: {}",
            self.text
        );
        crate::shape::assert_shape(&self.text, include_str!("../shapes/ooto-error.txt"));
        assert_eq!(self.at("/result/status"), "error", "{what}");
        assert_eq!(self.at("/transactionId"), self.header("x-request-id").expect("an id"), "{what}");
    }

    /// Asserts the status in the body of the Riset.ai API, sent with HTTP `http`.
    #[track_caller]
    pub(crate) fn riset_status(self, http: u16, status: &str, what: &str) -> Self {
        assert_eq!(
            (self.status.as_u16(), self.at("/status")),
            (http, status.into()),
            "{what}: {}",
            self.text
        );
        self
    }

    /// Asserts a failed answer of `/v1`.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str, what: &str) {
        assert_eq!(
            (self.status.as_u16(), self.at("/error/code")),
            (status, code.into()),
            "{what}: {}",
            self.text
        );
        assert_eq!(self.at("/transaction_id"), self.header("x-request-id").expect("an id"), "{what}");
    }
}

/// A multipart form in the making.
#[derive(Clone, Default)]
pub(crate) struct Form {
    body: Vec<u8>,
}

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A file as the documents' curl sends it: no extension, hence no type worth the name.
    pub(crate) fn file(self, name: &str, bytes: &[u8]) -> Self {
        let file_name = format!("; filename=\"{name}\"");
        self.part(name, &file_name, Some("application/octet-stream"), bytes)
    }

    pub(crate) fn file_of_type(self, name: &str, content_type: &str, bytes: &[u8]) -> Self {
        self.part(name, "; filename=\"f\"", Some(content_type), bytes)
    }

    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.part(name, "", None, text.as_bytes())
    }

    /// A part with this Content-Disposition.
    pub(crate) fn head(mut self, disposition: &str, bytes: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    pub(crate) fn part(mut self, name: &str, more: &str, content_type: Option<&str>, bytes: &[u8]) -> Self {
        let content_type = content_type.map(|text| format!("Content-Type: {text}\r\n")).unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n{content_type}\r\n"
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The finished body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.body.as_slice(), format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
    }

    pub(crate) fn content_type() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Request<Body> {
        let request =
            Request::builder().method(method).uri(path).header("content-type", Self::content_type());
        request.body(Body::from(self.bytes())).expect("a request")
    }
}

/// A form with one photo.
pub(crate) fn photo_form(bytes: &[u8]) -> Form {
    Form::new().file("photo", bytes)
}

/// A form with two.
pub(crate) fn pair_form(first: &[u8], second: &[u8]) -> Form {
    Form::new().file("first_photo", first).file("second_photo", second)
}
