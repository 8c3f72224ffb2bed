//! The terms that one request is judged by: the server's settings, as the app of the request has them.

use std::sync::Arc;

use faceward_core::Similarity;
use faceward_models::calibration::thresholds::Rule;
use faceward_store::AppSettings;

use crate::policy::Comparator;
use crate::settings::Settings;

/// Settings, and what is made of them. One request has one of these from its beginning to its end.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) settings: Arc<Settings>,
    pub(crate) comparator: Comparator,
}

impl Terms {
    /// These terms with what the app has its own way. An app can demand more than the server and be told less, not the
    /// other way round; thresholds go both ways.
    pub(crate) fn of_app(&self, app: &AppSettings) -> Self {
        let mut settings = Settings::clone(&self.settings);
        let thresholds = &mut settings.thresholds;
        if let Some(least) = app.thresholds.similarity {
            thresholds.similarity = least as f32;
        }
        if let Some(least) = app.thresholds.liveness {
            thresholds.liveness = Rule::AtLeast(least);
        }
        if let Some(least) = app.thresholds.deepfake {
            thresholds.deepfake = Rule::AtLeast(least);
        }
        let comparator = self.comparator.with_threshold(Similarity(thresholds.similarity));
        settings.demography.enabled &= !app.withheld.demography;
        settings.demography.race &= !app.withheld.race;
        settings.enroll = settings.enroll.and(app.enroll);
        settings.compare = settings.compare.and(app.compare);
        Self { settings: Arc::new(settings), comparator }
    }
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::similarity::similarity;
    use faceward_store::{AppThresholds, Demands, Withheld};

    use super::*;
    use crate::settings::{Demography, Gates};

    fn terms() -> Terms {
        let enroll = Gates { require_live: false, min_quality: Some(0.4) };
        let settings = Settings { enroll, ..Settings::default() };
        let map = Arc::clone(similarity());
        let comparator = Comparator::new(similarity().model(), map, Similarity(0.75)).expect("calibrated");
        Terms { settings: Arc::new(settings), comparator }
    }

    #[test]
    fn an_app_that_sets_nothing_has_the_servers_terms() {
        let (server, app) = (terms(), terms().of_app(&AppSettings::default()));
        assert_eq!(app.settings.thresholds.similarity, server.settings.thresholds.similarity);
        assert_eq!(app.settings.thresholds.liveness, server.settings.thresholds.liveness);
        assert_eq!(app.comparator.threshold(), Similarity(0.75));
        assert_eq!((app.settings.enroll, app.settings.compare), (server.settings.enroll, Gates::default()));
        assert_eq!(app.settings.demography, server.settings.demography);
    }

    #[test]
    fn thresholds_go_both_ways_and_demands_only_up() {
        for least in [0.5, 0.9] {
            let thresholds =
                AppThresholds { similarity: Some(least), liveness: Some(least), deepfake: Some(least) };
            let app = terms().of_app(&AppSettings { thresholds, ..AppSettings::default() });
            assert_eq!(app.comparator.threshold(), Similarity(least as f32));
            let rules = &app.settings.thresholds;
            assert_eq!((rules.liveness, rules.deepfake), (Rule::AtLeast(least), Rule::AtLeast(least)));
        }
        for (live, quality, expected) in [
            (false, Some(0.3), (false, Some(0.4))),
            (true, Some(0.6), (true, Some(0.6))),
            (true, None, (true, Some(0.4))),
        ] {
            let (enroll, compare) = (Demands { live, quality }, Demands { live, quality: None });
            let app = terms().of_app(&AppSettings { enroll, compare, ..AppSettings::default() });
            assert_eq!((app.settings.enroll.require_live, app.settings.enroll.min_quality), expected);
            assert_eq!(app.settings.compare, Gates { require_live: live, min_quality: None });
        }
    }

    #[test]
    fn what_the_server_withholds_no_app_gets() {
        let mut server = terms();
        Arc::make_mut(&mut server.settings).demography = Demography { enabled: true, race: false };
        for (withheld, expected) in [
            (Withheld::default(), Demography { enabled: true, race: false }),
            (Withheld { demography: true, race: false }, Demography { enabled: false, race: false }),
        ] {
            let app = server.of_app(&AppSettings { withheld, ..AppSettings::default() });
            assert_eq!(app.settings.demography, expected);
        }
    }
}
