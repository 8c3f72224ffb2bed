//! Other settings for a running service. A request that is under way goes on under those that it began with.

use std::sync::Arc;

use faceward_core::Similarity;

use crate::error::ServiceError;
use crate::service::{Service, check_gates};
use crate::settings::Settings;
use crate::terms::Terms;

impl Service {
    /// Takes over what of the settings that were `read` counts without a restart; the rest stays as it was at the start. Where
    /// anything of it cannot be used, nothing is changed. Either is in the audit log.
    ///
    /// # Errors
    /// [`ServiceError::SettingsRefused`], with the reason in `read` or that of this service; the log cannot be written.
    pub async fn reload(&self, read: Result<Settings, String>) -> Result<(), ServiceError> {
        let trail = self.trail("reload_settings", None);
        let taken = read.and_then(|read| self.take_over(read)).map_err(ServiceError::SettingsRefused);
        trail.end_durably(taken).await
    }

    fn take_over(&self, mut read: Settings) -> Result<(), String> {
        let known = self.terms_in_force();
        read.similarity_map = Arc::clone(&known.settings.similarity_map);
        for setting in Settings::declared().iter().filter(|setting| setting.needs_restart()) {
            setting.copy(&known.settings, &mut read)?;
        }
        read.validate().map_err(|error| error.to_string())?;
        check_gates(&read, self.available()).map_err(|error| error.to_string())?;
        let comparator = known.comparator.with_threshold(Similarity(read.thresholds.similarity));
        self.set_terms(Terms { settings: Arc::new(read), comparator });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_restart_has_a_value_always_so_that_it_can_be_kept() {
        let default = Settings::default();
        let needing = Settings::declared();
        let needing: Vec<_> = needing.iter().filter(|setting| setting.needs_restart()).collect();
        for setting in &needing {
            assert!(setting.value(&default).is_some(), "{}", setting.key());
        }
        assert!(needing.iter().any(|setting| setting.key() == "workers"));
    }
}
