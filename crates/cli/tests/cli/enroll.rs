//! Many photos at once.

use faceward_testkit::fixture;

use crate::process::{Place, text};

/// Puts a photo into the folder `people`.
pub(crate) fn put(place: &Place, name: &str, photo: &str) {
    let path = place.path("people").join(name);
    fs_err::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs_err::copy(fixture(photo), path).expect("copied");
}

#[test]
fn a_folder_is_enrolled_and_a_second_run_goes_on_where_the_first_one_was() {
    let place = Place::new();
    place.run(&["app", "create"]).exits(0);
    put(&place, "barack/1.jpg", "obama.jpg");
    put(&place, "barack/2.jpg", "obama2.jpg");
    put(&place, "joe.jpg", "biden.jpg");
    place.write("people/late.jpg", "not a photo at all");
    place.write("people/notes.txt", "");
    let first = place.run(&["enroll", "people", "--json"]).exits(1);
    let counts = first.json();
    assert_eq!((&counts["enrolled"], &counts["refused"]), (&3.into(), &1.into()), "{first:?}");
    assert!(first.err.contains("1 files are no photos"), "{first:?}");
    let report = fs_err::read_to_string(place.path("enroll-report.csv")).expect("a report");
    assert!(report.contains("people/barack/1.jpg,barack/1,enrolled,"), "{report}");
    assert!(report.contains("people/late.jpg,late,refused,"), "{report}");

    put(&place, "late.jpg", "biden.jpg");
    let second = place.run(&["enroll", "people", "--json"]).exits(0).json();
    let counts = ["done_before", "enrolled", "there_already", "refused"].map(|name| second[name].as_u64());
    assert_eq!(counts, [Some(3), Some(1), Some(0), Some(0)]);

    place.write(
        "list.csv",
        "photo,template,subject,name\npeople/joe.jpg,joe,joe,\npeople/joe.jpg,j-2,joe,Joe B.\n",
    );
    let listed = place.run(&["enroll", "list.csv", "--report", "list-report.csv"]).exits(0);
    assert!(listed.out.starts_with("1 enrolled, 1 there already, 0 refused"), "{listed:?}");
    let found = place.run(&["identify", text(&fixture("obama2.jpg")), "--json"]).exits(0).json();
    assert_eq!(found["candidates"][0]["subject"], "barack");
}

#[test]
fn what_is_no_list_and_what_is_of_one_photo_is_refused_before_anything_is_enrolled() {
    let place = Place::new();
    put(&place, "joe.jpg", "biden.jpg");
    place.write("list.csv", "picture\njoe.jpg\n");
    place.run(&["enroll", "list.csv"]).exits(2);
    place.run(&["enroll", "no-such-list.csv"]).exits(2);
    place.run(&["enroll", "people", "--template", "joe"]).exits(2);
    place.write("enroll-report.csv", "name,age\nanna,7\n");
    let refused = place.run(&["enroll", "people"]).exits(2);
    assert!(refused.err.contains("the report enroll-report.csv"), "{refused:?}");
}
