//! One server in a folder and a network of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fs_err as fs;
use tempfile::TempDir;

use super::door::Door;
use super::install::programs;
use crate::fail::{give_up, must};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);
const KEEPER: &str = include_str!("keeper.py");
const CONFIGURATION: &str = include_str!("milvus.yaml");
/// Where the library of Milvus looks for how to log; without the file it does not start.
const LOGGING: &str = "--logtostderr=true\n--minloglevel=2\n";

/// A server.
pub struct MilvusServer {
    folder: PathBuf,
    programs: PathBuf,
    door: Door,
    settings: Vec<(String, String)>,
    running: Mutex<Option<Running>>,
    // Of a server that tests stop; that of the other is removed by its keeper.
    _owned: Option<TempDir>,
}

struct Running {
    keeper: Child,
    input: ChildStdin,
}

impl MilvusServer {
    /// One that ends with the process.
    pub(super) fn start() -> Self {
        Self::start_in(new_folder().keep(), None, &[])
    }

    /// One that can be stopped and started again.
    ///
    /// # Panics
    /// It cannot be fetched or does not start.
    #[must_use]
    pub fn of_its_own() -> Self {
        Self::with(&[])
    }

    /// The same with settings of Milvus that are not the usual ones: `("common.security.authorizationEnabled", "true")`.
    ///
    /// # Panics
    /// It cannot be fetched or does not start.
    #[must_use]
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let owned = new_folder();
        Self::start_in(owned.path().to_owned(), Some(owned), settings)
    }

    fn start_in(folder: PathBuf, owned: Option<TempDir>, settings: &[(&str, &str)]) -> Self {
        let configs = folder.join("configs");
        must(fs::create_dir(&configs));
        let configuration = CONFIGURATION.replace("FOLDER", &folder.display().to_string());
        must(fs::write(configs.join("milvus.yaml"), configuration));
        must(fs::write(configs.join("glog.conf"), LOGGING));
        let door = Door::to(folder.join("door"));
        // Milvus takes settings from its environment by these names.
        let named = |(key, value): &(&str, &str)| (key.replace('.', "_").to_uppercase(), (*value).to_owned());
        let settings = settings.iter().map(named).collect();
        let server =
            Self { folder, programs: programs(), door, settings, running: Mutex::default(), _owned: owned };
        server.resume();
        server
    }

    /// Starts it again after [`MilvusServer::stop`], and waits until it answers.
    ///
    /// # Panics
    /// It does not start.
    pub fn resume(&self) {
        let ready = self.folder.join("ready");
        for left in [&ready, &self.folder.join("door")] {
            remove(left);
        }
        let mut keeper = Command::new("sh");
        let removing = if self._owned.is_some() { "" } else { "; rm -rf \"$3\"" };
        keeper.args(["-c", &format!("unshare -rn python3 -c \"$1\" \"$2\" \"$3\"{removing}"), "keeper"]);
        keeper.arg(KEEPER).arg(&self.programs).arg(&self.folder).current_dir("/").stdin(Stdio::piped());
        keeper.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let mut keeper = must(keeper.spawn());
        let Some(input) = keeper.stdin.take() else { give_up("the keeper has no input") };
        let deadline = Instant::now() + PATIENCE;
        while !ready.exists() {
            if Instant::now() > deadline || must(keeper.try_wait()).is_some() {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let end: String = log.chars().skip(log.chars().count().saturating_sub(2_000)).collect();
                give_up(&format!("Milvus does not start in a network of its own (unshare -rn): {end}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        *self.lock() = Some(Running { keeper, input });
    }

    /// Kills it, as a crash does, and waits until it is gone.
    ///
    /// # Panics
    /// It does not end.
    pub fn stop(&self) {
        let Some(Running { mut keeper, input }) = self.lock().take() else { return };
        drop(input);
        must(keeper.wait());
    }

    /// How to reach it: `milvus://HOST:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("milvus://{}", self.door.address())
    }

    /// Takes connections and bytes from now on and passes nothing on, or everything again, with what was held back.
    pub fn be_silent(&self, silent: bool) {
        self.door.be_silent(silent);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MilvusServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A short path: that of a socket has some hundred bytes.
fn new_folder() -> TempDir {
    must(tempfile::Builder::new().prefix("fwmv").tempdir())
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        crate::fail::fail(&error);
    }
}
