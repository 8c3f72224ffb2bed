//! The configuration in force, in the types that the other crates take.

use std::path::PathBuf;
use std::sync::Arc;

use faceward_core::RuntimeKind;
use faceward_engine::PrecisionChoice;
use faceward_engine::image::Limits;
use faceward_http::{HttpSettings, ServerLimits, TlsSettings};
use faceward_models::calibration::similarity::SimilarityCalibration;
use faceward_postgres::{Address, PostgresSettings};
use faceward_sealing::KeyPlace;
use faceward_service::Settings;

use super::ConfigError;
use super::telemetry::TelemetrySettings;

/// Everything that an operator can set, ready to use.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Host and port on which the server listens.
    pub(crate) listen: String,
    /// Folder of apps, keys and templates; with a database, of the key that seals what is in it.
    pub(crate) data_dir: PathBuf,
    /// The database that everything is kept in; `None`: the data folder.
    pub(crate) store: Option<Address>,
    /// Where the master key comes from; `None`: the file in the data folder.
    pub(crate) master_key: Option<KeyPlace>,
    /// Where the one that is to replace it comes from.
    pub(crate) master_key_next: Option<KeyPlace>,
    /// Whether snapshots of the templates lie in the data folder.
    pub(crate) snapshots: bool,
    /// How a store in a database behaves.
    pub(crate) database: PostgresSettings,
    /// Folder of fetched models; `None`: the user's cache folder.
    pub(crate) models_dir: Option<PathBuf>,
    /// Whether the network is never touched.
    pub(crate) offline: bool,
    /// The inference runtime.
    pub(crate) runtime: RuntimeKind,
    /// In which numbers networks compute.
    pub(crate) precision: PrecisionChoice,
    /// Ids of models that are not loaded.
    pub(crate) disabled_models: Vec<String>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// Which log lines are written; `None`: the command knows.
    pub(crate) log_level: Option<String>,
    /// What a photo may cost.
    pub(crate) photo: Limits,
    /// File with a similarity map; `None`: that of this version.
    pub(crate) similarity_map: Option<PathBuf>,
    /// What the use cases go by.
    pub(crate) service: Settings,
    /// Limits of requests.
    pub(crate) http: HttpSettings,
    /// Limits of connections.
    pub(crate) server: ServerLimits,
    /// How they are encrypted.
    pub(crate) tls: TlsSettings,
    /// Where traces go.
    pub(crate) telemetry: TelemetrySettings,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For a person at a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Human, Self::Json];

    /// As it is typed.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let config = Self {
            listen: "127.0.0.1:8080".to_owned(),
            data_dir: PathBuf::from("faceward-data"),
            store: None,
            master_key: None,
            master_key_next: None,
            snapshots: true,
            database: PostgresSettings::default(),
            models_dir: None,
            offline: false,
            runtime: RuntimeKind::OpenVino,
            precision: PrecisionChoice::Auto,
            disabled_models: Vec::new(),
            log_format: LogFormat::Human,
            log_level: None,
            photo: Limits::default(),
            similarity_map: None,
            service: Settings::default(),
            http: HttpSettings::default(),
            server: ServerLimits::default(),
            tls: TlsSettings::default(),
            telemetry: TelemetrySettings::default(),
        };
        config.completed()
    }
}

impl Config {
    /// Gives what two crates go by to both.
    pub(super) fn completed(mut self) -> Self {
        self.http.photo_bytes = self.photo.bytes;
        self.server.shutdown_deadline = self.service.compute.drain_timeout;
        self
    }

    /// Takes the similarity map that the configuration names instead of the one of this version.
    ///
    /// # Errors
    /// The file cannot be read, or holds no map.
    pub(crate) fn read_similarity_map(&mut self) -> Result<(), ConfigError> {
        let Some(path) = &self.similarity_map else { return Ok(()) };
        let text = fs_err::read_to_string(path).map_err(ConfigError::SimilarityMap)?;
        let map = SimilarityCalibration::parse(&text).map_err(|error| ConfigError::NoSimilarityMap {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        self.service.similarity_map = Arc::new(map);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_crates_go_by_is_the_same_for_both() {
        let default = Config::default();
        assert_eq!(format!("{:?}", default.http), format!("{:?}", HttpSettings::default()));
        assert_eq!(format!("{:?}", default.server), format!("{:?}", ServerLimits::default()));
        let photo = Limits { bytes: 5, ..default.photo };
        assert_eq!(Config { photo, ..default }.completed().http.photo_bytes, 5);
    }
}
