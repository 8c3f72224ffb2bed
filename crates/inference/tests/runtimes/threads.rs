//! Sessions of one network side by side: right, and not one after the other unless they share a copy.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use faceward_inference::{Network, Precision, TensorView};

use crate::toy::{Toy, ToyFile};
use crate::{BOTH, runtime};

const WIDTH: usize = 128;
const LAYERS: usize = 8;

/// `LAYERS` products with a matrix that turns each row by one place; any number of rows.
fn turning() -> ToyFile {
    let mut matrix = vec![0.0; WIDTH * WIDTH];
    for row in 0..WIDTH {
        matrix[row * WIDTH + (row + 1) % WIDTH] = 1.0;
    }
    let width = WIDTH as u64;
    let mut toy = Toy::default().input("x", &[None, Some(width)]).output("y8", &[None, Some(width)]);
    let mut from = "x".to_owned();
    for layer in 1..=LAYERS {
        // A constant each: the runtime must not fold the products into one.
        let (weights, to) = (format!("w{layer}"), format!("y{layer}"));
        toy = toy.constant(&weights, &[width, width], &matrix).node("MatMul", &[&from, &weights], &to);
        from = to;
    }
    toy.write()
}

/// Row `r` holds `first + r` at place 0, and after the turns at place `LAYERS`.
fn run(session: &mut faceward_inference::Session, rows: usize, first: f32) {
    let mut x = vec![0.0; rows * WIDTH];
    for row in 0..rows {
        x[row * WIDTH] = first + row as f32;
    }
    let outputs = session.run(&[TensorView::new(&[rows, WIDTH], &x)]).expect("a run");
    for (row, values) in outputs[0].data.chunks(WIDTH).enumerate() {
        let expected = |place| if place == LAYERS { first + row as f32 } else { 0.0 };
        assert!(values.iter().enumerate().all(|(place, value)| *value == expected(place)));
    }
}

#[test]
fn many_sessions_in_as_many_threads_give_each_its_own_result() {
    let file = turning();
    for kind in BOTH {
        let network = runtime(kind).compile(&file.path, &[], Precision::F32).expect("a network");
        thread::scope(|scope| {
            for number in 0..6_u16 {
                let network = network.clone();
                scope.spawn(move || {
                    let mut session = network.session().expect("a session");
                    for round in 0..40_u16 {
                        run(&mut session, 1 + usize::from(round % 3), f32::from(100 * number + round));
                    }
                });
            }
        });
    }
}

#[test]
fn short_runs_begin_and_end_while_another_session_is_inside_one_long_run() {
    let file = turning();
    for kind in BOTH {
        let network = runtime(kind).compile(&file.path, &[], Precision::F32).expect("a network");
        assert!(overlaps(&network), "{kind:?}: sessions of one network wait for each other");
    }
}

/// Whether 8 short runs, with pauses between them, fit into one long run of another session. Sessions that took turns
/// would let one or two in: between the moment when the other thread says that it begins and the moment when it does.
fn overlaps(network: &Network) -> bool {
    // Odd while the long run is going on, and another number for each.
    let phase = AtomicUsize::new(0);
    let proved = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut long = network.session().expect("a session");
        let _shares_with_the_long_one = network.session().expect("a session");
        let mut session = network.session().expect("a session");
        let (phase, proved) = (&phase, &proved);
        scope.spawn(move || {
            let x = vec![1.0; 20_000 * WIDTH];
            for _ in 0..300 {
                if proved.load(Ordering::SeqCst) {
                    break;
                }
                phase.fetch_add(1, Ordering::SeqCst);
                long.run(&[TensorView::new(&[20_000, WIDTH], &x)]).expect("a run");
                phase.fetch_add(1, Ordering::SeqCst);
            }
            phase.store(usize::MAX - 1, Ordering::SeqCst);
        });
        let (mut current, mut inside) = (0, 0);
        loop {
            // A pause in which a thread that waits for this one gets its turn.
            thread::sleep(Duration::from_micros(200));
            let before = phase.load(Ordering::SeqCst);
            if before == usize::MAX - 1 {
                break;
            }
            run(&mut session, 1, 1.0);
            if before.is_multiple_of(2) || phase.load(Ordering::SeqCst) != before {
                continue;
            }
            inside = if before == current { inside + 1 } else { 1 };
            current = before;
            if inside == 8 {
                proved.store(true, Ordering::SeqCst);
            }
        }
    });
    proved.load(Ordering::SeqCst)
}
