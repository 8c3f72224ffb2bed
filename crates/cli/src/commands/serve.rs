//! `faceward serve`: the HTTP server.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use faceward_core::AppId;
use faceward_http::{AppState, Certificates, Entrance, History, Listener, Metrics, Startup};
use faceward_service::Service;
use faceward_service::apps::{AppKey, Apps, NewApp};
use faceward_webhooks::Deliverer;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::admin;
use super::reload::Live;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::flags::{ServeFlags, SettingFlags};
use crate::interrupt::Stopped;
use crate::{setup, terminal};

/// Start the HTTP server
///
/// Listens at once; until missing models are fetched, once, and all are loaded, it answers 503 and /readyz says how far it
/// is. On an empty data folder or database it creates an app and prints its credentials, once; `FACEWARD_APP_ID` and
/// `FACEWARD_APP_KEY` take over existing ones. Ends on SIGTERM or Ctrl-C, after answering what it has accepted.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    settings: ServeFlags,
}

impl Serve {
    /// The settings among the arguments.
    pub(crate) fn settings(&self) -> SettingFlags {
        self.settings.0.clone()
    }

    /// Serves until told to stop.
    #[expect(clippy::unused_self, reason = "its arguments are settings and have been read as such")]
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
    let listener = listen(&context.config.listen).await?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error))?;
    let certificates = certificates(context, address)?;
    let scheme = if certificates.is_some() { "https" } else { "http" };
    let listener: Listener = match certificates {
        Some(certificates) => Listener::Tls(listener, certificates),
        None => listener.into(),
    };
    let stop = Stop::on_signals()?;
    // From now on it ends nobody.
    let hang_ups = signal(SignalKind::hangup()).map_err(|error| Failure::new(Exit::Failed, error))?;
    let metrics = Metrics::install().map_err(|error| Failure::new(Exit::Failed, error))?;
    let startup = Startup::default();
    let entrance = Entrance::closed(context.config.http.clone(), metrics.clone(), startup.clone());
    let limits = context.config.server.clone();
    let serving =
        tokio::spawn(faceward_http::serve(listener, entrance.router(), limits, stop.clone().told()));
    tracing::info!(%address, "listening; requests are refused until the models are loaded");
    let stopped = stop.flag.clone();
    let mut starting = pin!(start(context, given, startup.clone(), stopped));
    let started = tokio::select! {
        started = &mut starting => started?,
        () = stop.clone().told() => {
            if startup.is_fetching() {
                // The registries' clients end before the process does.
                drop(tokio::time::timeout(CLIENTS_END, starting).await);
            }
            return Ok(());
        }
    };
    let Started { service, credentials } = started;
    let state = AppState::new(service.clone(), context.config.http.clone(), metrics.clone());
    let kept = metrics;
    let live = Arc::new(Live::new(context, service.clone()));
    let state = state.showing(Arc::<Live>::clone(&live));
    let mut beside = JoinSet::new();
    beside.spawn(live.follow(hang_ups));
    let history = History::default();
    let state = state.remembering(history.clone());
    beside.spawn(history.keep(kept, memory_in_use));
    let doors = admin::open(context, &state, &stop).await?;
    let delivering = deliver(&service, stop.clone())?;
    entrance.open(state);
    let keeping = service.clone();
    beside.spawn(async move { keeping.keep_retention().await });
    let keys = service.data_keys().clone();
    beside.spawn(async move { keys.keep().await });
    let keeper = service.clone();
    beside.spawn(async move { keeper.keep_sessions().await });
    let invitation = service.operators().invite().await?;
    let base = format!("{scheme}://{address}");
    let invitation = invitation.as_ref().map(|secret| admin::invitation(context, &base, secret.reveal()));
    greet(&base, credentials.as_ref(), invitation.as_deref())?;
    serving.await.map_err(|error| Failure::new(Exit::Failed, error))?;
    doors.closed().await;
    // A deletion that has begun goes on to its end: the shutdown waits for it.
    beside.shutdown().await;
    delivering.await.map_err(|error| Failure::new(Exit::Failed, error))?;
    service.shutdown().await;
    tracing::info!("stopped");
    Ok(())
}

