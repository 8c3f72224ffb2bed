//! ONNX files written by hand: a few fields of onnx/onnx.proto3 in the protobuf wire format.

use std::path::PathBuf;

use tempfile::TempDir;

const F32: u64 = 1;
const I64: u64 = 7;

/// A graph under construction.
#[derive(Default)]
pub(crate) struct Toy {
    graph: Vec<u8>,
}

/// A written file, which lives as long as this.
pub(crate) struct ToyFile {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Toy {
    /// An `f32` input; `None` is an open size.
    pub(crate) fn input(self, name: &str, shape: &[Option<u64>]) -> Self {
        self.field(11, &value_info(name, F32, shape))
    }

    /// An input of whole numbers.
    pub(crate) fn integer_input(self, name: &str, shape: &[Option<u64>]) -> Self {
        self.field(11, &value_info(name, I64, shape))
    }

    /// An `f32` output.
    pub(crate) fn output(self, name: &str, shape: &[Option<u64>]) -> Self {
        self.field(12, &value_info(name, F32, shape))
    }

    /// Constant `f32` values.
    pub(crate) fn constant(self, name: &str, shape: &[u64], values: &[f32]) -> Self {
        let mut tensor = Vec::new();
        for size in shape {
            number(&mut tensor, 1, *size);
        }
        number(&mut tensor, 2, F32);
        bytes(&mut tensor, 8, name.as_bytes());
        bytes(&mut tensor, 9, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>());
        self.field(5, &tensor)
    }

    /// `output = operator(inputs)`.
    pub(crate) fn node(self, operator: &str, inputs: &[&str], output: &str) -> Self {
        let mut node = Vec::new();
        for input in inputs {
            bytes(&mut node, 1, input.as_bytes());
        }
        bytes(&mut node, 2, output.as_bytes());
        bytes(&mut node, 4, operator.as_bytes());
        self.field(1, &node)
    }

    pub(crate) fn write(mut self) -> ToyFile {
        bytes(&mut self.graph, 2, b"toy");
        let mut opset = Vec::new();
        number(&mut opset, 2, 13);
        let mut model = Vec::new();
        number(&mut model, 1, 8);
        bytes(&mut model, 7, &self.graph);
        bytes(&mut model, 8, &opset);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("toy.onnx");
        fs_err::write(&path, model).expect("written");
        ToyFile { _folder: folder, path }
    }

    fn field(mut self, field: u64, content: &[u8]) -> Self {
        bytes(&mut self.graph, field, content);
        self
    }
}

fn value_info(name: &str, element: u64, shape: &[Option<u64>]) -> Vec<u8> {
    let mut sizes = Vec::new();
    for size in shape {
        let mut dim = Vec::new();
        match size {
            Some(size) => number(&mut dim, 1, *size),
            None => bytes(&mut dim, 2, b"N"),
        }
        bytes(&mut sizes, 1, &dim);
    }
    let (mut tensor, mut kind, mut value) = (Vec::new(), Vec::new(), Vec::new());
    number(&mut tensor, 1, element);
    bytes(&mut tensor, 2, &sizes);
    bytes(&mut kind, 1, &tensor);
    bytes(&mut value, 1, name.as_bytes());
    bytes(&mut value, 2, &kind);
    value
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, content: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
