//! Data keys: numbers alone, as nothing is sealed.

use faceward_core::AppId;
use faceward_store::{DataKeyRecord, DataKeys, Pending, Resealed};
use jiff::Timestamp;

use super::{Memory, State};

impl State {
    /// The next key.
    pub(super) fn new_data_key(&mut self, created_at: Timestamp, n_older: usize) -> DataKeyRecord {
        self.n_data_keys += 1;
        DataKeyRecord { generation: self.n_data_keys, created_at, n_older, by_master: false }
    }
}

impl DataKeys for Memory {
    fn data_key<'a>(&'a self, app: &'a AppId) -> Pending<'a, DataKeyRecord> {
        Box::pin(async move { Ok(self.state()?.app(app)?.data_key) })
    }

    fn renew_data_key<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, DataKeyRecord> {
        Box::pin(async move {
            let mut state = self.state()?;
            let n_older = state.app(app)?.data_key.n_older + 1;
            let key = state.new_data_key(now, n_older);
            let known = state.app(app)?;
            known.data_key = key;
            known.n_left = known.templates.len();
            Ok(key)
        })
    }

    fn reseal<'a>(&'a self, app: &'a AppId, limit: usize) -> Pending<'a, Resealed> {
        Box::pin(async move {
            let mut state = self.state()?;
            let known = state.app(app)?;
            let done = known.n_left == 0;
            if done {
                known.data_key.n_older = 0;
            }
            known.n_left = known.n_left.saturating_sub(limit);
            Ok(Resealed { n_sealed: 0, done, traces: state.traces() })
        })
    }
}
