//! Snapshots of the templates: a folder opens with them as without, whatever has happened to them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use faceward_conformance::samples::{
    MODEL, add, app, at, create_apps, create_gallery, embedding, gallery_id, listed, new_template, seeded,
    subject_id, subject_name, template_id,
};
use faceward_core::{ModelId, Projection};
use faceward_embedded::{Embedded, Options, Pace};
use faceward_sealing::KeySource;
use faceward_store::{OnConflict, Page, Stores};

/// Of blocks so small that a few templates fill several.
pub(crate) const PACE: Pace = Pace {
    rows: 8,
    least: 1,
    least_busy: 1,
    every: Duration::from_millis(1),
    rest: 0,
    at_stop: Duration::from_secs(60),
};

pub(crate) fn open_by(dir: &Path, options: Options) -> Embedded {
    Embedded::open_with(dir, &KeySource::in_folder(dir).into(), options, &|_| {}).expect("it opens")
}

fn open(dir: &Path) -> Embedded {
    open_by(dir, Options::default())
}

fn stores(embedded: &Embedded) -> Stores {
    embedded.clone().into()
}

/// A closed folder with app 1 and `n` templates, all of them in blocks.
pub(crate) async fn folder(n: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let embedded = open(dir.path());
    create_apps(&stores(&embedded), 1).await;
    enrol(&embedded, 0..n).await;
    embedded.write_snapshots(&PACE).expect("written");
    dir
}

/// Template `t0007` is of subject `s2`, in gallery `default`.
pub(crate) async fn enrol(embedded: &Embedded, indices: std::ops::Range<u64>) {
    for index in indices {
        let (subject, template) = (format!("s{}", index % 5), format!("t{index:04}"));
        add(&stores(embedded), &new_template(&subject, &template, &seeded(index, 37))).await;
    }
}

pub(crate) async fn delete(embedded: &Embedded, index: u64) {
    let template = template_id(&format!("t{index:04}"));
    let deleted = stores(embedded).templates.delete_template(&app(1), &template).await.expect("deleted");
    assert_eq!(deleted.n_templates, 1);
}

/// Copies everything that lies in a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a folder");
    for entry in fs_err::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs_err::copy(entry.path(), into).expect("copied");
        }
    }
}

fn copied(from: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    copy(from, dir.path());
    dir
}

/// The files of blocks, in the order of their numbers.
pub(crate) fn blocks(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(dir.join("snapshots")) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort_by_key(|file| {
        file.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<u64>().ok())
    });
    files
}

/// All that a store says of app 1: every template and vector, every gallery, and who is found, bit for bit.
async fn answers(embedded: &Embedded) -> Vec<String> {
    let stores = stores(embedded);
    let mut said = Vec::new();
    let mut after = None;
    loop {
        let rows = stores.templates.export(Page::largest(after.as_ref())).await.expect("readable");
        let Some(last) = rows.last() else { break };
        after = Some((last.app, last.record.template.clone()));
        said.extend(rows.iter().map(|row| {
            let bits: Vec<u32> = row.embedding.vector().iter().map(|value| value.to_bits()).collect();
            format!("{} {:?} {:?} {bits:?}", row.app, row.record, row.name)
        }));
    }
    let galleries = stores.templates.list_galleries(&app(1), Page::largest(None)).await.expect("readable");
    said.extend(galleries.iter().map(|gallery| format!("{gallery:?}")));
    for seed in 0..4 {
        let probe = embedding(&seeded(seed * 7, 37));
        for galleries in [None, Some(&[gallery_id("east")][..])] {
            let found = stores.templates.search(&app(1), galleries, &probe, 9).await.expect("no error");
            said.extend(found.iter().map(|found| format!("{} {found:?}", found.cosine.0.to_bits())));
        }
    }
    said
}

/// How many templates come from blocks when it is opened, how many there are, and why others do not.
fn opened(dir: &Path) -> (usize, usize, BTreeMap<String, usize>) {
    let embedded = open(dir);
    let opened = embedded.opened();
    (opened.n_from_snapshots, opened.n_templates, opened.unusable.clone())
}

/// Whether it answers with the blocks that it has as it does without any.
async fn check(dir: &Path, what: &str) {
    let without = copied(dir);
    let truth = answers(&open_by(without.path(), Options { snapshots: false, ..Options::default() })).await;
    assert!(blocks(without.path()).is_empty(), "who wants none keeps none");
    assert_eq!(answers(&open(dir)).await, truth, "{what}");
}

