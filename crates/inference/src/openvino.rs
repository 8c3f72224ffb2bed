//! OpenVINO behind the crate's own types. Settings: the precision that is asked for, one stream on one thread, one compiled network a session.
//!
//! With exactly one stream and one thread OpenVINO runs an inference on the thread that asks for it. With more it
//! hands each over to threads of its own, which wait for each other and for the callers as soon as workers are as many
//! as cores (docs/decisions/0005). The price is a copy of a network's weights for each worker.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::openvino::{
    CompiledModel, Core, DeviceType, ElementType, InferRequest, Model, Node, PartialShape, PropertyKey,
    RwPropertyKey, Shape,
};
use faceward_core::Precision;
use parking_lot::Mutex;

use crate::error::InferenceError;
use crate::interface::{Interface, RuntimeOptions};
use crate::loading::LoadedOnce;
use crate::tensor::{Tensor, TensorSpec, TensorView, output_shape};

static LIBRARY: LoadedOnce<String> = LoadedOnce::new("OpenVINO");

#[derive(Clone)]
pub(crate) struct Runtime {
    core: Arc<Mutex<Core>>,
    version: String,
    /// Folder of compiled networks.
    cache: Option<PathBuf>,
}

#[derive(Clone)]
pub(crate) struct Network {
    core: Arc<Mutex<Core>>,
    source: Arc<Source>,
    /// What compiling made first, kept for the first session.
    spare: Arc<Mutex<Option<CompiledModel>>>,
}

/// What a network is compiled from.
struct Source {
    file: PathBuf,
    /// Shape of each input; empty: as the file says.
    input_shapes: Vec<Vec<usize>>,
    precision: Precision,
    /// Folder of networks compiled for this precision: the runtime takes a cached network for the same one in whatever
    /// precision it was compiled.
    cache: Option<PathBuf>,
}

pub(crate) struct Session {
    request: InferRequest,
    /// One buffer an input, made at the first run and whenever an open size changes.
    inputs: Vec<Option<InputBuffer>>,
    outputs: usize,
}

struct InputBuffer {
    shape: Vec<usize>,
    tensor: ::openvino::Tensor,
}

impl Runtime {
    pub(crate) fn load(options: &RuntimeOptions) -> Result<Self, InferenceError> {
        let version = LIBRARY.get_or_load(&options.library, |path| {
            openvino_sys::library::load_from(path.to_path_buf())?;
            Ok(::openvino::version().build_number)
        })?;
        if let Some(folder) = &options.compiled_cache {
            fs_err::create_dir_all(folder).map_err(InferenceError::CompiledCache)?;
        }
        let core = configured_core().map_err(|reason| InferenceError::LibraryUnusable {
            runtime: "OpenVINO",
            path: options.library.clone(),
            reason,
        })?;
        Ok(Self { core: Arc::new(Mutex::new(core)), version, cache: options.compiled_cache.clone() })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether the CPU plugin lists bf16 among what the processor is good at.
    pub(crate) fn computes_bf16(&self) -> Result<bool, InferenceError> {
        let key = PropertyKey::Other("OPTIMIZATION_CAPABILITIES".into());
        let listed = self.core.lock().get_property(&DeviceType::CPU, &key).map_err(run_error)?;
        Ok(listed.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "BF16"))
    }

    pub(crate) fn compile(
        &self,
        file: &Path,
        input_shapes: &[&[usize]],
        precision: Precision,
    ) -> Result<(Interface, Network), InferenceError> {
        let failed = |reason: String| InferenceError::Model { file: file.to_path_buf(), reason };
        fs_err::metadata(file).map_err(|error| failed(error.to_string()))?;
        let input_shapes = input_shapes.iter().map(|shape| shape.to_vec()).collect();
        let cache = self.cache.as_deref().map(|folder| match precision {
            Precision::F32 => folder.to_path_buf(),
            Precision::Bf16 => folder.join(precision.as_str()),
        });
        let source = Source { file: file.to_path_buf(), input_shapes, precision, cache };
        let (model, compiled) = source.compile(&self.core)?;
        let interface = Interface {
            inputs: specs(file, "input", model.get_inputs_len(), |index| model.get_input_by_index(index))?,
            outputs: specs(file, "output", model.get_outputs_len(), |index| {
                model.get_output_by_index(index)
            })?,
            loaded_from_cache: if self.cache.is_some() {
                Some(cache_hit(&compiled).map_err(failed)?)
            } else {
                None
            },
            precision,
        };
        let (core, spare) = (Arc::clone(&self.core), Arc::new(Mutex::new(Some(compiled))));
        Ok((interface, Network { core, source: Arc::new(source), spare }))
    }
}

impl Source {
    fn compile(&self, core: &Mutex<Core>) -> Result<(Model, CompiledModel), InferenceError> {
        let failed = |reason: String| InferenceError::Model { file: self.file.clone(), reason };
        let path = self.file.to_str().ok_or_else(|| failed("its path is not valid UTF-8".into()))?;
        let mut core = core.lock();
        let mut model = core.read_model_from_file(path, "").map_err(|error| failed(error.to_string()))?;
        reshape(&mut model, &self.input_shapes).map_err(failed)?;
        // A network keeps the settings that the core had when it was compiled.
        core.set_properties(&DeviceType::CPU, self.settings().map_err(failed)?)
            .map_err(|error| failed(error.to_string()))?;
        let compiled =
            core.compile_model(&model, DeviceType::CPU).map_err(|error| failed(error.to_string()))?;
        Ok((model, compiled))
    }

