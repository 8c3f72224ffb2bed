//! The data keys of apps.

use faceward_core::AppId;
use faceward_store::{DataKeyRecord, DataKeys, Pending, Resealed, StoreError, Traces};
use jiff::Timestamp;

use crate::embedded::Embedded;
use crate::folder::Folder;

impl DataKeys for Embedded {
    fn data_key<'a>(&'a self, app: &'a AppId) -> Pending<'a, DataKeyRecord> {
        let app = *app;
        Box::pin(self.off_thread(move |folder| {
            let database = folder.database.lock();
            folder.members.read().app(&app)?;
            Ok(database.data_key(&app)?)
        }))
    }

    fn renew_data_key<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, DataKeyRecord> {
        let app = *app;
        Box::pin(self.off_thread(move |folder| {
            let database = folder.database.lock();
            folder.members.read().app(&app)?;
            Ok(database.renew_data_key(&app, now)?)
        }))
    }

    fn reseal<'a>(&'a self, app: &'a AppId, limit: usize) -> Pending<'a, Resealed> {
        let app = *app;
        Box::pin(self.off_thread(move |folder| folder.reseal(&app, limit)))
    }
}

impl Folder {
    fn reseal(&self, app: &AppId, limit: usize) -> Result<Resealed, StoreError> {
        let database = self.database.lock();
        let mut walks = self.walks.lock();
        if let Err(gone) = self.members.read().app(app) {
            walks.remove(app);
            return Err(gone);
        }
        let (n_sealed, done) = database.reseal(app, walks.entry(*app).or_default(), limit)?;
        if !done {
            return Ok(Resealed { n_sealed, done, traces: Traces::Wiped });
        }
        walks.remove(app);
        // The older keys, and what they had sealed, out of the database's log as well.
        Ok(Resealed { n_sealed, done, traces: database.wipe() })
    }
}
