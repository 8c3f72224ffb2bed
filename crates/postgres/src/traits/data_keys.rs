//! The data keys of apps, in the database.

use faceward_core::AppId;
use faceward_store::{DataKeyRecord, DataKeys, Pending, Resealed, Traces};
use jiff::Timestamp;

use crate::Postgres;
use crate::sql::{data_keys, reseal};

impl DataKeys for Postgres {
    fn data_key<'a>(&'a self, app: &'a AppId) -> Pending<'a, DataKeyRecord> {
        let app = *app;
        self.ask(move |asked| async move { data_keys::record(&asked.client().await?, &app).await })
    }

    fn renew_data_key<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, DataKeyRecord> {
        let app = *app;
        self.ask(move |asked| async move {
            let client = &mut asked.client().await?;
            asked.seen(data_keys::renew(client, &asked.sealer, &app, now).await?).await;
            data_keys::record(client, &app).await
        })
    }

    fn reseal<'a>(&'a self, app: &'a AppId, limit: usize) -> Pending<'a, Resealed> {
        let app = *app;
        self.ask(move |asked| async move {
            // What is sealed anew is turned anew, and waits for its way to Milvus.
            asked.may_add(&app).await?;
            // One step at a time: those of one app would wait for each other anyway.
            let mut walks = asked.walks.lock().await;
            let walk = (&app, walks.entry(app).or_default());
            let stepped = reseal::step(&mut asked.client().await?, asked.writer(), walk, limit).await;
            if !matches!(stepped, Ok((_, None))) {
                walks.remove(&app);
            }
            drop(walks);
            let (n_sealed, sequence) = stepped?;
            if let Some(sequence) = sequence {
                asked.seen(sequence).await;
            }
            let traces = if n_sealed > 0 || sequence.is_some() { Traces::Fading } else { Traces::Wiped };
            Ok(Resealed { n_sealed, done: sequence.is_some(), traces })
        })
    }
}
