//! Deletion records, and the rows of the database that an auditor can compare them with.

use faceward_conformance::samples::{
    add, app, create_apps, gallery_id, new_template, seeded, subject_id, template_id,
};
use faceward_postgres::held_rows;
use faceward_store::{Deletion, Extent, OnConflict, Rows, StoreError, Stores};

use crate::support::{Database, patient};

async fn held(database: &Database, extent: &Extent) -> Rows {
    let address = database.address.parse().expect("an address");
    held_rows(&address, &patient(), (&app(1), extent)).await.expect("readable")
}

async fn deleted(stores: &Stores, extent: &Extent) -> Result<Deletion, StoreError> {
    let (templates, app) = (&stores.templates, app(1));
    match extent {
        Extent::Template(template) => templates.delete_template(&app, template).await,
        Extent::Subject(gallery, subject) => templates.delete_subject(&app, gallery, subject).await,
        Extent::Gallery(gallery) => templates.delete_gallery(&app, gallery).await,
        Extent::Galleries => templates.delete_all_galleries(&app).await,
        Extent::App => stores.directory.delete_app(&app).await,
    }
}

#[tokio::test]
async fn the_rows_that_were_there_are_those_that_were_deleted() {
    let default = gallery_id("default");
    let extents = [
        (Extent::Template(template_id("t4")), 1),
        (Extent::Subject(default.clone(), subject_id("s0")), 2),
        (Extent::Gallery(default), 4),
        (Extent::Galleries, 3),
        (Extent::App, 3),
    ];
    let database = Database::fresh();
    let stores: Stores = database.open(patient()).await.into();
    create_apps(&stores, 1).await;
    for (extent, n_templates) in extents {
        for index in 0..5 {
            let (subject, template) = (format!("s{}", index % 2), format!("t{index}"));
            let new = new_template(&subject, &template, &seeded(index, 64));
            stores.templates.add(&app(1), &new, OnConflict::Replace).await.map(drop).expect("added");
        }
        if n_templates < 5 {
            let mut index = 0;
            while held(&database, &extent).await.len() > n_templates {
                let template = template_id(&format!("t{index}"));
                stores.templates.delete_template(&app(1), &template).await.map(drop).expect("deleted");
                index += 1;
            }
        }
        let before = held(&database, &extent).await;
        assert_eq!(before.len(), n_templates, "{extent:?}");
        let deletion = deleted(&stores, &extent).await.expect("deleted");
        assert_eq!((deletion.n_templates, deletion.sha256), (n_templates, before.sha256()), "{extent:?}");
        assert!(held(&database, &extent).await.is_empty(), "{extent:?}");
    }
}

#[tokio::test]
async fn what_another_template_replaces_is_told() {
    let database = Database::fresh();
    let stores: Stores = database.open(patient()).await.into();
    create_apps(&stores, 1).await;
    let new = new_template("anna", "a", &seeded(1, 64));
    add(&stores, &new).await;
    let extent = Extent::Template(template_id("a"));
    let before = held(&database, &extent).await;
    let (_, old) = stores.templates.add(&app(1), &new, OnConflict::Replace).await.expect("replaced");
    assert_eq!(old.sha256, before.sha256());
    assert_eq!(before.shared_with(&held(&database, &extent).await), 0, "the same vector, sealed anew");
}
