//! What stands between a server and its database in tests, and can fall silent: it takes connections and bytes as before, and
//! passes nothing on.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

use super::PostgresServer;
use crate::fail::must;

/// The name that the port 5432 has in a folder of sockets.
const SOCKET: &str = ".s.PGSQL.5432";

/// A proxy before a database server.
pub struct PostgresProxy {
    folder: TempDir,
    silence: Arc<Silence>,
}

#[derive(Default)]
struct Silence {
    now: AtomicBool,
    /// Falls silent when these bytes come from a client, which it still passes on or not.
    at: Mutex<Option<(&'static [u8], bool)>>,
}

impl PostgresProxy {
    /// Stands before `server`.
    ///
    /// # Panics
    /// There is no socket to be had.
    #[must_use]
    pub fn before(server: &PostgresServer) -> Self {
        let folder = must(tempfile::Builder::new().prefix("fwpx").tempdir());
        let listener = must(UnixListener::bind(folder.path().join(SOCKET)));
        let (behind, silence) = (server.folder().join(SOCKET), Arc::<Silence>::default());
        let told = Arc::clone(&silence);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                pass_on(&must(client), &behind, &told);
            }
        });
        Self { folder, silence }
    }

    /// How to reach `database` through it, as the owner of everything.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        format!("postgresql://owner@/{database}?host={}", self.folder.path().display())
    }

    /// Passes nothing on from now on, or everything again, with what was held back.
    pub fn be_silent(&self, silent: bool) {
        self.silence.now.store(silent, Ordering::SeqCst);
    }

    /// Falls silent as soon as a client sends `bytes`, which still reach the database if `passed_on`.
    pub fn be_silent_at(&self, bytes: &'static [u8], passed_on: bool) {
        *self.silence.at.lock().unwrap_or_else(PoisonError::into_inner) = Some((bytes, passed_on));
    }
}

/// Passes on between a client and the server, on two threads that end with the connection.
fn pass_on(client: &UnixStream, behind: &PathBuf, silence: &Arc<Silence>) {
    // A server that is away: the client's connection ends.
    let Ok(server) = UnixStream::connect(behind) else { return };
    for (from, to, from_client) in [(client, &server, true), (&server, client, false)] {
        let (mut from, mut to) = (must(from.try_clone()), must(to.try_clone()));
        let silence = Arc::clone(silence);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                silence.hold_back(&buffer[..length], from_client);
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            // Ended already, most likely.
            drop(to.shutdown(std::net::Shutdown::Both));
            drop(from.shutdown(std::net::Shutdown::Both));
        });
    }
}

impl Silence {
    /// Waits for as long as nothing is passed on.
    fn hold_back(&self, bytes: &[u8], from_client: bool) {
        let passed_on = from_client && self.falls_at(bytes);
        while self.now.load(Ordering::SeqCst) && !passed_on {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Falls silent if these are the bytes. Whether they are passed on nevertheless.
    fn falls_at(&self, bytes: &[u8]) -> bool {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((wanted, passed_on)) = *at else { return false };
        if !bytes.windows(wanted.len()).any(|window| window == wanted) {
            return false;
        }
        *at = None;
        self.now.store(true, Ordering::SeqCst);
        passed_on
    }
}
