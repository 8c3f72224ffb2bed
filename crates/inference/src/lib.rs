//! The only crate that names an inference runtime.
//!
//! A [`Runtime`] is loaded at run time from the shared libraries of a Python wheel. It compiles a model file into a
//! [`Network`] (shared, immutable), and each worker thread makes a [`Session`] of its own from it. All tensors are
//! dense `f32`, row-major; computation is `f32` on every machine, so that one photo gives one result everywhere.

mod error;
mod interface;
mod loading;
mod onnx;
mod onnxruntime;
mod openvino;
mod runtime;
mod tensor;

pub use error::InferenceError;
pub use faceward_core::{Precision, RuntimeKind};
pub use interface::RuntimeOptions;
pub use runtime::{Network, Runtime, Session};
pub use tensor::{Tensor, TensorSpec, TensorView};
