//! Galleries: created once, deleted with all that is in them.

use faceward_store::{OnConflict, Page, StoreError, Stores};

use crate::Fixture;
use crate::samples::{add, app, create_apps, create_gallery, gallery_id, listed, new_template};

async fn names(stores: &Stores) -> Vec<String> {
    let galleries = stores.templates.list_galleries(&app(1), Page::largest(None)).await.expect("known");
    galleries.iter().map(|record| record.gallery.to_string()).collect()
}

/// `default` comes by itself, any other does not.
pub async fn galleries_are_created_once_and_deleted_with_all_in_them(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "staff").await;
    let staff = gallery_id("staff");
    let again = stores.templates.create_gallery(&app(1), &staff).await;
    assert!(matches!(&again, Err(StoreError::GalleryExists(id)) if *id == staff), "{again:?}");
    let mut elsewhere = new_template("anna", "a1", &[1.0, 0.0]);
    elsewhere.gallery = gallery_id("guests");
    let refused = stores.templates.add(&app(1), &elsewhere, OnConflict::Refuse).await.map(|_| ());
    assert!(
        matches!(&refused, Err(StoreError::GalleryUnknown(id)) if *id == elsewhere.gallery),
        "{refused:?}"
    );
    elsewhere.gallery = staff.clone();
    add(&stores, &elsewhere).await;
    add(&stores, &new_template("bert", "b1", &[0.0, 1.0])).await;
    assert_eq!(names(&stores).await, ["default", "staff"], "`default` came with the first template");
    assert_eq!(stores.templates.gallery(&app(1), &staff).await.expect("known").gallery, staff);
    let deleted = stores.templates.delete_gallery(&app(1), &staff).await.expect("deleted");
    assert_eq!(deleted.n_templates, 1);
    let again = stores.templates.delete_gallery(&app(1), &staff).await.map(|_| ());
    assert!(matches!(again, Err(StoreError::GalleryUnknown(_))), "{again:?}");
    let unknown = stores.templates.list_subjects(&app(1), &staff, Page::largest(None)).await;
    assert!(matches!(unknown, Err(StoreError::GalleryUnknown(_))), "{unknown:?}");
    assert_eq!(
        (names(&stores).await, listed(&stores).await),
        (vec!["default".into()], vec!["bert b1".into()])
    );
    create_gallery(&stores, "staff").await;
    assert_eq!(listed(&stores).await, ["bert b1"], "a new gallery of an old name is empty");
}

/// Those of one app.
pub async fn all_galleries_are_deleted_at_once(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 2).await;
    for (gallery, template) in [("east", "e"), ("west", "w")] {
        create_gallery(&stores, gallery).await;
        let mut new = new_template("anna", template, &[1.0]);
        new.gallery = gallery_id(gallery);
        add(&stores, &new).await;
    }
    let new = new_template("bert", "b", &[1.0]);
    stores.templates.add(&app(2), &new, OnConflict::Refuse).await.map(|_| ()).expect("added");
    let deleted = stores.templates.delete_all_galleries(&app(1)).await.expect("deleted");
    assert_eq!((deleted.n_templates, names(&stores).await), (2, Vec::new()));
    assert_eq!(listed(&stores).await, Vec::<String>::new());
    assert_eq!(stores.templates.count_templates(&app(2)).await.expect("known"), 1, "nobody else's");
    let deleted = stores.templates.delete_all_galleries(&app(1)).await.expect("none is no error");
    assert_eq!(deleted.n_templates, 0);
}

/// In ascending order of id.
pub async fn galleries_come_in_pages(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    for gallery in ["d", "b", "a", "c"] {
        create_gallery(&stores, gallery).await;
    }
    let page = async |after: Option<&str>, limit| {
        let after = after.map(gallery_id);
        let page = Page::new(after.as_ref(), limit);
        let galleries = stores.templates.list_galleries(&app(1), page).await.expect("known");
        galleries.iter().map(|record| record.gallery.to_string()).collect::<String>()
    };
    assert_eq!([page(None, 3).await, page(Some("c"), 3).await], ["abc", "d"]);
}
