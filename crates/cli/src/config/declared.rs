//! The list of all settings: those of the binary, and those that the crates below declare.

use std::sync::LazyLock;

use faceward_core::RuntimeKind;
use faceward_engine::PrecisionChoice;
use faceward_http::{HttpSettings, ServerLimits, TlsSettings};
use faceward_postgres::PostgresSettings;
use faceward_sealing::KEY_PLACE_FORM;
use faceward_service::Settings;
use faceward_settings::{Setting, address, bytes, choice, path, secret, switch, text, whole, words};

use super::resolved::{Config, LogFormat};
use super::telemetry::TelemetrySettings;

const GIB: usize = 1 << 30;

static SETTINGS: LazyLock<Vec<Setting<Config>>> = LazyLock::new(|| {
    let mut all: Vec<Setting<Config>> = of_the_process().into();
    all.extend(of_the_store());
    all.extend(of_the_log());
    all.extend(of_photos());
    all.extend(
        PostgresSettings::declared()
            .into_iter()
            .map(|setting| setting.within(|c: &mut Config| &mut c.database)),
    );
    all.extend(
        HttpSettings::declared().into_iter().map(|setting| setting.within(|c: &mut Config| &mut c.http)),
    );
    all.extend(
        ServerLimits::declared().into_iter().map(|setting| setting.within(|c: &mut Config| &mut c.server)),
    );
    all.extend(
        TlsSettings::declared().into_iter().map(|setting| setting.within(|c: &mut Config| &mut c.tls)),
    );
    all.extend(
        TelemetrySettings::declared()
            .into_iter()
            .map(|setting| setting.within(|c: &mut Config| &mut c.telemetry)),
    );
    all.extend(
        Settings::declared().into_iter().map(|setting| setting.within(|c: &mut Config| &mut c.service)),
    );
    // TOML demands it: what lies in no table comes first, what lies in one table together.
    let tables: Vec<String> = all.iter().map(|setting| table(setting.key()).to_owned()).collect();
    let first_of = |setting: &Setting<Config>| {
        let own = table(setting.key());
        (!own.is_empty(), tables.iter().position(|table| table == own))
    };
    all.sort_by_key(first_of);
    all
});

/// All settings, in the order in which they are shown.
pub(crate) fn settings() -> &'static [Setting<Config>] {
    &SETTINGS
}

/// The setting called `key`.
pub(crate) fn by_key(key: &str) -> Option<&'static Setting<Config>> {
    settings().iter().find(|setting| setting.key() == key)
}

/// The table of the file in which `key` lies; empty for none.
pub(crate) fn table(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(table, _)| table)
}

/// The environment variable of the setting `key`.
pub(crate) fn variable(key: &str) -> String {
    match key {
        // The one variable that packagers and tests share with the model store.
        "models_dir" => "FACEWARD_MODELS".to_owned(),
        key => format!("FACEWARD_{}", key.replace('.', "__").to_uppercase()),
    }
}

/// The flag of the setting `key`, without the dashes before it.
pub(crate) fn flag_name(key: &str) -> String {
    key.replace(['.', '_'], "-")
}

fn of_the_process() -> [Setting<Config>; 8] {
    [
        Setting::new("listen", "Host and port of the server", |c: &mut Config| address(&mut c.listen))
            .with_flag_of("serve", "ADDR"),
        Setting::new("data_dir", "Folder of apps, keys and templates", |c: &mut Config| {
            path(&mut c.data_dir)
        })
        .with_flag("DIR"),
        Setting::new("models_dir", "Folder of fetched models", |c: &mut Config| path(&mut c.models_dir))
            .by_default("the user's cache folder")
            .with_flag("DIR"),
        Setting::new("offline", "Never touch the network; say what is missing instead", |c: &mut Config| {
            switch(&mut c.offline)
        })
        .with_flag(""),
        Setting::new("runtime", "Inference runtime", |c: &mut Config| {
            choice(&mut c.runtime, &RuntimeKind::ALL, RuntimeKind::as_str)
        })
        .with_flag("NAME"),
        Setting::new(
            "precision",
            "In which numbers networks compute: auto is bf16 where the processor has it, for those that lose nothing; f32 is \
             the same everywhere",
            |c: &mut Config| choice(&mut c.precision, &PrecisionChoice::ALL, PrecisionChoice::as_str),
        )
        .with_flag("NAME"),
        Setting::new(
            "disabled_models",
            "Ids of models that are not loaded; their values become null",
            |c: &mut Config| words(&mut c.disabled_models),
        ),
        Setting::new(
            "similarity_map",
            "File with the map from cosine to similarity, as `faceward calibrate similarity` writes it",
            |c: &mut Config| path(&mut c.similarity_map),
        )
        .by_default("the map of this version"),
    ]
}

