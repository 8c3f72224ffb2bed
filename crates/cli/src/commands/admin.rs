//! The doors to the administration that `faceward serve` opens besides the public one.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use faceward_http::{AppState, Listener, admin_router, serve};
use tokio::net::UnixListener;
use tokio::task::JoinHandle;

use super::serve::{Stop, listen};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote;

/// Doors that are open until the server stops.
pub(super) struct Doors {
    serving: Vec<JoinHandle<()>>,
    sockets: Vec<PathBuf>,
}

impl Doors {
    /// Waits until all are closed, and takes the sockets' files away.
    pub(super) async fn closed(self) {
        for serving in self.serving {
            if let Err(error) = serving.await {
                tracing::error!(%error, "a listener of the administration died");
            }
        }
        for socket in self.sockets {
            if let Err(error) = fs_err::remove_file(&socket) {
                tracing::debug!(%error, "a socket's file was gone already");
            }
        }
    }
}

/// Opens the socket in the data folder, if this process holds its lock, and what `admin.listen` names.
///
/// # Errors
/// `admin.listen` cannot be listened on.
pub(super) async fn open(context: &Context, state: &AppState, stop: &Stop) -> Result<Doors, Failure> {
    let mut doors = Doors { serving: Vec::new(), sockets: Vec::new() };
    let mut listeners: Vec<Listener> = Vec::new();
    // Beside a database commands need no server: they work on it themselves.
    if context.config.store.is_none() {
        let own = remote::socket_in(&context.config.data_dir);
        match bind(&own) {
            Ok(listener) => {
                listeners.push(listener.into());
                doors.sockets.push(own);
            }
            // A path of more than 107 bytes, most likely: the server can do without.
            Err(error) => {
                let socket = own.display();
                tracing::warn!(%error, %socket, "no socket in the data folder: commands beside this server need --server");
            }
        }
    }
    if let Some(place) = &context.config.http.admin_listen {
        if place.contains('/') {
            let path = PathBuf::from(place);
            let failed =
                |error| Failure::usage(format_args!("admin.listen: cannot listen on {place}: {error}"));
            listeners.push(bind(&path).map_err(failed)?.into());
            doors.sockets.push(path);
        } else {
            let listener = listen(place).await?;
            let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error))?;
            tracing::info!(%address, "the administration listens");
            listeners.push(listener.into());
        }
    }
    for listener in listeners {
        let (router, limits) = (admin_router(state.clone()), context.config.server.clone());
        let stop = stop.clone();
        doors.serving.push(tokio::spawn(serve(listener, router, limits, stop.told())));
    }
    Ok(doors)
}

/// A socket that its owner alone can open, in the place of one that nobody listens on.
fn bind(path: &Path) -> std::io::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(ErrorKind::AddrInUse.into());
    }
    match std::fs::symlink_metadata(path) {
        Ok(found) if std::os::unix::fs::FileTypeExt::is_socket(&found.file_type()) => {
            fs_err::remove_file(path)?;
        }
        // Whatever else is there is not ours to remove.
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(_) => {}
    }
    // Made under another name, so that nobody can come in before the permissions are set.
    let unfinished = path.with_extension("new");
    if unfinished.try_exists()? {
        fs_err::remove_file(&unfinished)?;
    }
    let listener = UnixListener::bind(&unfinished)?;
    fs_err::set_permissions(&unfinished, std::fs::Permissions::from_mode(0o600))?;
    fs_err::rename(&unfinished, path)?;
    Ok(listener)
}

/// How the first owner comes in. `public` is the server's own address.
pub(super) fn invitation(context: &Context, public: &str, secret: &str) -> String {
    let command = "faceward operator create YOUR-NAME --role owner --password-stdin";
    let base = match &context.config.http.admin_listen {
        None => public.to_owned(),
        Some(place) if !place.contains('/') => format!("http://{place}"),
        // No browser finds a socket.
        Some(_) => return format!("Nobody runs this server yet. On this machine: {command}"),
    };
    format!(
        "Nobody runs this server yet. Within ten minutes, and once, this page makes the first owner:\n  {base}/console/#first={secret}\nOr at any time on this machine: {command}"
    )
}
