//! ONNX Runtime behind the crate's own types. One thread a session, no spinning, no arena.

use std::path::Path;
use std::sync::Arc;

use ort::environment::Environment;
use ort::session::SessionInputValue;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};
use parking_lot::Mutex;

use crate::loading::LoadedOnce;
use crate::{InferenceError, Interface, RuntimeOptions, Tensor, TensorSpec, TensorView};

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
        environment.set_log_level(ort::logging::LogLevel::Error);
        Ok(Self { environment, version: version_in(ort::info()).into() })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn compile(
        &self,
        file: &Path,
        input_shapes: &[&[usize]],
    ) -> Result<(Interface, Network), InferenceError> {
        let failed = |reason: String| InferenceError::Model { file: file.to_path_buf(), reason };
        let model: Arc<[u8]> = fs_err::read(file).map_err(|error| failed(error.to_string()))?.into();
        let session = build(&self.environment, &model).map_err(|error| failed(error.to_string()))?;
        let interface = Interface {
            inputs: fixed(specs(file, "input", session.inputs())?, input_shapes).map_err(failed)?,
            outputs: specs(file, "output", session.outputs())?,
            loaded_from_cache: None,
        };
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
                let shape = shape.iter().filter_map(|size| usize::try_from(*size).ok()).collect();
                Ok(Tensor { shape, data: data.to_vec() })
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

/// The inputs with `shapes` in place of the sizes that the file leaves open.
fn fixed(inputs: Vec<TensorSpec>, shapes: &[&[usize]]) -> Result<Vec<TensorSpec>, String> {
    if shapes.is_empty() {
        return Ok(inputs);
    }
    if shapes.len() != inputs.len() {
        return Err(format!("it has {} inputs and shapes were given for {}", inputs.len(), shapes.len()));
    }
    inputs
        .into_iter()
        .zip(shapes)
        .map(|(spec, shape)| {
            if !spec.accepts(shape) {
                return Err(format!("input {spec} cannot take the shape {shape:?}"));
            }
            Ok(TensorSpec { name: spec.name, shape: shape.iter().map(|size| Some(*size)).collect() })
        })
        .collect()
}

/// `1.31.1` out of the runtime's build information; all of it where it is worded otherwise.
fn version_in(info: &str) -> &str {
    info.split_once("git-branch=rel-").and_then(|(_, rest)| rest.split(',').next()).unwrap_or(info)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn run_error<T>(error: ort::Error<T>) -> InferenceError {
    InferenceError::Run(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_build_information() {
        let info = "ORT Build Info: git-branch=rel-1.31.1, git-commit-id=abc, build type=Release";
        assert_eq!(version_in(info), "1.31.1");
        assert_eq!(version_in("home-made"), "home-made");
    }
}
