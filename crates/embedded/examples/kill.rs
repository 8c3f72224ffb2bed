//! Kills a process that works on a data folder, again and again, and checks what is left each time: the figures of
//! docs/durability.md. `cargo run --release -p faceward-embedded --example kill -- 1000`

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use faceward_conformance::samples::create_apps;
use faceward_conformance::suite::kill::{kill_after, work};
use faceward_embedded::{Embedded, Pace};
use faceward_store::Stores;

/// Rounds in one folder: sealing it anew takes the longer the more there is in it.
const ROUNDS: u64 = 50;

fn open(dir: &Path) -> Embedded {
    Embedded::open(dir).expect("the folder opens")
}

/// The same with snapshots of few templates each, written all the time.
fn open_keeping_snapshots(dir: &Path) -> Stores {
    let (every, at_stop) = (Duration::from_millis(1), Duration::ZERO);
    let pace = Pace { rows: 8, least: 1, least_busy: 1, every, rest: 0, at_stop };
    open(dir).keeping_snapshots(pace).expect("a thread").into()
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, of two words")]
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [rounds] => runtime.block_on(kill(rounds.parse().expect("a number of rounds"))),
        [dir, round] => {
            let round = round.parse().expect("a number");
            // Nobody listens any more: the end.
            let _ended =
                runtime.block_on(work(&open_keeping_snapshots(Path::new(dir)), round, std::io::stdout()));
        }
        _other => {
            #[expect(clippy::print_stderr, reason = "how it is used")]
            {
                eprintln!("kill ROUNDS");
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "the figures")]
async fn kill(rounds: u64) {
    let (mut n_lines, mut n_from_snapshots, mut n_templates) = (0, 0, 0);
    let mut dir = tempfile::tempdir().expect("a folder");
    for round in 0..rounds {
        if round % ROUNDS == 0 {
            dir = tempfile::tempdir().expect("a folder");
            create_apps(&open(dir.path()).into(), 1).await;
        }
        // 1 to 61 things told before the kill, in an order that repeats nothing soon.
        let lines = 1 + (round * 37 % 61) as usize;
        let mut victim = Command::new(std::env::current_exe().expect("this program"));
        victim.arg(dir.path()).arg(round.to_string());
        let told = kill_after(&mut victim, lines);
        let embedded = open(dir.path());
        n_from_snapshots += embedded.opened().n_from_snapshots;
        n_templates += embedded.opened().n_templates;
        told.check(&embedded.into(), &format!("r{round:04}-")).await;
        n_lines += told.n_lines;
        if (round + 1) % 100 == 0 {
            println!("{} kills, {n_lines} things told", round + 1);
        }
    }
    println!(
        "{rounds} kills, {n_lines} things told, {n_from_snapshots} of {n_templates} templates read from snapshots: \
         nothing lost, nothing came back"
    );
}
