//! The way into a server's network: an address of this machine, which can fall silent.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::fail::must;

pub(super) struct Door {
    address: SocketAddr,
    silent: Arc<AtomicBool>,
}

impl Door {
    /// Leads to the socket at `behind`, whenever there is somebody.
    pub(super) fn to(behind: PathBuf) -> Self {
        let listener = must(TcpListener::bind("127.0.0.1:0"));
        let address = must(listener.local_addr());
        let silent = Arc::<AtomicBool>::default();
        let told = Arc::clone(&silent);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                // Nobody behind it: the client's connection ends.
                drop(client.and_then(|client| lead(&client, &behind, &told)));
            }
        });
        Self { address, silent }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn be_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }
}

/// Passes on between both, on two threads that end with the connection.
fn lead(client: &TcpStream, behind: &Path, silent: &Arc<AtomicBool>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = UnixStream::connect(behind)?;
    let (mut to_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let (mut client, mut server) = (client.try_clone()?, server);
    let (one, other) = (Arc::clone(silent), Arc::clone(silent));
    std::thread::spawn(move || {
        pass_on(&mut client, &mut to_server, &one);
        // Ended already, most likely.
        drop((client.shutdown(Shutdown::Both), to_server.shutdown(Shutdown::Both)));
    });
    std::thread::spawn(move || {
        pass_on(&mut server, &mut to_client, &other);
        drop((server.shutdown(Shutdown::Both), to_client.shutdown(Shutdown::Both)));
    });
    Ok(())
}

fn pass_on(from: &mut impl Read, to: &mut impl Write, silent: &AtomicBool) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        while silent.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}