fn of_the_store() -> [Setting<Config>; 5] {
    [
        Setting::new(
            "store",
            "Database that everything is kept in, for several servers; see docs/postgres.md",
            |c: &mut Config| secret(&mut c.store, "postgres://USER:PASSWORD@HOST/DATABASE"),
        )
        .by_default("the data folder")
        .with_flag("URL"),
        Setting::new(
            "search",
            "Milvus in which faces are searched, where `store` is a database; see docs/milvus.md",
            |c: &mut Config| secret(&mut c.database.milvus, "milvus://USER:PASSWORD@HOST:PORT/DATABASE"),
        )
        .by_default("`database.search` says where")
        .with_flag("URL"),
        Setting::new(
            "master_key",
            "Where the key that protects what is stored comes from, never the key itself; see docs/keys.md",
            |c: &mut Config| secret(&mut c.master_key, KEY_PLACE_FORM),
        )
        .by_default("`file`: master.key in the data folder"),
        Setting::new(
            "master_key_next",
            "Where the key comes from that `faceward key rotate --master` puts in the place of the master key",
            |c: &mut Config| secret(&mut c.master_key_next, KEY_PLACE_FORM),
        )
        .by_default("a new random key, where the key lies in a file"),
        Setting::new(
            "snapshots",
            "Keep snapshots of the templates in the data folder, sealed, with which the next start is ready sooner; false removes \
             those that are there",
            |c: &mut Config| switch(&mut c.snapshots),
        ),
    ]
}

fn of_the_log() -> [Setting<Config>; 2] {
    [
        Setting::new("log.format", "How log lines look", |c: &mut Config| {
            choice(&mut c.log_format, &LogFormat::ALL, LogFormat::as_str)
        })
        .with_flag("FORMAT"),
        Setting::new(
            "log.level",
            "Which log lines are written: error, warn, info, debug, or a filter",
            |c: &mut Config| text(&mut c.log_level),
        )
        .by_default("info for serve, warn otherwise")
        .live()
        .with_flag("LEVEL"),
    ]
}

fn of_photos() -> [Setting<Config>; 2] {
    [
        Setting::new("limits.photo_bytes", "Largest photo, encoded", |c: &mut Config| {
            bytes(&mut c.photo.bytes, 1..=GIB)
        }),
        Setting::new("limits.photo_pixels", "Largest photo, width times height", |c: &mut Config| {
            whole(&mut c.photo.pixels, 1..=1_000_000_000, "pixels")
        }),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_and_variables_are_unique() {
        let keys: HashSet<_> = settings().iter().map(Setting::key).collect();
        let variables: HashSet<_> = settings().iter().map(|setting| variable(setting.key())).collect();
        assert_eq!((keys.len(), variables.len()), (settings().len(), settings().len()));
        assert!(keys.len() > 60, "{}", keys.len());
    }

    #[test]
    fn a_dot_becomes_two_underscores() {
        assert_eq!(variable("limits.photo_bytes"), "FACEWARD_LIMITS__PHOTO_BYTES");
        assert_eq!(variable("models_dir"), "FACEWARD_MODELS");
    }

    #[test]
    fn each_table_is_one_run_and_those_without_come_first() {
        let mut runs: Vec<&str> = settings().iter().map(|setting| table(setting.key())).collect();
        runs.dedup();
        let different: HashSet<_> = runs.iter().collect();
        assert_eq!((runs.first(), different.len()), (Some(&""), runs.len()), "{runs:?}");
    }

    #[test]
    fn every_sentence_is_one() {
        for setting in settings() {
            let sentence = setting.sentence();
            let first = sentence.chars().next();
            assert!(first.is_some_and(char::is_uppercase) && !sentence.ends_with('.'), "{sentence}");
        }
    }
}
