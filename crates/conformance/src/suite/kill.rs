//! What was acknowledged survives the death of the process; what was deleted does not come back.
//!
//! A victim works on a store in a process of its own and tells on its standard output what it is about to do and what was
//! acknowledged. Somebody kills it; the store is opened again and compared with what was told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write};
use std::process::{Command, Stdio};

use faceward_store::{OnConflict, Page, Stores};

use crate::samples::{app, embedding, new_template, seeded, subject_id, template_id};

/// Values of a template's vector.
const LENGTH: usize = 128;

/// Adds, replaces and deletes for ever, templates of app 1, and tells `out` about it; now and then puts everything under a new
/// data key, or under a new master key where the store can. `round` tells runs apart.
///
/// # Errors
/// Nobody listens any more.
///
/// # Panics
/// The store fails.
pub async fn work(stores: &Stores, round: u64, mut out: impl Write) -> std::io::Result<()> {
    for index in 0_u64.. {
        let template = format!("r{round:04}-{index:06}");
        put(stores, &template, 0, &mut out).await?;
        match index % 4 {
            1 => put(stores, &template, 1, &mut out).await?,
            2 => {
                let gone = format!("r{round:04}-{:06}", index - 1);
                writeln!(out, "\ndeleting {gone} 0")?;
                let deleted = stores.templates.delete_template(&app(1), &template_id(&gone)).await;
                assert_eq!(deleted.expect("deleted").n_templates, 1);
                writeln!(out, "\ndeleted {gone} 0")?;
            }
            3 if (index + round) % 12 == 3 => rotate(stores, &mut out).await?,
            _ => {}
        }
    }
    Ok(())
}

/// A new data key for the app, all of it sealed anew, and a new master key.
async fn rotate(stores: &Stores, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\nrotating keys 0")?;
    let now = jiff::Timestamp::now();
    stores.data_keys.renew_data_key(&app(1), now).await.map(|_| ()).expect("a new data key");
    // Few at a time, so that there is much in between.
    while !stores.data_keys.reseal(&app(1), 16).await.expect("sealed anew").done {}
    writeln!(out, "\nrotated keys 0")?;
    if let Some(master_key) = &stores.master_key {
        master_key.replace_master_key().await.map(|_| ()).expect("a new master key");
        writeln!(out, "\nrotated keys 1")?;
    }
    Ok(())
}

async fn put(stores: &Stores, template: &str, edition: u64, out: &mut impl Write) -> std::io::Result<()> {
    let new = new_template("anna", template, &seeded(vector(template, edition), LENGTH));
    writeln!(out, "\nputting {template} {edition}")?;
    let put = stores.templates.add(&app(1), &new, OnConflict::Replace).await;
    put.map(|_| ()).expect("put");
    writeln!(out, "\nput {template} {edition}")
}

/// The seed of a template's vector.
fn vector(template: &str, edition: u64) -> u64 {
    template.bytes().fold(edition, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// What a victim has told, by template: what it set out to do last, and what was acknowledged last.
#[derive(Debug, Default)]
pub struct Told {
    rows: BTreeMap<String, Row>,
    /// Lines that were told.
    pub n_lines: usize,
}

#[derive(Debug, Default)]
struct Row {
    acknowledged: Option<Edition>,
    begun: Option<Edition>,
}

/// `None`: deleted.
type Edition = Option<u64>;

/// Starts the victim, kills it once it has told `lines` things, and gives all that it told.
///
/// # Panics
/// It does not start, or dies by itself before that.
pub fn kill_after(victim: &mut Command, lines: usize) -> Told {
    let mut child = victim.stdout(Stdio::piped()).spawn().expect("a child");
    let mut told = Told::default();
    let stdout = child.stdout.take().expect("its output");
    for line in BufReader::new(stdout).lines() {
        told.hear(&line.expect("text"));
        if told.n_lines == lines {
            // SIGKILL: nothing of the victim runs any more. What it has told since stays in the pipe.
            child.kill().expect("killed");
        }
    }
    child.wait().expect("an end");
    assert!(told.n_lines >= lines, "the victim died by itself");
    told
}

impl Told {
    fn hear(&mut self, line: &str) {
        let [word, template, edition] = line.split(' ').collect::<Vec<_>>()[..] else { return };
        let Ok(edition) = edition.parse() else { return };
        let (begun, edition) = match word {
            "putting" => (true, Some(edition)),
            "put" => (false, Some(edition)),
            "deleting" => (true, None),
            "deleted" => (false, None),
            "rotating" | "rotated" => {
                self.n_lines += 1;
                return;
            }
            _other_output => return,
        };
        self.n_lines += 1;
        let row = self.rows.entry(template.to_owned()).or_default();
        if begun {
            row.begun = Some(edition);
        } else {
            row.acknowledged = Some(edition);
        }
    }

    /// Compares with what the store holds of app 1 whose ids begin with `prefix`.
    ///
    /// # Panics
    /// Something acknowledged is not there, something deleted is, or something that nobody set out to do.
    pub async fn check(&self, stores: &Stores, prefix: &str) {
        let mut left: BTreeSet<String> = held(stores, prefix).await;
        for (template, row) in &self.rows {
            let id = template_id(template);
            let held = stores.templates.reference(&app(1), &id).await.expect("readable");
            let is = |edition: &Edition| match (edition, &held) {
                (None, held) => held.is_none(),
                (Some(_), None) => false,
                (Some(edition), Some((_, is))) => {
                    *is == embedding(&seeded(vector(template, *edition), LENGTH))
                }
            };
            // Whatever was begun and not acknowledged may have been made or not.
            let possible = [row.acknowledged.or(Some(None)), row.begun];
            assert!(possible.iter().flatten().any(is), "{template}: {row:?}, but holds {}", held.is_some());
            left.remove(template);
        }
        assert!(left.is_empty(), "nobody added {left:?}");
        let anna = subject_id("anna");
        let gallery = crate::samples::gallery_id("default");
        let model = faceward_core::ModelId::new(crate::samples::MODEL);
        let n_listed = held_count(stores).await;
        if n_listed > 0 {
            let found = stores.templates.references(&app(1), &gallery, &anna, &model).await.expect("known");
            assert_eq!(found.n_templates, n_listed);
        }
    }
}

async fn held_count(stores: &Stores) -> usize {
    stores.templates.count_templates(&app(1)).await.expect("known")
}

async fn held(stores: &Stores, prefix: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut after = None;
    loop {
        let page = Page::largest(after.as_ref());
        let rows = stores.templates.list_templates(&app(1), None, page).await.expect("readable");
        let Some(last) = rows.last() else { return ids };
        after = Some(last.template.clone());
        ids.extend(rows.iter().map(|row| row.template.to_string()).filter(|id| id.starts_with(prefix)));
    }
}
