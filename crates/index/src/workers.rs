//! The threads of the searches: as many as the machine has cores, for all searches together.

use std::sync::OnceLock;

use faceward_kernels::Kernel;
use faceward_store::StoreError;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads and the instructions that they use. The threads start with the first search that is worth it.
pub(crate) struct Workers {
    pub(crate) kernel: Kernel,
    n_threads: usize,
    pool: OnceLock<ThreadPool>,
}

impl Default for Workers {
    fn default() -> Self {
        Self::new(Kernel::fastest(), std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Workers {
    pub(crate) const fn new(kernel: Kernel, n_threads: usize) -> Self {
        Self { kernel, n_threads, pool: OnceLock::new() }
    }

    pub(crate) const fn n_threads(&self) -> usize {
        self.n_threads
    }

    /// What `work` gives on each of the threads, or on this one alone if the work is `small`. Blocks.
    pub(crate) fn run<T: Send>(
        &self,
        small: bool,
        work: impl Fn() -> T + Sync,
    ) -> Result<Vec<T>, StoreError> {
        if small || self.n_threads == 1 {
            return Ok(vec![work()]);
        }
        Ok(self.pool()?.broadcast(|_| work()))
    }

    fn pool(&self) -> Result<&ThreadPool, StoreError> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let named = |index| format!("search-{index}");
        let pool = ThreadPoolBuilder::new().num_threads(self.n_threads).thread_name(named).build();
        // Of two that were made at once, one is dropped.
        let pool = pool.map_err(StoreError::failed)?;
        Ok(self.pool.get_or_init(|| pool))
    }
}
