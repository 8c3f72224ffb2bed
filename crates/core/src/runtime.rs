//! Which inference runtime computes.

use std::fmt;

/// An inference runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuntimeKind {
    /// Intel OpenVINO: reads ONNX and tflite files; the default.
    OpenVino,
    /// Microsoft ONNX Runtime: reads ONNX files.
    OnnxRuntime,
}

impl RuntimeKind {
    /// All runtimes.
    pub const ALL: [Self; 2] = [Self::OpenVino, Self::OnnxRuntime];

    /// A stable name: `openvino` or `onnxruntime`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenVino => "openvino",
            Self::OnnxRuntime => "onnxruntime",
        }
    }
}

impl fmt::Display for RuntimeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
