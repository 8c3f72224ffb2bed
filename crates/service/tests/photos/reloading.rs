//! Settings that are read again.

use std::num::NonZeroUsize;

use faceward_service::{AuditFilter, Gates, ServiceError, Settings};

use crate::fixture::{OBAMA, OBAMA_AGAIN, engine_without, photo, service_on, settings};

#[tokio::test]
async fn what_can_be_taken_over_is_and_what_cannot_be_used_changes_nothing() {
    let fixture = service_on(engine_without(&["minifasnet-2.7"]), settings());
    let service = &fixture.service;
    let mut stricter = settings();
    stricter.thresholds.similarity = 1.0;
    stricter.compute.workers = NonZeroUsize::MIN.saturating_add(6);
    service.reload(Ok(stricter)).await.expect("taken over");
    let found = fixture.verify(photo(OBAMA), photo(OBAMA_AGAIN)).await.expect("two faces").comparison;
    assert_eq!((found.threshold.0, found.same), (1.0, false));
    assert_eq!(service.settings().compute.workers.get(), 1, "needs a restart");
    let mut impossible = settings();
    impossible.thresholds.similarity = 2.0;
    let demanding = Settings { enroll: Gates { require_live: true, min_quality: None }, ..settings() };
    for (read, why) in [
        (Ok(impossible), "thresholds.similarity"),
        (Ok(demanding), "enroll.require_live"),
        (Err("line 3: no such key".to_owned()), "line 3"),
    ] {
        let refused = service.reload(read).await;
        assert!(
            matches!(&refused, Err(ServiceError::SettingsRefused(reason)) if reason.contains(why)),
            "{why}: {refused:?}"
        );
        assert_eq!(service.settings().thresholds.similarity, 1.0, "nothing was changed");
    }
    let filter = AuditFilter { action: Some("reload_settings".to_owned()), ..AuditFilter::default() };
    let records = service.exported_audit_records(&filter, 0, 10).await.expect("records");
    let outcomes: Vec<_> = records.iter().map(|record| record.event.outcome.to_string()).collect();
    assert_eq!(outcomes, ["answered", "settings_refused", "settings_refused", "settings_refused"]);
}
