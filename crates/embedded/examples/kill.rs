//! Kills a process that works on a data folder, again and again, and checks what is left each time: the figures of
//! docs/durability.md. `cargo run --release -p faceward-embedded --example kill -- 1000`

use std::path::Path;
use std::process::Command;

use faceward_conformance::samples::{app, create_apps};
use faceward_conformance::suite::kill::{kill_after, work};
use faceward_embedded::Embedded;
use faceward_store::Stores;

fn open(dir: &Path) -> Stores {
    Embedded::open(dir).expect("the folder opens").into()
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, of two words")]
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [rounds] => runtime.block_on(kill(rounds.parse().expect("a number of rounds"))),
        [dir, round] => {
            let round = round.parse().expect("a number");
            // Nobody listens any more: the end.
            let _ended = runtime.block_on(work(&open(Path::new(dir)), round, std::io::stdout()));
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
    let dir = tempfile::tempdir().expect("a folder");
    create_apps(&open(dir.path()), 1).await;
    let mut n_lines = 0;
    for round in 0..rounds {
        // 1 to 61 things told before the kill, in an order that repeats nothing soon.
        let lines = 1 + (round * 37 % 61) as usize;
        let mut victim = Command::new(std::env::current_exe().expect("this program"));
        victim.arg(dir.path()).arg(round.to_string());
        let told = kill_after(&mut victim, lines);
        told.check(&open(dir.path()), &format!("r{round:04}-")).await;
        n_lines += told.n_lines;
        if (round + 1) % 100 == 0 {
            println!("{} kills, {n_lines} things told", round + 1);
        }
    }
    let n_templates = open(dir.path()).templates.count_templates(&app(1)).await.expect("known");
    println!(
        "{rounds} kills, {n_lines} things told, {n_templates} templates left: nothing lost, nothing came back"
    );
}
