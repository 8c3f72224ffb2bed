//! A small manifest with archives made for the test, and clients under the test's control.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use faceward_models::{
    Clients, FetchError, FetchOptions, Manifest, Package, Progress, Selection, Sha256, Silent, Store,
};
use tempfile::TempDir;

pub(crate) const WHEEL: &str = "alpha-1.0-py3-none-any.whl";
pub(crate) const TARBALL: &str = "beta-2.0.tgz";

/// Two packages, three models: one in a wheel, one in a tarball, one in a zip archive inside the tarball.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) manifest: Arc<Manifest>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let supply = folder.path().join("supply");
        fs::create_dir(&supply).unwrap();
        let wheel = zip(&[("alpha/one.onnx", b"network one"), ("alpha/setup.py", b"never unpacked")]);
        let tarball = tar(&[
            ("package/readme", b"never unpacked"),
            ("package/two.onnx", b"network two"),
            ("package/bundle.task", &zip(&[("three.tflite", b"network three")])),
        ]);
        fs::write(supply.join(WHEEL), &wheel).unwrap();
        fs::write(supply.join(TARBALL), &tarball).unwrap();
        let manifest = Arc::new(Manifest::parse(&manifest_text(&wheel, &tarball)).unwrap());
        Self { folder, manifest }
    }

    /// The manifest, to be changed by the test.
    pub(crate) fn manifest_text(&self) -> String {
        let read = |name| fs::read(self.supply().join(name)).unwrap();
        manifest_text(&read(WHEEL), &read(TARBALL))
    }

    /// The folder that holds the world.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder with the genuine archives.
    pub(crate) fn supply(&self) -> PathBuf {
        self.path().join("supply")
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path().join("store")
    }

    pub(crate) fn store(&self, clients: impl Clients + 'static) -> Store {
        Store::with(self.root(), Arc::clone(&self.manifest), Arc::new(clients))
    }

    /// All three models.
    pub(crate) fn everything(&self) -> Selection {
        Selection::everything(&self.manifest)
    }

    /// Fetches everything with `clients`.
    pub(crate) fn fetch(&self, clients: impl Clients + 'static) -> Result<Store, FetchError> {
        let store = self.store(clients);
        store.ensure(&self.everything(), &FetchOptions::default(), &Silent)?;
        Ok(store)
    }

    /// Files of the store that hold a network.
    pub(crate) fn networks(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root().join("files")) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Copies archives from a folder, and counts.
#[derive(Clone)]
pub(crate) struct Copying {
    pub(crate) supply: PathBuf,
    pub(crate) downloads: Arc<AtomicUsize>,
}

impl Copying {
    pub(crate) fn from(supply: PathBuf) -> Self {
        Self { supply, downloads: Arc::default() }
    }

    pub(crate) fn count(&self) -> usize {
        self.downloads.load(Ordering::SeqCst)
    }
}

impl Clients for Copying {
    fn download(&self, package: &Package, into: &Path, _: &dyn Progress) -> Result<PathBuf, FetchError> {
        self.downloads.fetch_add(1, Ordering::SeqCst);
        let path = into.join(&package.archive);
        fs::copy(self.supply.join(&package.archive), &path)?;
        Ok(path)
    }
}

/// Stands for a network that must not be touched.
pub(crate) struct Untouchable;

impl Clients for Untouchable {
    fn download(&self, package: &Package, _: &Path, _: &dyn Progress) -> Result<PathBuf, FetchError> {
        panic!("the network was touched for {}", package.name);
    }
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(gzip);
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *bytes).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn member(path: &str, inner: Option<&str>, name: &str, bytes: &[u8]) -> String {
    let inner = inner.map(|inner| format!("inner = '{inner}', ")).unwrap_or_default();
    format!(
        "{{ path = '{path}', {inner}name = '{name}', sha256 = '{}', bytes = {} }}",
        Sha256::of(bytes),
        bytes.len()
    )
}

fn model(id: &str, runtime: &str, file: &str) -> String {
    format!(
        "[[model]]\nid = '{id}'\ntask = 'detection'\nfamily = 'none'\nlicense = 'MIT'\norigin = 'a test'\n\
         accuracy = 'none'\nfiles = {{ {runtime} = '{file}' }}\ninputs = []\noutputs = []\n"
    )
}

fn manifest_text(wheel: &[u8], tarball: &[u8]) -> String {
    let one = member("alpha/one.onnx", None, "one.onnx", b"network one");
    let two = member("package/two.onnx", None, "two.onnx", b"network two");
    let three = member("package/bundle.task", Some("three.tflite"), "three.tflite", b"network three");
    let models = [
        model("one", "openvino", "one.onnx"),
        model("two", "onnxruntime", "two.onnx"),
        model("three", "openvino", "three.tflite"),
    ];
    format!(
        "[[package]]\nregistry = 'pypi'\nname = 'alpha'\nversion = '1.0'\narchive = '{WHEEL}'\n\
         sha256 = '{}'\nbytes = {}\nplatform_tag = 'manylinux_2_28_x86_64'\nmember = [{one}]\n\
         [[package]]\nregistry = 'npm'\nname = 'beta'\nversion = '2.0'\narchive = '{TARBALL}'\n\
         sha256 = '{}'\nbytes = {}\nmember = [{two}, {three}]\n{}",
        Sha256::of(wheel),
        wheel.len(),
        Sha256::of(tarball),
        tarball.len(),
        models.concat(),
    )
}
