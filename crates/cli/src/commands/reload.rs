//! The settings of a running server: shown to operators, and read again on SIGHUP or when an owner asks.

use std::sync::Arc;

use faceward_http::{EffectiveSetting, ReloadedSettings, Reloading, SettingsInForce};
use faceward_service::{Service, ServiceError};
use faceward_settings::Setting;
use parking_lot::RwLock;
use tokio::signal::unix::Signal;
use tokio::sync::Mutex;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Environment, Loaded, TypedFlags, settings};
use crate::context::Context;
use crate::logging::LogFilter;

/// What a server runs with.
pub(super) struct Live {
    service: Service,
    environment: Environment,
    typed: TypedFlags,
    log: LogFilter,
    /// As the start read them: of these count those that need a restart.
    started: Loaded,
    /// As they were read last: of these count the others.
    newest: RwLock<Loaded>,
    /// Of two who reload at once the second one reads after the first has ended.
    turn: Mutex<()>,
}

impl Live {
    pub(super) fn new(context: &Context, service: Service) -> Self {
        Self {
            service,
            environment: context.environment.clone(),
            typed: context.typed.clone(),
            log: context.log.clone(),
            started: context.loaded.clone(),
            newest: RwLock::new(context.loaded.clone()),
            turn: Mutex::new(()),
        }
    }

    /// Reloads at each of the signals `hang_ups`.
    pub(super) async fn follow(self: Arc<Self>, mut hang_ups: Signal) {
        while hang_ups.recv().await.is_some() {
            match self.reload().await {
                Ok(ReloadedSettings { taken, need_restart }) => {
                    tracing::info!(?taken, ?need_restart, "read the settings again");
                }
                Err(error) => tracing::error!(%error, "the settings were read again"),
            }
        }
    }

    async fn read_again(&self) -> Result<ReloadedSettings, ServiceError> {
        let _turn = self.turn.lock().await;
        let read = self.read();
        let of_the_service = read.as_ref().map(|(loaded, _)| loaded.config.service.clone());
        self.service.reload(of_the_service.map_err(Clone::clone)).await?;
        let (loaded, filter) = read.map_err(ServiceError::SettingsRefused)?;
        self.log.set(filter).map_err(ServiceError::SettingsRefused)?;
        let reloaded = self.told(&loaded);
        *self.newest.write() = loaded;
        Ok(reloaded)
    }

    /// All sources as they are now, and the filter of the log, or what is wrong with them.
    fn read(&self) -> Result<(Loaded, EnvFilter), String> {
        let loaded = Loaded::read(&self.environment, &self.typed).map_err(|error| error.to_string())?;
        let filter = self.log.read(&loaded.config)?;
        Ok((loaded, filter))
    }

    /// What is another than it was.
    fn told(&self, loaded: &Loaded) -> ReloadedSettings {
        let newest = self.newest.read();
        let differs = |setting: &&Setting<Config>, from: &Loaded| {
            setting.value(&from.config) != setting.value(&loaded.config)
        };
        let keys = |needs_restart: bool, from: &Loaded| {
            let such = settings().iter().filter(|setting| setting.needs_restart() == needs_restart);
            such.filter(|setting| differs(setting, from)).map(|setting| setting.key().to_owned()).collect()
        };
        ReloadedSettings { taken: keys(false, &newest), need_restart: keys(true, &self.started) }
    }
}

impl SettingsInForce for Live {
    fn all(&self) -> Vec<EffectiveSetting> {
        let newest = self.newest.read();
        let effective = |setting: &'static Setting<Config>| {
            let loaded = if setting.needs_restart() { &self.started } else { &*newest };
            let kind = setting.kind(&loaded.config);
            let value = setting.value(&loaded.config).map(|value| kind.show(&value));
            let value = value.or(setting.default_in_words().map(str::to_owned)).unwrap_or_default();
            EffectiveSetting {
                key: setting.key().to_owned(),
                value,
                source: loaded.origin(setting.key()).to_string(),
                takes: kind.to_string(),
                help: setting.sentence().to_owned(),
                needs_restart: setting.needs_restart(),
            }
        };
        settings().iter().map(effective).collect()
    }

    fn reload(&self) -> Reloading<'_> {
        Box::pin(self.read_again())
    }
}
