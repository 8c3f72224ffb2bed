//! Pages while rows come and go.

use faceward_core::{SubjectId, TemplateId};
use faceward_store::{Page, Stores};

use crate::Fixture;
use crate::samples::{add, app, create_apps, gallery_id, new_template, template_id};

const ROWS: usize = 60;

fn id(index: usize) -> String {
    format!("t{index:03}")
}

/// Deletes a row before the place of the reader and one behind it, and adds one.
async fn disturb(stores: &Stores, read: usize) {
    for index in [read / 2 * 3 % ROWS, (read + 7) * 3 % ROWS] {
        if index.is_multiple_of(3) {
            stores
                .templates
                .delete_template(&app(1), &template_id(&id(index)))
                .await
                .map(|_| ())
                .expect("gone");
        }
    }
    let name = format!("u{read:03}");
    add(stores, &new_template(&name, &name, &[1.0])).await;
}

/// Every row that is there all the time comes exactly once, in order; of templates, of subjects, of everything.
pub async fn rows_that_stay_come_once_while_others_go(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    for index in 0..ROWS {
        add(&stores, &new_template(&id(index), &id(index), &[1.0])).await;
    }
    let (mut listed, mut subjects, mut exported) = (Vec::new(), Vec::new(), Vec::new());
    let (mut after, mut after_subject, mut place): (Option<TemplateId>, Option<SubjectId>, Option<_>) =
        (None, None, None);
    for read in 0..ROWS {
        let page = Page::new(after.as_ref(), 4);
        let records = stores.templates.list_templates(&app(1), None, page).await.expect("a page");
        after = records.last().map(|record| record.template.clone()).or(after);
        listed.extend(records.iter().map(|record| record.template.to_string()));
        let (default, page) = (gallery_id("default"), Page::new(after_subject.as_ref(), 4));
        let records = stores.templates.list_subjects(&app(1), &default, page).await.expect("a page");
        after_subject = records.last().map(|record| record.subject.clone()).or(after_subject);
        subjects.extend(records.iter().map(|record| record.subject.to_string()));
        let rows = stores.templates.export(Page::new(place.as_ref(), 4)).await.expect("a page");
        place = rows.last().map(|row| (row.app, row.record.template.clone())).or(place);
        exported.extend(rows.iter().map(|row| row.record.template.to_string()));
        disturb(&stores, read).await;
    }
    let stay: Vec<String> = (0..ROWS).filter(|index| !index.is_multiple_of(3)).map(id).collect();
    for (what, seen) in [("templates", listed), ("subjects", subjects), ("export", exported)] {
        assert!(seen.is_sorted_by(|a, b| a < b), "{what}: in order, none twice: {seen:?}");
        let seen: Vec<_> = seen.into_iter().filter(|id| stay.contains(id)).collect();
        assert_eq!(seen, stay, "{what}");
    }
}