/// Tells apps what they are to be told, until the server stops.
fn deliver(service: &Service, stop: Stop) -> Result<JoinHandle<()>, Failure> {
    let deliverer = Deliverer::new(service.webhooks().clone());
    let deliverer = deliverer.map_err(|error| Failure::new(Exit::Failed, error))?;
    let patience = service.settings().compute.drain_timeout;
    Ok(tokio::spawn(deliverer.run(stop.told(), patience)))
}

/// Memory of this process, in bytes; `None` where the system does not tell.
fn memory_in_use() -> Option<u64> {
    let this = sysinfo::get_current_pid().ok()?;
    let mut system = sysinfo::System::new();
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[this]), true);
    Some(system.process(this)?.memory())
}

/// How long a server that is told to stop waits for a fetch to end its clients.
const CLIENTS_END: Duration = Duration::from_secs(5);

/// What a started server consists of.
struct Started {
    service: Service,
    /// Those of a first app that was just made.
    credentials: Option<FirstApp>,
}

/// Starts the service on a thread of its own: it fetches, compiles and waits, and shall not hold up who serves.
///
/// If the server is told to stop meanwhile, the thread is waited for only while it fetches: it ends with the process. What it
/// writes is complete or not there, whenever that is.
async fn start(
    context: &Context,
    given: Option<GivenCredentials>,
    startup: Startup,
    stopped: Stopped,
) -> Result<Started, Failure> {
    let (config, environment) = (context.config.clone(), context.environment.clone());
    let (done, result) = oneshot::channel();
    let runtime = Handle::current();
    let work = move || {
        let _inside = runtime.enter();
        let started = setup::service_telling(&config, &environment, &startup, stopped).and_then(|service| {
            let prepared = async {
                let credentials = first_app(&service, given).await?;
                service.tokens().prepare().await?;
                Ok(credentials)
            };
            runtime.block_on(prepared).map(|credentials| Started { service, credentials })
        });
        // Nobody listens any more if the server was told to stop.
        drop(done.send(started));
    };
    std::thread::Builder::new()
        .name("start".to_owned())
        .spawn(work)
        .map_err(|error| Failure::new(Exit::Failed, error))?;
    result.await.map_err(|_| Failure::from(anyhow::anyhow!("the start panicked")))?
}

/// What connections are encrypted with, if they are; checked together with whom to believe about their origin.
fn certificates(context: &Context, address: SocketAddr) -> Result<Option<Certificates>, Failure> {
    for proxy in &context.config.server.trusted_proxies {
        proxy.parse::<IpAddr>().map_err(|_| {
            Failure::usage(format_args!("proxy.trusted takes addresses as 10.0.0.1, not {proxy}"))
        })?;
    }
    let host = context.config.listen.rsplit_once(':').map_or("", |(host, _)| host);
    let mut names = vec!["localhost".to_owned(), address.ip().to_string()];
    names.extend(Some(host.to_owned()).filter(|host| !host.is_empty() && host.parse::<IpAddr>().is_err()));
    names.dedup();
    Certificates::load(&context.config.tls, names).map_err(|error| Failure::new(Exit::Usage, error))
}

/// Listens on `host`, which may be a name.
pub(super) async fn listen(host: &str) -> Result<TcpListener, Failure> {
    let address = resolve(host).await?;
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            return Failure::usage(format_args!(
                "{address} is in use by another program; choose another one with --listen"
            ));
        }
        Failure::usage(format_args!("cannot listen on {address}: {error}"))
    })
}

