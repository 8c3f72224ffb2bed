//! One server in a folder of its own, reached through a socket in it, or over TCP where a test asks for that.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fs_err as fs;
use tempfile::TempDir;

use super::install::installation;
use crate::fail::{give_up, must};

/// PostgreSQL refuses to run as root: this user and group, `nobody`, is on every system.
const NOBODY: u32 = 65_534;
/// How long a start may take: recovery after a crash on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the server until its standard input ends, which it does with the process that holds the other end; then stops it as
/// a crash would, and removes its data if nobody else will. Arguments: programs, folder, whether to remove.
const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=500 -c shared_buffers=64MB \
    >>"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
[ "$3" = keep ] || rm -rf "$2"
"#;

/// A server.
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    running: Mutex<Option<Running>>,
    // Of a server that tests stop; the other's keeper removes its folder.
    _owned: Option<TempDir>,
}

struct Running {
    keeper: Child,
    input: ChildStdin,
}

impl PostgresServer {
    /// One that ends with the process, and its data with it.
    pub(super) fn start() -> Self {
        // Its keeper removes it.
        let folder = new_folder().keep();
        Self::start_in(folder, None)
    }

    /// One that can be stopped and started again.
    ///
    /// # Panics
    /// It cannot be fetched or does not start.
    #[must_use]
    pub fn of_its_own() -> Self {
        let owned = new_folder();
        Self::start_in(owned.path().to_owned(), Some(owned))
    }

    fn start_in(folder: PathBuf, owned: Option<TempDir>) -> Self {
        let programs = installation().join("bin");
        let mut initdb = program(&programs, "initdb");
        initdb.arg("-D").arg(folder.join("data"));
        initdb.args(["-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        run(initdb);
        let server = Self { folder, programs, running: Mutex::default(), _owned: owned };
        server.resume();
        server
    }

    /// Starts it again after [`PostgresServer::stop`], and waits until it takes connections.
    ///
    /// # Panics
    /// It does not start.
    pub fn resume(&self) {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&self.programs).arg(&self.folder);
        keeper.arg(if self._owned.is_some() { "keep" } else { "remove" });
        unprivileged(&mut keeper);
        let mut keeper = must(keeper.current_dir("/").stdin(Stdio::piped()).spawn());
        let Some(input) = keeper.stdin.take() else { give_up("the keeper has no input") };
        *self.lock() = Some(Running { keeper, input });
        let status = self.folder.join("data").join("postmaster.pid");
        let deadline = Instant::now() + PATIENCE;
        while !fs::read_to_string(&status).is_ok_and(|text| text.contains("ready")) {
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                give_up(&format!("PostgreSQL does not start: {log}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it at once, as a crash does, and waits until it is gone.
    ///
    /// # Panics
    /// It does not end.
    pub fn stop(&self) {
        let Some(Running { mut keeper, input }) = self.lock().take() else { return };
        drop(input);
        must(keeper.wait());
        // A crash leaves it behind; the next start would be taken for ready by it.
        if let Err(error) = fs::remove_file(self.folder.join("data").join("postmaster.pid"))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            crate::fail::fail(&error);
        }
    }

    /// Creates an empty database.
    ///
    /// # Panics
    /// The server refuses.
    pub fn create_database(&self, name: &str) {
        self.run_sql("postgres", &format!("CREATE DATABASE {name} STRATEGY file_copy"));
    }

    /// Runs `sql` in `database` as its owner, and gives what it answers, unaligned.
    ///
    /// # Panics
    /// The server refuses.
    pub fn run_sql(&self, database: &str, sql: &str) -> String {
        let mut psql = program(&self.programs, "psql");
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "owner",
            "-d",
            database,
            "-c",
            sql,
        ]);
        psql.arg("-h").arg(&self.folder);
        run(psql)
    }

    /// How to reach `database` as its owner.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        self.address_as("owner", database)
    }

    /// How to reach `database` as `user`.
    #[must_use]
    pub fn address_as(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}@/{database}?host={}", self.folder.display())
    }

    /// The folder of its socket, and of its data below `data`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A short path: that of a socket has some hundred bytes.
fn new_folder() -> TempDir {
    let folder = must(tempfile::Builder::new().prefix("fwpg").tempdir());
    if is_root() {
        must(chown(folder.path(), Some(NOBODY), Some(NOBODY)));
    }
    folder
}

/// Whether this process runs as root.
pub(super) fn is_root() -> bool {
    // A new file belongs to whoever makes it.
    must(tempfile::tempfile().and_then(|file| file.metadata())).uid() == 0
}

fn unprivileged(command: &mut Command) {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

fn program(programs: &Path, name: &str) -> Command {
    let mut command = Command::new(programs.join(name));
    unprivileged(&mut command);
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn run(mut command: Command) -> String {
    let output = must(command.output());
    if !output.status.success() {
        give_up(&format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
