//! `faceward export`: the templates of this installation into an encrypted file.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use faceward_core::{AppId, GalleryId, TemplateId};
use faceward_embedded::Embedded;
use faceward_service::transfers::{Direction, Transfer};
use faceward_service::{AppRecord, Page, ServiceError, Stores};
use faceward_store::{GalleryRecord, StoredTemplate};
use serde_json::json;
use uuid::Uuid;

use super::file::{App, End, Line};
use super::lock::{Lock, Passphrase};
use super::refuse_beside_a_server;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::pages::every;
use crate::{progress, setup, stores, terminal};

/// Write templates into an encrypted file, to be put into another installation by `faceward import`
///
/// Vectors are whole, as they were enrolled; ids, names, times and models come along, of apps their ids and names alone: no keys, no
/// settings. The file is one of age (age-encryption.org), readable by the passphrase or by the owners of the public keys. In place of a
/// data folder that a server uses, take one that `faceward restore` made of its backup; a database is read beside its servers.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The file, which is not there yet
    into: PathBuf,
    /// Only this app: its APP-ID
    #[arg(long, value_name = "UUID")]
    app: Option<Uuid>,
    /// Encrypt to this public key of age, `age1...`; may come several times
    #[arg(long, value_name = "KEY", conflicts_with = "passphrase")]
    recipient: Vec<String>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Export {
    /// Writes it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        refuse_beside_a_server(context, "export from what `faceward restore` makes of its backup")?;
        let dir = &context.config.data_dir;
        let is_there = Embedded::is_in(dir).map_err(|error| Failure::new(Exit::Failed, error))?;
        if context.config.store.is_none() && !is_there {
            let dir = dir.display();
            return Err(Failure::new(
                Exit::DataRefused,
                anyhow::anyhow!("{dir} is no data folder: --data-dir names it"),
            ));
        }
        if self.into.try_exists().map_err(|error| Failure::new(Exit::Failed, error))? {
            return Err(Failure::usage(format_args!("{} is there already", self.into.display())));
        }
        let lock = Lock::new(&self.recipient, &self.passphrase, &context.environment)?;
        let stores = stores::open(&context.config, &context.environment)?;
        let written = setup::executor()?.block_on(async {
            let apps = apps(&stores, self.app.map(AppId)).await?;
            written(&stores, &apps, lock, &self.into).await
        })?;
        let End { galleries, templates } = written;
        let into = self.into.display().to_string();
        if self.json {
            terminal::json(&json!({ "file": into, "galleries": galleries, "templates": templates }))?;
        } else {
            terminal::line(&format!("{into}: {templates} templates, {galleries} galleries"))?;
        }
        Ok(Exit::Yes)
    }
}

/// The app that was named, or all.
async fn apps(stores: &Stores, named: Option<AppId>) -> Result<Vec<AppRecord>, Failure> {
    if let Some(app) = named {
        return Ok(vec![stores.directory.app(&app).await.map_err(ServiceError::from)?]);
    }
    let mut apps = Vec::new();
    let ask = async |page: Page<'_, AppId>| {
        stores.directory.list_apps(page).await.map_err(|error| ServiceError::from(error).into())
    };
    let take = async |app| {
        apps.push(app);
        Ok::<_, Failure>(())
    };
    every(ask, |app: &AppRecord| app.id, take).await?;
    Ok(apps)
}

/// Writes the file beside its place, and puts it there when all of it is on disk.
async fn written(stores: &Stores, apps: &[AppRecord], lock: Lock, into: &Path) -> Result<End, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::Failed,
            anyhow::Error::new(error).context(format!("{} cannot be written", into.display())),
        )
    };
    let mut unfinished = into.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.try_exists().map_err(failed)? {
        fs_err::remove_file(&unfinished).map_err(failed)?;
    }
    let file = faceward_sealing::owner_only().create_new(true).open(&unfinished).map_err(failed)?;
    let filled = async {
        let mut output = lock.around(std::io::BufWriter::new(file)).map_err(failed)?;
        let counts = filled(stores, apps, &mut output, &failed).await?;
        let file = output.finish().and_then(|file| Ok(file.into_inner()?)).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs_err::rename(&unfinished, into).map_err(failed)?;
        Ok(counts)
    };
    let filled = filled.await;
    if filled.is_err() && fs_err::remove_file(&unfinished).is_err() {
        terminal::note(&format!("{} is what is left: remove it", unfinished.display()));
    }
    filled
}

async fn filled(
    stores: &Stores,
    apps: &[AppRecord],
    output: &mut impl Write,
    failed: &impl Fn(std::io::Error) -> Failure,
) -> Result<End, Failure> {
    let named = apps.iter().map(|app| App { id: app.id.0, name: app.name.clone() });
    Line::head(named.collect()).write(output).map_err(failed)?;
    let mut counts = End::default();
    for app in apps {
        let mut transfer = Transfer::begin(stores, Direction::Out, app.id).await?;
        let moved = async {
            galleries(stores, &app.id, |line| {
                counts.galleries += 1;
                line.write(output).map_err(failed)
            })
            .await?;
            let bar = progress::counting(
                stores.templates.count_templates(&app.id).await.map_err(ServiceError::from)?,
                "templates",
            );
            templates(stores, &app.id, |row| {
                bar.inc(1);
                // Its face is on the way out of here, not into another place.
                if !transfer.is_living(&row.record) {
                    return Ok(());
                }
                counts.templates += 1;
                transfer.count();
                Line::template(&row).write(output).map_err(failed)
            })
            .await?;
            bar.finish_and_clear();
            Ok::<_, Failure>(())
        };
        let moved = moved.await;
        transfer.end(moved.is_ok()).await?;
        moved?;
    }
    Line::End(counts).write(output).map_err(failed)?;
    Ok(counts)
}

async fn galleries(
    stores: &Stores,
    app: &AppId,
    mut write: impl FnMut(Line) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let ask = async |page: Page<'_, GalleryId>| {
        stores.templates.list_galleries(app, page).await.map_err(|error| ServiceError::from(error).into())
    };
    let take = async |record: GalleryRecord| write(Line::gallery(app, &record.gallery));
    every(ask, |record| record.gallery.clone(), take).await
}

async fn templates(
    stores: &Stores,
    app: &AppId,
    mut take: impl FnMut(StoredTemplate) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let ask = async |page: Page<'_, TemplateId>| {
        stores.templates.whole_templates(app, page).await.map_err(|error| ServiceError::from(error).into())
    };
    let each = async |row: StoredTemplate| take(row);
    every(ask, |row| row.record.template.clone(), each).await
}