/// Reproducible numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// One change of app 1.
async fn change(embedded: &Embedded, dice: &mut Dice) {
    let stores = stores(embedded);
    let subject = format!("s{}", dice.below(9));
    let mut new = new_template(&subject, &format!("t{}", dice.below(60)), &seeded(dice.below(999), 37));
    new.name = (dice.below(5) == 0).then(|| subject_name(&format!("Anna {}", dice.below(3))));
    new.expires_at = (dice.below(5) == 0).then(|| at([1, 9_000_000_000][dice.below(2) as usize]));
    new.gallery = gallery_id(["default", "east"][dice.below(2) as usize]);
    match dice.below(40) {
        0 => {
            stores.templates.delete_all_galleries(&app(1)).await.map(|_| ()).expect("deleted");
            create_gallery(&stores, "east").await;
        }
        1 | 2 => {
            let gone = stores.templates.delete_subject(&app(1), &new.gallery, &subject_id(&subject)).await;
            let _unknown_gallery = gone.is_err();
        }
        3..8 => {
            stores.templates.delete_template(&app(1), &new.template).await.map(|_| ()).expect("no error");
        }
        _ => {
            stores.templates.add(&app(1), &new, OnConflict::Replace).await.map(|_| ()).expect("added");
        }
    }
}

#[tokio::test]
async fn a_folder_answers_with_snapshots_as_it_does_without() {
    let dir = tempfile::tempdir().expect("a folder");
    {
        let stores = stores(&open(dir.path()));
        create_apps(&stores, 2).await;
        create_gallery(&stores, "east").await;
    }
    let (mut dice, mut n_from_blocks) = (Dice(7), 0);
    for round in 0..15 {
        {
            let embedded = open(dir.path());
            n_from_blocks += embedded.opened().n_from_snapshots;
            for _ in 0..dice.below(70) {
                change(&embedded, &mut dice).await;
                if dice.below(5) == 0 {
                    embedded.write_snapshots(&PACE).expect("written");
                }
            }
        }
        check(dir.path(), &format!("round {round}")).await;
    }
    assert!(n_from_blocks > 40, "{n_from_blocks} came from blocks");
}

#[tokio::test]
async fn what_was_enrolled_after_a_snapshot_comes_from_the_database() {
    let dir = folder(20).await;
    assert_eq!(opened(dir.path()), (20, 20, BTreeMap::new()));
    enrol(&open(dir.path()), 20..23).await;
    assert_eq!(opened(dir.path()), (20, 23, BTreeMap::new()));
    check(dir.path(), "three more").await;
    let embedded = open(dir.path());
    // The last block, of four, had room: it is written anew with what has come.
    assert_eq!((embedded.write_snapshots(&PACE).expect("written"), blocks(dir.path()).len()), (1, 3));
    assert_eq!(embedded.write_snapshots(&PACE).expect("nothing to do"), 0);
    drop(embedded);
    assert_eq!(opened(dir.path()), (23, 23, BTreeMap::new()));
}

#[tokio::test]
async fn a_block_that_is_not_as_it_was_written_is_passed_by_and_says_why() {
    type Spoil = fn(&Path, &Path);
    let spoil: [(&str, Spoil); 6] = [
        ("its file cannot be read: entity not found", |_, block| {
            fs_err::remove_file(block).expect("removed");
        }),
        ("damaged", |_, block| {
            let mut content = fs_err::read(block).expect("readable");
            let middle = content.len() / 2;
            content[middle] ^= 1;
            fs_err::write(block, content).expect("written");
        }),
        ("damaged", |_, block| {
            let content = fs_err::read(block).expect("readable");
            fs_err::write(block, &content[..content.len() - 1]).expect("written");
        }),
        ("damaged", |_, block| fs_err::write(block, []).expect("written")),
        ("damaged", |dir, block| {
            fs_err::copy(&blocks(dir)[1], block).map(|_| ()).expect("another block of the folder");
        }),
        ("its key", |dir, _| {
            let database = rusqlite::Connection::open(dir.join("gallery.db")).expect("a database");
            let sql = "UPDATE snapshot_blocks SET sealed = zeroblob(80) WHERE number = 1";
            assert_eq!(database.execute(sql, []).expect("valid SQL"), 1);
        }),
    ];
    for (why, spoil) in spoil {
        let dir = folder(20).await;
        spoil(dir.path(), &blocks(dir.path())[0]);
        check(copied(dir.path()).path(), why).await;
        let (n_from_blocks, n_templates, unusable) = opened(dir.path());
        assert_eq!((n_from_blocks, n_templates), (12, 20), "{why}");
        assert_eq!(unusable.len(), 1);
        let reason = unusable.keys().next().expect("one");
        assert!(reason.contains(why), "{reason}");
        // It was noticed once, and is written again.
        assert_eq!(open(dir.path()).write_snapshots(&PACE).expect("written"), 1);
        assert_eq!(opened(dir.path()), (20, 20, BTreeMap::new()), "{why}");
    }
}

