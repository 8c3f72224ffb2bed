//! One engine for all tests; a service of its own, on an empty gallery, for each.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use faceward_core::{AppId, TemplateId};
use faceward_embedded::Embedded;
use faceward_engine::image::Limits;
use faceward_engine::{Engine, EngineOptions, PrecisionChoice};
use faceward_inference::RuntimeKind;
use faceward_models::calibration::projection::projection;
use faceward_service::apps::NewApp;
use faceward_service::{
    EnrollRequest, Enrollment, FaceOptions, Identification, IdentifyRequest, Photo, Service, ServiceError,
    Settings, Stores, Verification, VerifyRequest,
};
use tempfile::TempDir;

/// Two portraits of one person and one of another.
pub(crate) const OBAMA: &str = "obama.jpg";
pub(crate) const OBAMA_AGAIN: &str = "obama2.jpg";
pub(crate) const BIDEN: &str = "biden.jpg";

/// One is enough where nothing is about several, and every worker compiles all networks anew.
const WORKERS: NonZeroUsize = NonZeroUsize::MIN;

/// Compiled once for all tests.
fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine_without(&[])).clone()
}

/// An engine that lacks the models `disabled`.
pub(crate) fn engine_without(disabled: &[&str]) -> Engine {
    let options = EngineOptions {
        runtime: RuntimeKind::OpenVino,
        precision: PrecisionChoice::F32,
        limits: Limits::default(),
        disabled: disabled.iter().map(|&id| id.to_owned()).collect(),
    };
    Engine::load(faceward_testkit::store(), &options).expect("the models load")
}

/// A service and the folder that its gallery lives in.
pub(crate) struct Fixture {
    pub(crate) service: Service,
    pub(crate) app: AppId,
    pub(crate) folder: TempDir,
}

/// A service on an empty gallery, with one app.
pub(crate) fn service() -> Fixture {
    service_with(settings())
}

/// The same with other settings.
pub(crate) fn service_with(settings: Settings) -> Fixture {
    service_on(engine(), settings)
}

/// The same on another engine.
pub(crate) fn service_on(engine: Engine, settings: Settings) -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let service = start_on(engine, &folder, settings);
    let app = new_app(&service, "tests");
    Fixture { service, app, folder }
}

/// Default settings for one compute thread.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.compute.workers = WORKERS;
    // However slow the machine: nobody is refused for the wait.
    settings.compute.wait = Duration::from_secs(3600);
    settings
}

/// A service on the gallery in `folder`.
pub(crate) fn start(folder: &TempDir, settings: Settings) -> Service {
    start_on(engine(), folder, settings)
}

fn start_on(engine: Engine, folder: &TempDir, settings: Settings) -> Service {
    Service::start(engine, stores_in(folder), settings).expect("the service starts")
}

/// What lies in `folder`, which nobody else has open.
pub(crate) fn stores_in(folder: &TempDir) -> Stores {
    Embedded::open_comparing(folder.path(), Some(Arc::clone(projection())), &|_| {})
        .expect("the folder opens")
        .into()
}

/// A service over these stores.
pub(crate) fn start_over(stores: Stores) -> Service {
    Service::start(engine(), stores, settings()).expect("the service starts")
}

pub(crate) fn new_app(service: &Service, name: &str) -> AppId {
    let new = NewApp { name: name.to_owned(), ..NewApp::default() };
    // Asked by tests inside and outside of a runtime.
    let create = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(service.apps().create(new)).expect("a new app").id
    };
    std::thread::scope(|scope| scope.spawn(create).join()).expect("no panic")
}

/// A photo of the test kit.
pub(crate) fn photo(name: &str) -> Photo {
    Photo::from(Bytes::from(faceward_testkit::photo(name)))
}

pub(crate) fn template(id: &str) -> TemplateId {
    TemplateId::parse(id).expect("an id")
}

pub(crate) fn enroll_request(photo: Photo, id: Option<&str>) -> EnrollRequest {
    let template = id.map(template);
    EnrollRequest {
        photo,
        template,
        gallery: None,
        subject: None,
        name: None,
        min_side: None,
        force: false,
        expires_in: None,
        replace: false,
        options: FaceOptions::default(),
    }
}

pub(crate) fn identify_request(photo: Photo) -> IdentifyRequest {
    IdentifyRequest { photo, threshold: None, limit: None, galleries: None, options: FaceOptions::default() }
}

impl Fixture {
    pub(crate) async fn verify(&self, first: Photo, second: Photo) -> Result<Verification, ServiceError> {
        self.service.verify(VerifyRequest { first, second, options: FaceOptions::default() }).await
    }

    pub(crate) async fn enroll(&self, photo: Photo, id: &str) -> Result<Enrollment, ServiceError> {
        self.service.enroll(&self.app, enroll_request(photo, Some(id))).await
    }

    pub(crate) async fn identify(&self, photo: Photo) -> Identification {
        self.service.identify(&self.app, identify_request(photo)).await.expect("one face")
    }
}
