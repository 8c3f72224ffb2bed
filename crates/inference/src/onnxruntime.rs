//! ONNX Runtime behind the crate's own types. One thread a session, no spinning, no arena.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use faceward_core::Precision;
use ort::environment::Environment;
use ort::session::SessionInputValue;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};
use parking_lot::Mutex;

use crate::error::InferenceError;
use crate::interface::{Interface, RuntimeOptions};
use crate::loading::LoadedOnce;
use crate::onnx::with_input_shapes;
use crate::tensor::{Tensor, TensorSpec, TensorView, output_shape};

static LIBRARY: LoadedOnce<Environment> = LoadedOnce::new("ONNX Runtime");

#[derive(Clone)]
pub(crate) struct Runtime {
    environment: Environment,
    version: Arc<str>,
}

#[derive(Clone)]
pub(crate) struct Network {
    environment: Environment,
    model: Arc<[u8]>,
    /// The session that compiling made, kept for the first worker: each session has its own copy of the weights.
    spare: Arc<Mutex<Option<ort::session::Session>>>,
}

pub(crate) struct Session {
    session: ort::session::Session,
}

impl Runtime {
    pub(crate) fn load(options: &RuntimeOptions) -> Result<Self, InferenceError> {
        let environment = LIBRARY.get_or_load(&options.library, |path| {
            let builder = ort::init_from(path).map_err(|error| error.to_string())?;
            builder.with_name("faceward").with_telemetry(false).build().map_err(|error| error.to_string())
        })?;
        // What it would write to the console at the level of errors comes back as an error anyway.
        environment.set_log_level(ort::logging::LogLevel::Fatal);
        Ok(Self { environment, version: version_of(&options.library).into() })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn compile(
        &self,
        file: &Path,
        input_shapes: &[&[usize]],
        precision: Precision,
    ) -> Result<(Interface, Network), InferenceError> {
        let failed = |reason: String| InferenceError::Model { file: file.to_path_buf(), reason };
        if precision != Precision::F32 {
            return Err(InferenceError::Precision { runtime: "ONNX Runtime", precision });
        }
        let mut model = fs_err::read(file).map_err(|error| failed(error.to_string()))?;
        let mut session = build(&self.environment, &model).map_err(|error| failed(error.to_string()))?;
        let declared = specs(file, "input", session.inputs())?;
        if let Some(shapes) = differing(&declared, input_shapes).map_err(failed)? {
            model = with_input_shapes(&model, &shapes).map_err(failed)?;
            session = build(&self.environment, &model).map_err(|error| failed(error.to_string()))?;
        }
        let interface = Interface {
            inputs: specs(file, "input", session.inputs())?,
            outputs: specs(file, "output", session.outputs())?,
            loaded_from_cache: None,
            precision,
        };
        let model = model.into();
        let environment = self.environment.clone();
        Ok((interface, Network { environment, model, spare: Arc::new(Mutex::new(Some(session))) }))
    }
}

impl Network {
    pub(crate) fn session(&self) -> Result<Session, InferenceError> {
        let spare = self.spare.lock().take();
        let session = match spare {
            Some(session) => session,
            None => build(&self.environment, &self.model).map_err(run_error)?,
        };
        Ok(Session { session })
    }
}

impl Session {
    pub(crate) fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, InferenceError> {
        let inputs = inputs
            .iter()
            .map(|view| Ok(SessionInputValue::from(TensorRef::from_array_view((view.shape, view.data))?)))
            .collect::<ort::Result<Vec<_>>>()
            .map_err(run_error)?;
        let outputs = self.session.run(inputs.as_slice()).map_err(run_error)?;
        outputs
            .values()
            .map(|value| {
                let (shape, data) = value.try_extract_tensor::<f32>().map_err(run_error)?;
                Ok(Tensor { shape: output_shape(shape)?, data: data.to_vec() })
            })
            .collect()
    }
}

fn build(environment: &Environment, model: &[u8]) -> ort::Result<ort::session::Session> {
    // The arena keeps the peak of every shape ever seen; the detector's made it twice as big.
    let cpu = ort::ep::CPU::default().with_arena_allocator(false).build();
    ort::session::Session::builder(environment)?
        .with_execution_providers([cpu])?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .commit_from_memory(model)
}

fn specs(file: &Path, role: &str, outlets: &[Outlet]) -> Result<Vec<TensorSpec>, InferenceError> {
    outlets
        .iter()
        .enumerate()
        .map(|(index, outlet)| {
            let name =
                if outlet.name().is_empty() { format!("{role} {index}") } else { outlet.name().to_owned() };
            let ValueType::Tensor { ty: TensorElementType::Float32, shape, .. } = outlet.dtype() else {
                let element = format!("{:?}", outlet.dtype());
                return Err(InferenceError::ElementType { file: file.into(), tensor: name, element });
            };
            Ok(TensorSpec { name, shape: shape.iter().map(|size| usize::try_from(*size).ok()).collect() })
        })
        .collect()
}

/// The shapes that were asked for, by input, if any is not the one that the file declares.
fn differing<'a>(
    declared: &'a [TensorSpec],
    shapes: &'a [&[usize]],
) -> Result<Option<HashMap<&'a str, &'a [usize]>>, String> {
    if !shapes.is_empty() && shapes.len() != declared.len() {
        return Err(format!("it has {} inputs and shapes were given for {}", declared.len(), shapes.len()));
    }
    let pairs = || declared.iter().zip(shapes);
    let same =
        pairs().all(|(spec, shape)| spec.shape.iter().copied().eq(shape.iter().map(|size| Some(*size))));
    Ok((!same).then(|| pairs().map(|(spec, shape)| (spec.name.as_str(), *shape)).collect()))
}

/// `1.31.1` out of `libonnxruntime.so.1.31.1`: official builds do not state it in their build information, which
/// stands in where the file name holds no digits.
fn version_of(library: &Path) -> &str {
    let name = library.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let version = name.trim_matches(|c: char| !c.is_ascii_digit());
    if version.is_empty() { ort::info() } else { version }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn run_error<T>(error: ort::Error<T>) -> InferenceError {
    InferenceError::Run(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_name_of_the_library() {
        for name in ["libonnxruntime.so.1.31.1", "libonnxruntime.1.31.1.dylib"] {
            assert_eq!(version_of(&Path::new("/opt/2020").join(name)), "1.31.1");
        }
    }
}
