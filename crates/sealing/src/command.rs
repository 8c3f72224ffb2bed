//! What a command prints: run without a shell, for a bounded time, and read up to a bounded length.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::SealingError;

/// How long a command may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How much it may print, in bytes: a key is shorter in every form.
const LONGEST: u64 = 4096;
/// How often it is looked at when it has closed its output.
const POLL: Duration = Duration::from_millis(5);

/// What the program in the first of `words` prints. It reads nothing; what it says on standard error is for the operator and
/// goes to where ours goes.
pub(crate) fn output_of(words: &[String], patience: Duration) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let [program, arguments @ ..] = words else { return Err(failed("", "no program is named")) };
    let deadline = Instant::now() + patience;
    let spawned = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| failed(program, error))?;
    let outcome = answer(&mut child, deadline);
    if outcome.is_err() {
        // It may have ended by itself.
        child.kill()?;
        child.wait()?;
    }
    outcome.map_err(|reason| failed(program, reason))
}

fn answer(child: &mut Child, deadline: Instant) -> Result<Zeroizing<Vec<u8>>, String> {
    let pipe = child.stdout.take().ok_or("it has no output")?;
    let (sender, read) = channel();
    // On a thread of its own: whoever keeps the pipe open must not keep us.
    std::thread::spawn(move || {
        // With all its room at once: what grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
        let outcome = pipe.take(LONGEST + 1).read_to_end(&mut bytes).map(|_| bytes);
        // Nobody listens after the deadline.
        drop(sender.send(outcome));
    });
    let too_late = || "it has not ended in time".to_owned();
    let bytes = match read.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(outcome) => outcome.map_err(|error| error.to_string())?,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Err(too_late()),
    };
    if bytes.len() as u64 > LONGEST {
        return Err(format!("it printed more than {LONGEST} bytes"));
    }
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => return Ok(bytes),
            Some(status) => return Err(format!("it ended with {status}")),
            None if Instant::now() >= deadline => return Err(too_late()),
            None => std::thread::sleep(POLL),
        }
    }
}

fn failed(program: &str, reason: impl std::fmt::Display) -> SealingError {
    SealingError::Command { program: program.to_owned(), reason: reason.to_string() }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(words: &[&str], patience: Duration) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        output_of(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), patience)
    }

    #[test]
    fn what_a_command_prints_is_read_and_no_shell_is_between() {
        let printed = run(&["printf", "%s", "$HOME;a"], PATIENCE).expect("it prints");
        assert_eq!(printed.as_slice(), b"$HOME;a");
    }

    #[test]
    fn a_command_that_fails_or_prints_on_or_does_not_end_is_told() {
        let short = Duration::from_millis(100);
        for (words, patience, reason) in [
            (&["false"][..], PATIENCE, "exit status: 1"),
            (&["/no/such/program"], PATIENCE, "No such file"),
            (&["cat", "/dev/zero"], PATIENCE, "more than 4096 bytes"),
            (&["sleep", "1000"], short, "not ended in time"),
            // It closes its output and goes on.
            (&["sh", "-c", "exec >&-; exec sleep 1000"], short, "not ended in time"),
        ] {
            let error = run(words, patience).expect_err("refused").to_string();
            assert!(error.contains(reason) && error.contains(words[0]), "{words:?}: {error}");
        }
    }
}
