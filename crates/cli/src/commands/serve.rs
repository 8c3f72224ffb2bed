//! `faceward serve`: the HTTP server.

use std::io::ErrorKind;
use std::net::SocketAddr;

use clap::Args;
use faceward_core::AppId;
use faceward_http::{AppState, Metrics};
use faceward_service::Service;
use faceward_service::apps::{AppKey, Apps, NewApp};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Start the HTTP server
///
/// Fetches missing models first, once. On an empty data folder it creates an app and prints its credentials, once;
/// `FACEWARD_APP_ID` and `FACEWARD_APP_KEY` take over existing ones. Ends on SIGTERM or Ctrl-C, after answering what it has
/// accepted.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

impl Serve {
    /// The settings among the arguments.
    pub(crate) fn settings(&self) -> Vec<(&'static str, &'static str, String)> {
        self.listen.iter().map(|address| ("listen", "--listen", address.clone())).collect()
    }

    /// Serves until told to stop.
    #[expect(clippy::unused_self, reason = "its argument is a setting and has been read as one")]
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let given = GivenCredentials::read(context)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Exit::Failed, error))?;
        runtime.block_on(serve(context, given))?;
        Ok(Exit::Yes)
    }
}

async fn serve(context: &Context, given: Option<GivenCredentials>) -> Result<(), Failure> {
    // First of all, so that a taken port does not cost a fetch, and no second server touches the data folder.
    let listener = listen(context.config.listen).await?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error))?;
    let service = setup::service(&context.config, &context.environment)?;
    let credentials = first_app(&service, given)?;
    service.tokens().prepare()?;
    let metrics = Metrics::install().map_err(|error| Failure::new(Exit::Failed, error))?;
    let state = AppState::new(service.clone(), context.config.http.clone(), metrics);
    greet(address, credentials.as_ref())?;
    let stop = stop_signal()?;
    let router = faceward_http::router(state);
    faceward_http::serve(listener, router, context.config.server.clone(), stop).await;
    service.shutdown().await;
    tracing::info!("stopped");
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            return Failure::usage(format_args!(
                "{address} is in use by another program; choose another one with --listen"
            ));
        }
        Failure::usage(format_args!("cannot listen on {address}: {error}"))
    })
}

/// `FACEWARD_APP_ID` and `FACEWARD_APP_KEY`.
struct GivenCredentials {
    id: AppId,
    key: AppKey,
    /// The key as presented, to ask whether it is known already.
    presented: String,
}

impl GivenCredentials {
    fn read(context: &Context) -> Result<Option<Self>, Failure> {
        let variable = |name| context.environment.get(name).map(str::to_owned);
        let (id, presented) = match (variable("FACEWARD_APP_ID"), variable("FACEWARD_APP_KEY")) {
            (None, None) => return Ok(None),
            (Some(id), Some(key)) => (id, key),
            (Some(_), None) | (None, Some(_)) => {
                return Err(Failure::usage("FACEWARD_APP_ID and FACEWARD_APP_KEY belong together: set both"));
            }
        };
        let id = id.trim().parse().map_err(|_| Failure::usage("FACEWARD_APP_ID is no UUID"))?;
        let key = AppKey::parse(presented.clone())
            .map_err(|error| Failure::usage(format_args!("FACEWARD_APP_KEY: {error}")))?;
        Ok(Some(Self { id: AppId(id), key, presented }))
    }
}

/// What a newcomer needs for the first request.
struct FirstApp {
    id: String,
    key: String,
}

/// Creates the given app, or a random one on an empty data folder. `Some` only where a key was made up: it is shown
/// this once.
fn first_app(service: &Service, given: Option<GivenCredentials>) -> Result<Option<FirstApp>, Failure> {
    let apps = service.apps();
    match given {
        Some(given) => {
            take_over(service, apps, given)?;
            Ok(None)
        }
        None if apps.list().is_empty() => {
            let credentials = apps.create(NewApp { name: "default".to_owned(), ..NewApp::default() })?;
            let key = credentials.key.reveal().to_owned();
            Ok(Some(FirstApp { id: credentials.id.to_string(), key }))
        }
        None => Ok(None),
    }
}

fn take_over(service: &Service, apps: &Apps, given: GivenCredentials) -> Result<(), Failure> {
    let GivenCredentials { id, key, presented } = given;
    if apps.list().iter().all(|app| app.id != id) {
        apps.create(NewApp { name: "default".to_owned(), id: Some(id), key: Some(key) })?;
        tracing::info!(app_id = %id, "took over the app of FACEWARD_APP_ID");
        return Ok(());
    }
    // An existing app keeps its keys: a variable left over from last year must not bring an old key back.
    service.authenticate(&id.to_string(), &presented).map(drop).map_err(|_| {
        Failure::new(
            Exit::DataRefused,
            anyhow::anyhow!(
                "FACEWARD_APP_KEY is no key of the app {id}, which exists; set the right one, or change the app's key with `faceward app rotate-key {id} --key-stdin`"
            ),
        )
    })
}

fn greet(address: SocketAddr, first: Option<&FirstApp>) -> Result<(), Failure> {
    let base = format!("http://{address}");
    let mut text = format!("Faceward listens on {base}, documentation at {base}/docs");
    let (id, key) = match first {
        Some(FirstApp { id, key }) => {
            text += &format!(
                "\n\nA first app was created. Its key is shown this once:\n  APP-ID:  {id}\n  APP-KEY: {key}"
            );
            (id.as_str(), key.as_str())
        }
        None => ("<APP-ID>", "<APP-KEY>"),
    };
    text += &format!(
        "\n\nAre two photos of one person? In another terminal:\n  curl -X POST {base}/api/v1.0/verify -H 'APP-ID: {id}' \\\n    -H 'APP-KEY: {key}' \\\n    -F first_photo=@one.jpg -F second_photo=@two.jpg\n\nCtrl-C stops the server."
    );
    terminal::line(&text)
}

/// Resolves on SIGTERM or SIGINT.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::new(Exit::Failed, error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {},
            _ = interrupt.recv() => {},
        }
        tracing::info!("stopping: answering what was accepted");
    })
}
