//! What a server listens on: a port, or a socket in the file system.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::connection::Connections;
use super::tls::Certificates;
use crate::client::Client;

/// Time for a client to agree on a key.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where connections come in.
pub enum Listener {
    /// Over the network.
    Tcp(TcpListener),
    /// Over the network and encrypted.
    Tls(TcpListener, Certificates),
    /// From processes of this machine that may open the socket's file: each of them acts as an owner.
    Unix(UnixListener),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(listener)
    }
}

/// A connection that came in.
pub(super) enum Accepted {
    Tcp(TcpStream, IpAddr),
    Tls(TcpStream, IpAddr, Certificates),
    Unix(UnixStream),
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok(Accepted::Tcp(stream, peer.ip()))
            }
            Self::Tls(listener, certificates) => {
                let (stream, peer) = listener.accept().await?;
                Ok(Accepted::Tls(stream, peer.ip(), certificates.clone()))
            }
            Self::Unix(listener) => Ok(Accepted::Unix(listener.accept().await?.0)),
        }
    }
}

impl Accepted {
    /// Serves the connection to its end.
    pub(super) async fn served_by(self, connections: &Connections, stopping: watch::Receiver<bool>) {
        match self {
            Self::Tcp(stream, address) => {
                set_nodelay(&stream);
                let client = Client::Network { address, secure: false };
                connections.serve(stream, client, stopping).await;
            }
            Self::Tls(stream, address, certificates) => {
                set_nodelay(&stream);
                let acceptor = TlsAcceptor::from(certificates.current());
                match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let client = Client::Network { address, secure: true };
                        connections.serve(stream, client, stopping).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_elapsed) => tracing::debug!("a TLS handshake took too long"),
                }
            }
            Self::Unix(stream) => connections.serve(stream, Client::Local, stopping).await,
        }
    }
}

fn set_nodelay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        // Slower, not wrong: the answer's last packet may wait for an acknowledgement.
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
}
