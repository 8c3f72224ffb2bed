//! Templates that go, with a digest of their rows made in the transaction that takes them.

use faceward_core::AppId;
use faceward_store::{Extent, Rows, SealedRow};
use rusqlite::{Connection, ToSql, params_from_iter};
use sha2::{Digest as _, Sha256};

use crate::EmbeddedError;
use crate::database::Database;

impl Database {
    /// Deletes what is of `extent`, and gives the rows of the templates that went. Of an app that goes, the keys go as well.
    pub(crate) fn delete(&self, app: &AppId, extent: &Extent) -> Result<Rows, EmbeddedError> {
        let transaction = self.transaction()?;
        let rows = rows_of(&transaction, app, extent)?;
        let what = match extent {
            Extent::Template(_) => "templates WHERE app = ?1 AND id = ?2",
            Extent::Subject(..) => "templates WHERE app = ?1 AND gallery = ?2 AND subject = ?3",
            Extent::Gallery(_) => "galleries WHERE app = ?1 AND id = ?2",
            Extent::Galleries => "galleries WHERE app = ?1",
            Extent::App => "apps WHERE id = ?1",
        };
        transaction.execute(&format!("DELETE FROM {what}"), params_from_iter(values(app, extent)))?;
        transaction.commit()?;
        if *extent == Extent::App {
            self.sealer.forget_data_keys(app);
        }
        Ok(rows)
    }
}

/// The rows of an extent, as they lie there. An app that is unknown has none.
pub(crate) fn rows_of(connection: &Connection, app: &AppId, extent: &Extent) -> Result<Rows, EmbeddedError> {
    let which = match extent {
        Extent::Template(_) => "AND id = ?2",
        Extent::Subject(..) => "AND gallery = ?2 AND subject = ?3",
        Extent::Gallery(_) => "AND gallery = ?2",
        Extent::Galleries | Extent::App => "",
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT gallery, subject, id, model, created_at, expires_at, sealed FROM templates WHERE app = ?1 {which}"
    ))?;
    let mut found = statement.query(params_from_iter(values(app, extent)))?;
    let mut rows = Rows::default();
    while let Some(row) = found.next()? {
        let text = |column: &str| -> Result<&str, EmbeddedError> {
            row.get_ref(column)?.as_str().map_err(|_| EmbeddedError::Corrupt("a template"))
        };
        let sealed = row.get_ref("sealed")?.as_blob();
        rows.add(&SealedRow {
            app,
            gallery: text("gallery")?,
            subject: text("subject")?,
            template: text("id")?,
            model: text("model")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            sealed_sha256: Sha256::digest(sealed.map_err(|_| EmbeddedError::Corrupt("a sealed vector"))?)
                .into(),
        });
    }
    Ok(rows)
}

fn values(app: &AppId, extent: &Extent) -> Vec<Box<dyn ToSql>> {
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(app.0.into_bytes())];
    match extent {
        Extent::Template(id) => values.push(Box::new(id.to_string())),
        Extent::Subject(gallery, subject) => {
            values.push(Box::new(gallery.to_string()));
            values.push(Box::new(subject.to_string()));
        }
        Extent::Gallery(gallery) => values.push(Box::new(gallery.to_string())),
        Extent::Galleries | Extent::App => {}
    }
    values
}