/// The address of `host`; of several, the first of IPv4, else the first. A server listens on one.
async fn resolve(host: &str) -> Result<SocketAddr, Failure> {
    let found = tokio::net::lookup_host(host).await;
    let found = found.map_err(|error| Failure::usage(format_args!("cannot resolve {host}: {error}")))?;
    let all: Vec<SocketAddr> = found.collect();
    let chosen = all.iter().find(|address| address.is_ipv4()).or(all.first()).copied();
    let chosen = chosen.ok_or_else(|| Failure::usage(format_args!("{host} has no address")))?;
    if all.len() > 1 {
        tracing::info!(%host, ?all, %chosen, "the host has several addresses");
    }
    Ok(chosen)
}

/// Tells that the server shall stop. Cheap to clone.
#[derive(Clone)]
pub(super) struct Stop {
    told: watch::Receiver<bool>,
    /// The same for threads.
    flag: Stopped,
}

impl Stop {
    /// Stops on SIGTERM or SIGINT.
    fn on_signals() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::new(Exit::Failed, error));
        let (mut terminate, mut interrupt) =
            (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
        let (tell, told) = watch::channel(false);
        let flag = Stopped::default();
        let set = flag.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {},
                _ = interrupt.recv() => {},
            }
            tracing::info!("stopping: answering what was accepted");
            set.set();
            tell.send_replace(true);
        });
        Ok(Self { told, flag })
    }

    /// Resolves when told.
    pub(super) async fn told(mut self) {
        // The sender lives until it has told; should it ever be gone, stopping is right too.
        drop(self.told.wait_for(|stopped| *stopped).await);
    }
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
        let variable = |name| Ok::<_, Failure>(context.environment.text(name)?.map(str::to_owned));
        let (id, presented) = match (variable("FACEWARD_APP_ID")?, variable("FACEWARD_APP_KEY")?) {
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

/// Creates the given app, or a random one where there is none. `Some` only where a key was made up: it is shown
/// this once.
async fn first_app(service: &Service, given: Option<GivenCredentials>) -> Result<Option<FirstApp>, Failure> {
    let apps = service.apps();
    match given {
        Some(given) => {
            take_over(service, apps, given).await?;
            Ok(None)
        }
        None if apps.list().await?.is_empty() => {
            let new = NewApp { name: "default".to_owned(), ..NewApp::default() };
            let credentials = apps.create(new).await?;
            let key = credentials.key.reveal().to_owned();
            Ok(Some(FirstApp { id: credentials.id.to_string(), key }))
        }
        None => Ok(None),
    }
}

async fn take_over(service: &Service, apps: &Apps, given: GivenCredentials) -> Result<(), Failure> {
    let GivenCredentials { id, key, presented } = given;
    if apps.list().await?.iter().all(|app| app.id != id) {
        apps.create(NewApp { name: "default".to_owned(), id: Some(id), key: Some(key) }).await?;
        tracing::info!(app_id = %id, "took over the app of FACEWARD_APP_ID");
        return Ok(());
    }
    // An existing app keeps its keys: a variable left over from last year must not bring an old key back.
    service.authenticate(&id.to_string(), &presented).await.map(drop).map_err(|_| {
        Failure::new(
            Exit::DataRefused,
            anyhow::anyhow!(
                "FACEWARD_APP_KEY is no key of the app {id}, which exists; set the right one, or change the app's key with `faceward app rotate-key {id} --key-stdin`"
            ),
        )
    })
}

fn greet(base: &str, first: Option<&FirstApp>, invitation: Option<&str>) -> Result<(), Failure> {
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
    if let Some(invitation) = invitation {
        text += &format!("\n\n{invitation}");
    }
    text += &format!(
        "\n\nAre two photos of one person? In another terminal:\n  curl -X POST {base}/api/v1.0/verify -H 'APP-ID: {id}' \\\n    -H 'APP-KEY: {key}' \\\n    -F first_photo=@one.jpg -F second_photo=@two.jpg\n\nCtrl-C stops the server."
    );
    terminal::line(&text)
}
