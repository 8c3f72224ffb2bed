//! The one way to compute, over whichever back-end is loaded.

use std::path::Path;
use std::sync::Arc;

use faceward_core::{Precision, RuntimeKind};

use crate::error::InferenceError;
use crate::interface::{Interface, RuntimeOptions};
use crate::tensor::{Tensor, TensorSpec, TensorView};
use crate::{onnxruntime, openvino};

/// A loaded runtime. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    backend: RuntimeBackend,
}

/// A network that compiles, shared between workers. Cheap to clone.
#[derive(Clone)]
pub struct Network {
    interface: Arc<Interface>,
    backend: NetworkBackend,
}

/// One worker's exclusive right to run a network.
pub struct Session {
    interface: Arc<Interface>,
    backend: SessionBackend,
}

#[derive(Clone)]
enum RuntimeBackend {
    OpenVino(openvino::Runtime),
    OnnxRuntime(onnxruntime::Runtime),
}

#[derive(Clone)]
enum NetworkBackend {
    OpenVino(openvino::Network),
    OnnxRuntime(onnxruntime::Network),
}

enum SessionBackend {
    OpenVino(openvino::Session),
    OnnxRuntime(onnxruntime::Session),
}

impl Runtime {
    /// Loads the library of `kind`. A process keeps the first library of each kind.
    ///
    /// # Errors
    /// The library is missing, unusable, or another one of this kind was loaded before; the cache folder cannot be
    /// made.
    pub fn load(kind: RuntimeKind, options: &RuntimeOptions) -> Result<Self, InferenceError> {
        let backend = match kind {
            RuntimeKind::OpenVino => RuntimeBackend::OpenVino(openvino::Runtime::load(options)?),
            RuntimeKind::OnnxRuntime => RuntimeBackend::OnnxRuntime(onnxruntime::Runtime::load(options)?),
        };
        Ok(Self { backend })
    }

    /// Which runtime this is.
    #[must_use]
    pub fn kind(&self) -> RuntimeKind {
        match &self.backend {
            RuntimeBackend::OpenVino(_) => RuntimeKind::OpenVino,
            RuntimeBackend::OnnxRuntime(_) => RuntimeKind::OnnxRuntime,
        }
    }

    /// Version text of the runtime, for `/v1/info`.
    #[must_use]
    pub fn version(&self) -> &str {
        match &self.backend {
            RuntimeBackend::OpenVino(runtime) => runtime.version(),
            RuntimeBackend::OnnxRuntime(runtime) => runtime.version(),
        }
    }

    /// Whether this processor computes in `precision` by instructions of its own, as far as the runtime uses them.
    ///
    /// # Errors
    /// The runtime does not say.
    pub fn computes(&self, precision: Precision) -> Result<bool, InferenceError> {
        match (precision, &self.backend) {
            (Precision::F32, _) => Ok(true),
            (Precision::Bf16, RuntimeBackend::OpenVino(runtime)) => runtime.computes_bf16(),
            (Precision::Bf16, RuntimeBackend::OnnxRuntime(_)) => Ok(false),
        }
    }

    /// Compiles the model at `file`, to compute in `precision`. `input_shapes` fixes the shape of each input that the file leaves open or that
    /// shall differ from the file's (input order of the file; empty: as the file says).
    ///
    /// # Errors
    /// The file cannot be read or compiled, has tensors other than `f32`, cannot take these shapes, or the runtime has no
    /// such precision.
    pub fn compile(
        &self,
        file: &Path,
        input_shapes: &[&[usize]],
        precision: Precision,
    ) -> Result<Network, InferenceError> {
        let (interface, backend) = match &self.backend {
            RuntimeBackend::OpenVino(runtime) => {
                let (interface, network) = runtime.compile(file, input_shapes, precision)?;
                (interface, NetworkBackend::OpenVino(network))
            }
            RuntimeBackend::OnnxRuntime(runtime) => {
                let (interface, network) = runtime.compile(file, input_shapes, precision)?;
                (interface, NetworkBackend::OnnxRuntime(network))
            }
        };
        Ok(Network { interface: Arc::new(interface), backend })
    }
}

impl Network {
    /// Inputs in the file's order.
    #[must_use]
    pub fn inputs(&self) -> &[TensorSpec] {
        &self.interface.inputs
    }

    /// Outputs in the file's order, with their names.
    #[must_use]
    pub fn outputs(&self) -> &[TensorSpec] {
        &self.interface.outputs
    }

    /// Whether the cache of compiled networks was hit; `None` where there is no cache.
    #[must_use]
    pub fn loaded_from_cache(&self) -> Option<bool> {
        self.interface.loaded_from_cache
    }

    /// The precision in which it computes.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.interface.precision
    }

    /// A session of this network, for one worker. It computes on the thread that calls it. Sessions of one network run side
    /// by side, except that in some runtimes every two share one compiled copy, which one of them enters at a time: two
    /// sessions cost the memory of one. A session that has to have a copy of its own is compiled now.
    ///
    /// # Errors
    /// The runtime cannot compile or allocate it.
    pub fn session(&self) -> Result<Session, InferenceError> {
        let backend = match &self.backend {
            NetworkBackend::OpenVino(network) => SessionBackend::OpenVino(network.session(&self.interface)?),
            NetworkBackend::OnnxRuntime(network) => SessionBackend::OnnxRuntime(network.session()?),
        };
        Ok(Session { interface: Arc::clone(&self.interface), backend })
    }
}

impl Session {
    /// Runs the network on `inputs` (file order); gives the outputs in the order of [`Network::outputs`].
    ///
    /// # Errors
    /// The inputs are too few, too many or of other shapes than [`Network::inputs`] says, or the runtime fails.
    pub fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, InferenceError> {
        self.interface.check(inputs)?;
        match &mut self.backend {
            SessionBackend::OpenVino(session) => session.run(inputs),
            SessionBackend::OnnxRuntime(session) => session.run(inputs),
        }
    }
}