#[tokio::test]
async fn blocks_of_another_folder_are_not_used() {
    let (ours, theirs) = (folder(20).await, folder(20).await);
    fs_err::remove_dir_all(ours.path().join("snapshots")).expect("removed");
    copy(&theirs.path().join("snapshots"), &ours.path().join("snapshots"));
    check(copied(ours.path()).path(), "of another folder").await;
    let (n_from_blocks, _, unusable) = opened(ours.path());
    assert_eq!((n_from_blocks, unusable.values().sum::<usize>()), (0, 3));
}

#[tokio::test]
async fn blocks_of_another_projection_are_written_anew() {
    let dir = folder(20).await;
    let rows = (0..18).flat_map(|row| (0..37).map(move |at| f32::from(u8::from(at == 2 * row)))).collect();
    let projection =
        Projection::new(ModelId::new(MODEL), ModelId::new("toy-2"), 37, rows).expect("whole rows");
    let options = Options { projection: Some(Arc::new(projection)), ..Options::default() };
    let embedded = open_by(dir.path(), options.clone());
    let opened = embedded.opened();
    assert_eq!((opened.n_from_snapshots, opened.n_templates, opened.unusable.len()), (0, 20, 1));
    assert!(opened.unusable.keys().all(|reason| reason.contains("another projection")));
    let said = answers(&embedded).await;
    assert!(said.iter().any(|line| line.contains("toy-2")));
    embedded.write_snapshots(&PACE).expect("written");
    drop(embedded);
    let again = open_by(dir.path(), options);
    assert_eq!((again.opened().n_from_snapshots, answers(&again).await), (20, said));
}

#[tokio::test]
async fn an_older_state_of_the_blocks_beside_the_database_brings_nothing_back() {
    let dir = folder(40).await;
    let before = copied(dir.path());
    let embedded = open(dir.path());
    for index in [3, 4, 39] {
        delete(&embedded, index).await;
    }
    let new = new_template("new", "t0020", &seeded(777, 37));
    stores(&embedded).templates.add(&app(1), &new, OnConflict::Replace).await.map(|_| ()).expect("replaced");
    enrol(&embedded, 50..60).await;
    embedded.write_snapshots(&PACE).expect("written");
    drop(embedded);
    let after = copied(dir.path());
    // The files of before, as well as those of now.
    copy(&before.path().join("snapshots"), &dir.path().join("snapshots"));
    check(dir.path(), "older files added").await;
    // Those of before alone.
    fs_err::remove_dir_all(dir.path().join("snapshots")).expect("removed");
    copy(&before.path().join("snapshots"), &dir.path().join("snapshots"));
    check(dir.path(), "older files alone").await;
    let held = listed(&stores(&open(dir.path()))).await;
    assert!(!held.iter().any(|row| ["t0003", "t0004", "t0039"].iter().any(|gone| row.contains(gone))));
    assert!(held.contains(&"new t0020".to_owned()), "{held:?}");
    // And the database of before beside the files of after: what it says holds.
    fs_err::remove_dir_all(before.path().join("snapshots")).expect("removed");
    copy(&after.path().join("snapshots"), &before.path().join("snapshots"));
    check(before.path(), "an older database beside newer files").await;
    assert_eq!(listed(&stores(&open(before.path()))).await.len(), 40);
}

#[tokio::test]
async fn rows_that_were_changed_by_hand_are_read_from_the_database() {
    // The second takes the place of a row without a trigger that would tell of it: the rows are counted.
    for sql in [
        "DELETE FROM templates WHERE id = 't0003'",
        "INSERT OR REPLACE INTO templates (key, app, gallery, subject, id, model, sealed, created_at)
         SELECT 99, app, gallery, subject, id, model, sealed, created_at FROM templates WHERE id = 't0003'",
        "UPDATE templates SET key = 99 WHERE id = 't0003'",
    ] {
        let dir = folder(20).await;
        let database = rusqlite::Connection::open(dir.path().join("gallery.db")).expect("a database");
        database.pragma_update(None, "foreign_keys", "ON").expect("set");
        assert_eq!(database.execute(sql, []).expect("valid SQL"), 1, "{sql}");
        drop(database);
        check(dir.path(), sql).await;
    }
}

#[tokio::test]
async fn a_copy_of_the_folder_needs_no_blocks() {
    let dir = folder(20).await;
    let place = tempfile::tempdir().expect("a folder");
    let (backup, restored) = (place.path().join("backup"), place.path().join("restored"));
    let embedded = open(dir.path());
    let copies = stores(&embedded).backup.expect("it copies");
    copies.back_up(&backup).await.map(|_| ()).expect("copied");
    assert!(!backup.join("snapshots").exists());
    let key = dir.path().join("master.key");
    faceward_embedded::restore(&backup, faceward_embedded::RestoredKey::File(&key), &restored)
        .map(|_| ())
        .expect("restored");
    assert_eq!(opened(&restored), (0, 20, BTreeMap::new()));
    assert_eq!(answers(&open(&restored)).await, answers(&embedded).await);
}
