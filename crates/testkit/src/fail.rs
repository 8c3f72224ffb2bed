//! How a helper ends a test.

/// With an error and its causes.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub(crate) fn fail(error: &dyn std::error::Error) -> ! {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    panic!("{message}");
}

/// With words.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub(crate) fn give_up(why: &str) -> ! {
    panic!("{why}");
}

/// The `Ok`, or the end of the test.
pub(crate) fn must<T, E: std::error::Error>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => fail(&error),
    }
}
