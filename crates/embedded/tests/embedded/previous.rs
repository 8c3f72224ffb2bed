//! A data folder that an earlier version has written opens as it is.

use std::sync::Arc;

use faceward_conformance::samples::{
    MODEL, app, embedding, gallery_id, key_hash, listed, new_template, seeded, subject_id, subject_name,
    template_id,
};
use faceward_core::{ModelId, Projection};
use faceward_embedded::{AuditReader, Embedded};
use faceward_store::{AuditFilter, OnConflict, Page, Stores};
use uuid::Uuid;

use crate::support::open;

/// A copy of the folder in `tests/folder-2`, of schema version 2, with the permissions that a repository does not keep.
pub(crate) fn copy() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/folder-2");
    for name in ["gallery.db", "audit.db", "master.key"] {
        let to = dir.path().join(name);
        fs_err::copy(std::path::Path::new(old).join(name), &to).expect("copied");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs_err::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).expect("set");
        }
    }
    dir
}

#[tokio::test]
async fn a_folder_of_the_version_before_the_store_traits_opens_unchanged() {
    let dir = copy();
    let stores = open(dir.path());
    let apps = stores.directory.list_apps(Page::largest(None)).await.expect("readable");
    let apps: Vec<_> = apps.iter().map(|app| (app.name.as_str(), app.settings.mirrored)).collect();
    assert_eq!(apps, [("app 1", false), ("app 2", true)]);
    let standing = stores.directory.standing(&app(1), Some(Uuid::from_u128(8))).await.expect("known");
    assert!(standing.revoked && standing.keys.iter().map(|key| key.hash).eq([key_hash(1)]));
    let (keys, _) = stores.directory.signing_keys().await.expect("they open");
    assert_eq!((keys.len(), keys[0].id, keys[0].private.as_slice()), (1, Uuid::from_u128(7), &[7; 100][..]));
    assert_eq!(listed(&stores).await, ["anna a1", "anna a2", "bert b1"]);
    let (record, vector) =
        stores.templates.reference(&app(1), &template_id("b1")).await.expect("known").expect("there");
    assert_eq!((record.gallery, vector), (gallery_id("staff"), embedding(&seeded(2, 37))));
    assert_eq!(record.expires_at, None);
    let found = stores.templates.search(&app(1), None, &embedding(&seeded(0, 37)), 1).await.expect("known");
    assert_eq!((&found[0].subject, &found[0].name), (&subject_id("anna"), &Some(subject_name("Anna Smith"))));
    let reader = AuditReader::open(dir.path()).expect("it opens").expect("a log");
    let records = reader.page(&AuditFilter::default(), 0, 9).expect("a page");
    assert_eq!((records.len(), records[0].event.action.as_ref()), (1, "enroll"));
}

#[tokio::test]
async fn templates_of_a_model_that_is_projected_by_now_are_found_without_enrolling_again() {
    let dir = copy();
    // Every other value.
    let rows = (0..18).flat_map(|row| (0..37).map(move |at| f32::from(u8::from(at == 2 * row)))).collect();
    let projection =
        Projection::new(ModelId::new(MODEL), ModelId::new("toy-2"), 37, rows).expect("whole rows");
    let projection = Arc::new(projection);
    let open = || -> Stores {
        let opened = Embedded::open_comparing(dir.path(), Some(Arc::clone(&projection)), &|_| {});
        opened.expect("the folder opens").into()
    };
    let stores = open();
    let probe = embedding(&seeded(2, 37));
    let (record, kept) =
        stores.templates.reference(&app(1), &template_id("b1")).await.expect("known").expect("there");
    assert_eq!((record.model.as_str(), &kept), ("toy-2", &*projection.compared(&probe)));
    let found = stores.templates.search(&app(1), None, &probe, 1).await.expect("known");
    assert_eq!(found[0].template, template_id("b1"));
    assert!(found[0].cosine.0 > 0.9999, "{:?}", found[0].cosine);
    // What is enrolled now is told as what is there, and is there after a restart.
    let new = new_template("carl", "c1", &seeded(9, 37));
    let (added, _) = stores.templates.add(&app(1), &new, OnConflict::Refuse).await.expect("added");
    assert_eq!(added.model.as_str(), "toy-2");
    drop(stores);
    let stores = open();
    assert_eq!(stores.templates.template(&app(1), &template_id("c1")).await.expect("known"), Some(added));
    let moved = stores.templates.whole_templates(&app(1), Page::largest(None)).await.expect("readable");
    let carl = moved.iter().find(|row| row.record.template == template_id("c1")).expect("there");
    assert_eq!((carl.record.model.as_str(), &carl.embedding), (MODEL, &new.embedding));
    drop(stores);
    // On disk it is whole.
    let whole = crate::support::open(dir.path());
    let (record, kept) =
        whole.templates.reference(&app(1), &template_id("c1")).await.expect("known").expect("there");
    assert_eq!((record.model.as_str(), kept), (MODEL, new.embedding));
}
