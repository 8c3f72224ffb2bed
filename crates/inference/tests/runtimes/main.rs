//! Both runtimes, with toy graphs that can be computed by hand and with the real networks.

mod networks;
mod refusals;
mod threads;
mod toy;
mod toys;

use std::path::PathBuf;
use std::sync::OnceLock;

use faceward_inference::{Runtime, RuntimeKind, RuntimeOptions};
use faceward_testkit::store;

const BOTH: [RuntimeKind; 2] = [RuntimeKind::OpenVino, RuntimeKind::OnnxRuntime];

fn options(kind: RuntimeKind, compiled_cache: Option<PathBuf>) -> RuntimeOptions {
    let library = store().runtime_library(kind).expect("a fetched runtime");
    RuntimeOptions { library, compiled_cache }
}

/// The runtime, without a cache.
fn runtime(kind: RuntimeKind) -> &'static Runtime {
    static RUNTIMES: [OnceLock<Runtime>; 2] = [OnceLock::new(), OnceLock::new()];
    let slot = match kind {
        RuntimeKind::OpenVino => &RUNTIMES[0],
        RuntimeKind::OnnxRuntime => &RUNTIMES[1],
    };
    slot.get_or_init(|| Runtime::load(kind, &options(kind, None)).expect("a runtime"))
}
