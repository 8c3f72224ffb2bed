//! SIGTERM and SIGINT while something must be tidied up before the process ends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether somebody was told to stop. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopped(Arc<AtomicBool>);

impl Stopped {
    /// From now on.
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// While it lives, the first SIGTERM or SIGINT only sets [`Self::stopped`]; the second ends the process, as every one does
/// afterwards.
pub(crate) struct Interrupt {
    pub(crate) stopped: Stopped,
    over: Arc<AtomicBool>,
}

impl Interrupt {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system refuses the handlers.
    pub(crate) fn listen() -> io::Result<Self> {
        let (stopped, over) = (Stopped::default(), Arc::new(AtomicBool::new(false)));
        for signal in [SIGTERM, SIGINT] {
            // In this order: the first signal finds `over` unset and sets it.
            flag::register_conditional_default(signal, Arc::clone(&over))?;
            flag::register(signal, Arc::clone(&over))?;
            flag::register(signal, Arc::clone(&stopped.0))?;
        }
        Ok(Self { stopped, over })
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}