    /// What networks of one core differ in.
    fn settings(&self) -> Result<Vec<(RwPropertyKey, &str)>, String> {
        // Without it the CPU plugin computes in bf16 or f16 where the CPU can: another result on another machine.
        let mut settings = vec![(RwPropertyKey::HintInferencePrecision, self.precision.as_str())];
        if let Some(folder) = &self.cache {
            let folder =
                folder.to_str().ok_or("the path of the folder for compiled networks is not valid UTF-8")?;
            settings.push((RwPropertyKey::CacheDir, folder));
        }
        Ok(settings)
    }
}

impl Network {
    pub(crate) fn session(&self, interface: &Interface) -> Result<Session, InferenceError> {
        let spare = self.spare.lock().take();
        let mut compiled = match spare {
            Some(compiled) => compiled,
            None => self.source.compile(&self.core)?.1,
        };
        let request = compiled.create_infer_request().map_err(run_error)?;
        let inputs = interface.inputs.iter().map(|_| None).collect();
        Ok(Session { request, inputs, outputs: interface.outputs.len() })
    }
}

impl Session {
    pub(crate) fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, InferenceError> {
        for (index, view) in inputs.iter().enumerate() {
            self.put(index, view)?;
        }
        self.request.infer().map_err(run_error)?;
        (0..self.outputs).map(|index| self.take(index)).collect()
    }

    fn put(&mut self, index: usize, view: &TensorView<'_>) -> Result<(), InferenceError> {
        let slot = &mut self.inputs[index];
        let mut buffer = match slot.take() {
            Some(buffer) if buffer.shape == view.shape => buffer,
            Some(_) | None => {
                let shape = Shape::new(&signed(view.shape)).map_err(run_error)?;
                let tensor = ::openvino::Tensor::new(ElementType::F32, &shape).map_err(run_error)?;
                self.request.set_input_tensor_by_index(index, &tensor).map_err(run_error)?;
                InputBuffer { shape: view.shape.to_vec(), tensor }
            }
        };
        buffer.tensor.get_data_mut::<f32>().map_err(run_error)?.copy_from_slice(view.data);
        *slot = Some(buffer);
        Ok(())
    }

    fn take(&self, index: usize) -> Result<Tensor, InferenceError> {
        let tensor = self.request.get_output_tensor_by_index(index).map_err(run_error)?;
        let shape = tensor.get_shape().map_err(run_error)?;
        let shape = output_shape(shape.get_dimensions())?;
        Ok(Tensor { shape, data: tensor.get_data::<f32>().map_err(run_error)?.to_vec() })
    }
}

/// A core with our settings; every model compiled by it inherits them.
fn configured_core() -> Result<Core, String> {
    let mut core = Core::new().map_err(|error| error.to_string())?;
    let settings = [
        // Exactly one of both: the inference then runs on the caller's own thread.
        (RwPropertyKey::NumStreams, "1"),
        (RwPropertyKey::InferenceNumThreads, "1"),
        // Pinned threads of two processes would share the first cores and leave the others idle.
        (RwPropertyKey::HintEnableCpuPinning, "NO"),
    ];
    core.set_properties(&DeviceType::CPU, settings).map_err(|error| error.to_string())?;
    Ok(core)
}

fn reshape(model: &mut Model, input_shapes: &[Vec<usize>]) -> Result<(), String> {
    if input_shapes.is_empty() {
        return Ok(());
    }
    let inputs = model.get_inputs_len().map_err(|error| error.to_string())?;
    if inputs != input_shapes.len() {
        return Err(format!("it has {inputs} inputs and shapes were given for {}", input_shapes.len()));
    }
    let shapes = input_shapes
        .iter()
        .map(|shape| PartialShape::new_static(shape.len() as i64, &signed(shape)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    let by_port: Vec<(usize, &PartialShape)> = shapes.iter().enumerate().collect();
    model.reshape_by_port_indexes(&by_port).map_err(|error| error.to_string())
}

/// Names and shapes of the `role` ports of the model, all of which must be `f32`.
fn specs(
    file: &Path,
    role: &str,
    count: Result<usize, ::openvino::InferenceError>,
    port: impl Fn(usize) -> Result<Node, ::openvino::InferenceError>,
) -> Result<Vec<TensorSpec>, InferenceError> {
    let failed = |error: ::openvino::InferenceError| InferenceError::Model {
        file: file.into(),
        reason: error.to_string(),
    };
    (0..count.map_err(failed)?)
        .map(|index| {
            let node = port(index).map_err(failed)?;
            // A port without a name is legal; the runtime then answers the question with an error.
            let name = node.get_name().unwrap_or_else(|_| format!("{role} {index}"));
            let element = node.get_element_type().map_err(failed)?;
            if element != ElementType::F32 {
                let element = format!("{element:?}");
                return Err(InferenceError::ElementType { file: file.into(), tensor: name, element });
            }
            let shape = node.get_partial_shape().map_err(failed)?;
            let shape = shape
                .get_dimensions()
                .iter()
                .map(|size| if size.is_dynamic() { None } else { usize::try_from(size.get_min()).ok() })
                .collect();
            Ok(TensorSpec { name, shape })
        })
        .collect()
}

fn cache_hit(compiled: &CompiledModel) -> Result<bool, String> {
    let key = PropertyKey::Other("LOADED_FROM_CACHE".into());
    let answer = compiled.get_property(&key).map_err(|error| error.to_string())?;
    Ok(answer == "YES")
}

fn signed(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|size| *size as i64).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn run_error(error: ::openvino::InferenceError) -> InferenceError {
    InferenceError::Run(error.to_string())
}
