//! What was acknowledged survives the death of the process; what was deleted does not come back.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{add, app, create_app, listed, new_template, open, seeded, template_id};

/// The victim works in its current folder, and only where this file lies.
const MARKER: &str = "work-here";

/// Not a test by itself: runs in a process of its own, adds and deletes, tells what it does, until it is killed.
#[test]
#[ignore = "started by acknowledged_changes_survive_a_kill"]
fn victim() {
    if !Path::new(MARKER).exists() {
        return;
    }
    let gallery = open(Path::new("data"));
    for index in gallery.count(&app(1)).expect("known").. {
        let template = format!("t{index:06}");
        println!("\nadding {template}");
        add(&gallery, &new_template("anna", &template, &seeded(index as u64, 128)));
        println!("\nadded {template}");
        if index % 3 == 2 {
            let template = format!("t{:06}", index - 1);
            println!("\ndeleting {template}");
            assert!(gallery.delete(&app(1), &template_id(&template)).expect("deleted"));
            println!("\ndeleted {template}");
        }
    }
}

/// Lets the victim work in `dir` until it has told `lines` things, kills it, and gives what it told.
fn kill_after(dir: &Path, lines: usize) -> Vec<(String, String)> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["durability::victim", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .current_dir(dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut told = Vec::new();
    let stdout = child.stdout.take().expect("its output");
    for line in BufReader::new(stdout).lines() {
        let line = line.expect("text");
        if let Some((word, template)) = line.split_once(' ')
            && ["adding", "added", "deleting", "deleted"].contains(&word)
        {
            told.push((word.to_owned(), template.to_owned()));
        }
        if told.len() == lines {
            // SIGKILL: nothing of the victim runs any more. What it has told since stays in the pipe.
            child.kill().expect("killed");
        }
    }
    child.wait().expect("an end");
    told
}

#[test]
fn acknowledged_changes_survive_a_kill() {
    for lines in [1, 2, 3, 7, 8, 40, 77] {
        let dir = tempfile::tempdir().expect("a folder");
        fs_err::write(dir.path().join(MARKER), "").expect("a marker");
        create_app(&open(&dir.path().join("data")), app(1));
        let told = kill_after(dir.path(), lines);
        assert!(told.len() >= lines, "the victim died by itself");
        let told: HashSet<(&str, &str)> =
            told.iter().map(|(word, id)| (word.as_str(), id.as_str())).collect();

        let gallery = open(&dir.path().join("data"));
        let there: HashSet<String> =
            listed(&gallery).iter().map(|line| line.trim_start_matches("anna ").to_owned()).collect();
        for (word, template) in &told {
            let present = there.contains(*template);
            match *word {
                "added" => assert!(present || told.contains(&("deleting", template)), "{template} was lost"),
                "deleted" => assert!(!present, "{template} came back"),
                _ => {}
            }
        }
        // Nothing but what it set out to add, and the folder works on.
        assert!(there.iter().all(|template| told.contains(&("adding", template.as_str()))));
        add(&gallery, &new_template("bert", "after", &seeded(0, 128)));
    }
}
