//! OpenVINO behind the crate's own types. Settings: the precision that is asked for, no streams and one thread, so that an
//! inference runs on the thread that asks for it, and one compiled network for every two sessions.
//!
//! A compiled network without streams infers once at a time: of its two sessions one waits while the other is inside. With
//! streams OpenVINO hands each inference over to threads of its own, which wait for each other and for the callers as soon as
//! workers are as many as cores (docs/decisions/0005).

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
use crate::onnx;
use crate::tensor::{Tensor, TensorSpec, TensorView, output_shape};

static LIBRARY: LoadedOnce<String> = LoadedOnce::new("OpenVINO");

/// Sessions that share one compiled network: its weights, its code and its working memory.
const SESSIONS_A_COPY: usize = 2;

#[derive(Clone)]
pub(crate) struct Runtime {
    cores: Arc<Cores>,
    version: String,
    /// Folder of compiled networks.
    cache: Option<PathBuf>,
}

#[derive(Clone)]
pub(crate) struct Network {
    cores: Arc<Cores>,
    source: Arc<Source>,
    /// The compiled copies, the newest last.
    copies: Arc<Mutex<Vec<CompiledCopy>>>,
}

/// One compiled network.
struct CompiledCopy {
    compiled: CompiledModel,
    /// Held by this copy and by each of its sessions.
    held: Arc<()>,
}

/// What compiles. A core compiles one network at a time, with the settings that it has then: there are as many as networks
/// were ever compiled at once.
struct Cores {
    idle: Mutex<Vec<Core>>,
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
    /// Counts this session among those of its copy.
    _held: Arc<()>,
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
        let cores = Arc::new(Cores { idle: Mutex::new(vec![core]) });
        Ok(Self { cores, version, cache: options.compiled_cache.clone() })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether the CPU plugin lists bf16 among what the processor is good at.
    pub(crate) fn computes_bf16(&self) -> Result<bool, InferenceError> {
        let key = PropertyKey::Other("OPTIMIZATION_CAPABILITIES".into());
        let asked =
            |core: &mut Core| core.get_property(&DeviceType::CPU, &key).map_err(|error| error.to_string());
        let listed = self.cores.with(asked).map_err(InferenceError::Run)?;
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
        let (model, compiled) = source.compile(&self.cores)?;
        // The binding never gives a port back, and an output port of a model as it was read keeps all of its weights in memory:
        // 100 MB for all networks. An input port keeps nothing but itself, and an output port of a compiled network neither.
        let inputs = specs(file, "input", model.get_inputs_len(), |at| model.get_input_by_index(at))?;
        let outputs =
            specs(file, "output", compiled.get_output_size(), |at| compiled.get_output_by_index(at))?;
        let interface = Interface {
            inputs,
            outputs: named_as_in_the_file(outputs, file)?,
            loaded_from_cache: if self.cache.is_some() {
                Some(cache_hit(&compiled).map_err(failed)?)
            } else {
                None
            },
            precision,
        };
        let copies = Arc::new(Mutex::new(vec![CompiledCopy::of(compiled)]));
        Ok((interface, Network { cores: Arc::clone(&self.cores), source: Arc::new(source), copies }))
    }
}

impl Cores {
    /// Does `work` with a core that nobody else uses meanwhile.
    fn with<T>(&self, work: impl FnOnce(&mut Core) -> Result<T, String>) -> Result<T, String> {
        let idle = self.idle.lock().pop();
        let mut core = idle.map_or_else(configured_core, Ok)?;
        let result = work(&mut core);
        self.idle.lock().push(core);
        result
    }
}

impl Source {
    fn compile(&self, cores: &Cores) -> Result<(Model, CompiledModel), InferenceError> {
        let compiled = cores.with(|core| self.compile_by(core));
        compiled.map_err(|reason| InferenceError::Model { file: self.file.clone(), reason })
    }

    fn compile_by(&self, core: &mut Core) -> Result<(Model, CompiledModel), String> {
        let told = |error: ::openvino::InferenceError| error.to_string();
        let path = self.file.to_str().ok_or("its path is not valid UTF-8")?;
        let mut model = core.read_model_from_file(path, "").map_err(told)?;
        reshape(&mut model, &self.input_shapes)?;
        // A network keeps the settings that the core had when it was compiled.
        core.set_properties(&DeviceType::CPU, self.settings()?).map_err(told)?;
        let compiled = core.compile_model(&model, DeviceType::CPU).map_err(told)?;
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
        let mut copies = self.copies.lock();
        if copies.iter().all(CompiledCopy::is_full) {
            copies.push(CompiledCopy::of(self.source.compile(&self.cores)?.1));
        }
        let copy = copies.iter_mut().find(|copy| !copy.is_full());
        let copy = copy.ok_or_else(|| InferenceError::Run("a new copy of a network is full".to_owned()))?;
        let request = copy.compiled.create_infer_request().map_err(run_error)?;
        let inputs = interface.inputs.iter().map(|_| None).collect();
        Ok(Session { request, inputs, outputs: interface.outputs.len(), _held: Arc::clone(&copy.held) })
    }
}

impl CompiledCopy {
    fn of(compiled: CompiledModel) -> Self {
        Self { compiled, held: Arc::new(()) }
    }

    fn is_full(&self) -> bool {
        Arc::strong_count(&self.held) > SESSIONS_A_COPY
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
        // No stream: the inference then runs on the caller's own thread.
        (RwPropertyKey::NumStreams, "0"),
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

/// The outputs by the names that an ONNX file gives them. Compiling joins what is equal, with all of its names, and the runtime
/// tells any one of them.
fn named_as_in_the_file(
    mut outputs: Vec<TensorSpec>,
    file: &Path,
) -> Result<Vec<TensorSpec>, InferenceError> {
    if file.extension().is_none_or(|extension| extension != "onnx") {
        return Ok(outputs);
    }
    let failed = |reason: String| InferenceError::Model { file: file.to_path_buf(), reason };
    let bytes = fs_err::read(file).map_err(|error| failed(error.to_string()))?;
    let names = onnx::output_names(&bytes).map_err(failed)?;
    if names.len() != outputs.len() {
        return Err(failed(format!("it names {} outputs and has {}", names.len(), outputs.len())));
    }
    for (output, name) in outputs.iter_mut().zip(names) {
        output.name = name;
    }
    Ok(outputs)
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
