//! Talking to a running server through its administration: over the socket in the data folder, or over the network.

mod form;
mod target;
#[cfg(test)]
mod tests;
mod tls;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio_rustls::TlsConnector;

use crate::context::{Context, Named};
use crate::exit::{Exit, Failure, Refused};
pub(crate) use form::Form;
pub(crate) use target::Target;
pub(crate) use tls::encryption;

/// The socket of a running server in its data folder.
pub(crate) const SOCKET: &str = "admin.sock";
/// Where the administration lives.
const PREFIX: &str = "/admin/v1";

/// A running server, and what one shows to be let in.
pub(crate) struct Remote {
    target: Target,
    encryption: Option<TlsConnector>,
    token: Option<String>,
    /// Whether everybody else goes first (RFC 9218).
    bulk: bool,
}

impl Remote {
    /// The server that was named, or else the one that uses the data folder; `None`: nobody does, or everything is kept in a
    /// database, which any number of processes use at once.
    ///
    /// # Errors
    /// The address is none; a token is missing.
    pub(crate) fn find(context: &Context) -> Result<Option<Self>, Failure> {
        if let Some(url) = &context.named.server {
            return Self::named(url, &context.named).map(Some);
        }
        if context.config.store.is_some() {
            return Ok(None);
        }
        let dir = &context.config.data_dir;
        let target = || Target::Socket(socket_in(dir));
        Ok(is_served(dir).then(|| Self { target: target(), encryption: None, token: None, bulk: false }))
    }

    /// The server at `url`.
    fn named(url: &str, Named { server: _, token, ca }: &Named) -> Result<Self, Failure> {
        let target = Target::parse("--server", url)?;
        if token.is_none() {
            return Err(Failure::usage(
                "--server needs the token of an operator: --operator-token or FACEWARD_OPERATOR_TOKEN",
            ));
        }
        if ca.is_some() && !target.is_encrypted() {
            return Err(Failure::usage("--ca is about the certificate of a server at https://"));
        }
        let encryption = target.is_encrypted().then(|| tls::encryption(ca.as_deref())).transpose()?;
        Ok(Self { target, encryption, token: token.clone(), bulk: false })
    }

    /// The same for work that is in no hurry.
    pub(crate) fn in_bulk(self) -> Self {
        Self { bulk: true, ..self }
    }

    /// Asks for `path` below the administration, with a JSON body if there is one.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let bytes = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, "application/json", bytes.into()).await
    }

    /// Posts a form to `path`.
    ///
    /// # Errors
    /// As [`Remote::ask`].
    pub(crate) async fn post(&self, path: &str, form: Form) -> Result<Value, Failure> {
        let (content_type, bytes) = form.finished();
        self.send(Method::POST, path, &content_type, bytes).await
    }

    /// Every row of the list `rows` at `path`, page by page.
    ///
    /// # Errors
    /// As [`Remote::ask`].
    pub(crate) async fn list(&self, path: &str, rows: &str) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let mut page = self.ask(Method::GET, &format!("{path}?limit=500{after}"), None).await?;
            if let Some(Value::Array(found)) = page.get_mut(rows).map(Value::take) {
                all.extend(found);
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={}", encoded(next)),
                None => return Ok(all),
            }
        }
    }

    /// The text at `path`.
    ///
    /// # Errors
    /// As [`Remote::ask`].
    pub(crate) async fn text(&self, path: &str) -> Result<String, Failure> {
        let (status, body) = self.exchange(Method::GET, path, "", Bytes::new()).await?;
        if !status.is_success() {
            return Err(refused(status, &serde_json::from_slice(&body).unwrap_or_default()));
        }
        String::from_utf8(body.into()).map_err(|error| self.unreachable(error))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<Value, Failure> {
        let (status, body) = self.exchange(method, path, content_type, body).await?;
        let value: Value = match body.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&body).map_err(|error| self.unreachable(error))?,
        };
        if status.is_success() { Ok(value) } else { Err(refused(status, &value)) }
    }

    /// One request on a connection of its own.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{PREFIX}{path}"))
            .header(HOST, self.target.host())
            .header(CONTENT_TYPE, content_type);
        if self.bulk {
            request = request.header("priority", "u=7");
        }
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::new(body)).map_err(|error| self.unreachable(error))?;
        let stream =
            self.target.connect(self.encryption.as_ref()).await.map_err(|error| self.unreachable(error))?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|error| self.unreachable(error))?;
        // It ends with the sender.
        tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(|error| self.unreachable(error))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| self.unreachable(error))?.to_bytes();
        Ok((status, body))
    }

    fn unreachable(&self, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
        let what = format!("cannot talk to the server at {}", self.target);
        Failure::new(Exit::Failed, anyhow::Error::new(error).context(what))
    }
}

/// What is in an answer.
pub(crate) trait Answer {
    /// The text called `name`.
    ///
    /// # Errors
    /// There is none: the server is of another version.
    fn text(&self, name: &str) -> Result<String, Failure>;
}

impl Answer for Value {
    fn text(&self, name: &str) -> Result<String, Failure> {
        let text = self[name].as_str().map(str::to_owned);
        text.ok_or_else(|| Failure::new(Exit::Failed, anyhow::anyhow!("the server's answer has no `{name}`")))
    }
}

/// Whether a server listens on the socket in the data folder. One that was killed leaves a file on which nobody does.
pub(crate) fn is_served(dir: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket_in(dir)).is_ok()
}

/// What the server says, with the exit code that the same refusal has without one.
fn refused(status: StatusCode, answer: &Value) -> Failure {
    let code = answer["error"]["code"].as_str().unwrap_or_default();
    let message = answer["error"]["message"].as_str().unwrap_or("no reason given");
    let exit = match (status, code) {
        (_, "check_unavailable") => Exit::ModelsMissing,
        (_, code) if code.starts_with("photo_") => Exit::PhotoRefused,
        (_, "no_face" | "several_faces" | "face_too_small" | "not_photographed" | "face_too_poor") => {
            Exit::PhotoRefused
        }
        (_, "rejected" | "check_undecided") => Exit::PhotoRefused,
        (_, "invalid_id" | "invalid_parameter" | "missing_parameter" | "malformed_body") => Exit::Usage,
        (status, _) if status.is_client_error() => Exit::DataRefused,
        (_, _) => Exit::Failed,
    };
    Failure::new(exit, Refused { code: code.to_owned(), message: message.to_owned() })
}

/// `text` as one piece of a path or query.
pub(crate) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Where the socket of the data folder `dir` lies.
pub(crate) fn socket_in(dir: &Path) -> PathBuf {
    dir.join(SOCKET)
}
