//! Compiling, checking and warming up every enabled model, several at a time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use faceward_inference::{Precision, Runtime, RuntimeKind, RuntimeOptions};
use faceward_models::{Dim, Manifest, ModelDecl, Store, Task};

use super::{Compiled, NetworkKey, Networks, check};
use crate::options::{EngineError, EngineOptions, OnCompiled, PrecisionChoice};

/// A network to be made.
struct Job {
    key: NetworkKey,
    decl: &'static ModelDecl,
}

impl Networks {
    /// Compiles every model of the manifest that the runtime reads and `options` does not disable; detectors, whose input
    /// is declared open, once for each of `sides`.
    ///
    /// # Errors
    /// Files are missing or not as declared (all are listed), or the runtime fails.
    pub(crate) fn load(
        store: &Store,
        options: &EngineOptions,
        sides: &[u32],
        on_compiled: OnCompiled<'_>,
    ) -> Result<Self, EngineError> {
        let library = store
            .runtime_library(options.runtime)
            .map_err(|error| EngineError::Models(vec![error.to_string()]))?;
        let runtime_options = RuntimeOptions { library, compiled_cache: Some(store.compiled_dir()) };
        let runtime = Runtime::load(options.runtime, &runtime_options)?;
        let jobs = jobs(options.runtime, &options.disabled, sides)?;
        let short = shortest(&runtime, options.precision)?;
        let n_done = AtomicUsize::new(0);
        on_compiled(0, jobs.len());
        let results = in_parallel(&jobs, |job| {
            let compiled = compile(store, &runtime, job, short);
            on_compiled(n_done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
            compiled
        });
        let (mut compiled, mut problems) = (BTreeMap::new(), Vec::new());
        for (job, result) in jobs.iter().zip(results) {
            match result {
                Ok(network) => {
                    compiled.insert(job.key, network);
                }
                Err(more) => problems.extend(more),
            }
        }
        if problems.is_empty() {
            Ok(Self { runtime, compiled: Arc::new(compiled) })
        } else {
            Err(EngineError::Models(problems))
        }
    }
}

/// The precision of networks that bear bf16.
fn shortest(runtime: &Runtime, choice: PrecisionChoice) -> Result<Precision, EngineError> {
    let natively = runtime.computes(Precision::Bf16)?;
    match (choice, natively) {
        (PrecisionChoice::F32, _) | (PrecisionChoice::Auto, false) => Ok(Precision::F32),
        (PrecisionChoice::Auto | PrecisionChoice::Bf16, true) => Ok(Precision::Bf16),
        (PrecisionChoice::Bf16, false) => {
            let kind = runtime.kind();
            Err(EngineError::Models(vec![format!("{kind} does not compute in bf16 on this processor")]))
        }
    }
}

/// What to compile for `runtime`. An id in `disabled` that no model has is an error: a typing mistake would otherwise
/// leave a model on that somebody wanted off.
fn jobs(runtime: RuntimeKind, disabled: &[String], sides: &[u32]) -> Result<Vec<Job>, EngineError> {
    let manifest = Manifest::embedded();
    let unknown: Vec<_> = disabled
        .iter()
        .filter(|id| manifest.model(id).is_none())
        .map(|id| format!("there is no model `{id}` to disable"))
        .collect();
    if !unknown.is_empty() {
        return Err(EngineError::Models(unknown));
    }
    let enabled =
        manifest.models().iter().filter(|decl| decl.runs_on(runtime) && !disabled.contains(&decl.id));
    let mut jobs: Vec<Job> = Vec::new();
    for decl in enabled {
        if decl.task == Task::Detection {
            let keys = sides.iter().map(|side| NetworkKey::square(&decl.id, *side));
            jobs.extend(keys.map(|key| Job { key, decl }));
        } else {
            jobs.push(Job { key: NetworkKey::fixed(&decl.id), decl });
        }
    }
    Ok(jobs)
}

/// Compiles one network, checks it and runs it once on zeros. It computes in `short` if it bears that.
fn compile(store: &Store, runtime: &Runtime, job: &Job, short: Precision) -> Result<Compiled, Vec<String>> {
    let Job { key, decl } = job;
    let told = |error: &dyn std::fmt::Display| vec![format!("{}: {error}", decl.id)];
    let file = store.model_file_for(&decl.id, runtime.kind()).map_err(|error| told(&error))?;
    let shapes: Vec<Vec<usize>> = decl.inputs.iter().map(|input| resolve(&input.shape, key.side)).collect();
    let borrowed: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
    let precision = if decl.bf16 { short } else { Precision::F32 };
    let network = runtime.compile(&file, &borrowed, precision).map_err(|error| told(&error))?;
    let problems = check::differences(decl, network.inputs(), network.outputs());
    if !problems.is_empty() {
        return Err(problems);
    }
    Compiled::tried(decl, network, shapes).map_err(|error| told(&error))
}

/// A declared shape with its open axes filled in: `side` for height and width, 1 for every other.
fn resolve(shape: &[Dim], side: Option<u32>) -> Vec<usize> {
    let length = |dim: &Dim| match dim {
        Dim::Fixed(length) => *length,
        Dim::Free(name) if name == "height" || name == "width" => side.map_or(1, |side| side as usize),
        Dim::Free(_) => 1,
    };
    shape.iter().map(length).collect()
}

/// `work` on each of `items`, on as many threads as there are cores; results in the order of `items`.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let n_threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(items.len());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                while let Some((idx, item)) = {
                    let idx = next.fetch_add(1, Ordering::Relaxed);
                    items.get(idx).map(|item| (idx, item))
                } {
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((idx, result));
                }
            });
        }
    });
    let mut results = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(idx, _)| *idx);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_axes_are_filled_in() {
        let shape = [Dim::Free("batch".to_owned()), Dim::Fixed(3), Dim::Free("height".to_owned())];
        assert_eq!(resolve(&shape, Some(320)), [1, 3, 320]);
    }

    #[test]
    fn results_keep_the_order_of_the_items() {
        assert_eq!(in_parallel(&[3, 1, 2], |n| n * 10), [30, 10, 20]);
        assert_eq!(in_parallel(&[] as &[u8], |n| *n), [0_u8; 0]);
    }

    #[test]
    fn disabling_an_unknown_model_is_an_error() {
        assert!(jobs(RuntimeKind::OpenVino, &["sface".to_owned()], &[320]).is_err());
        let all = jobs(RuntimeKind::OpenVino, &[], &[320]).expect("known").len();
        let fewer = jobs(RuntimeKind::OpenVino, &["gender-v1".to_owned()], &[320]).expect("known").len();
        assert_eq!(fewer + 1, all);
    }
}
