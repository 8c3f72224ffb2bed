//! Numbers inside ONNX tensors. Row-major, as ONNX stores them.

use super::onnx::Tensor;
use super::{RepairError, unsupported};

/// `TensorProto.DataType` of the kinds that repairs read or write.
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT8: i32 = 3;
const INT64: i32 = 7;

impl Tensor {
    /// A float weight.
    pub(super) fn of_floats(name: String, dims: Vec<i64>, values: &[f32]) -> Self {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { dims, data_type: Some(FLOAT), name: Some(name), raw_data: Some(raw), ..Self::default() }
    }

    pub(super) fn floats(&self) -> Result<Vec<f32>, RepairError> {
        match (self.data_type, &self.raw_data) {
            (Some(FLOAT), Some(raw)) => {
                Ok(raw.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
            }
            (Some(FLOAT), None) => Ok(self.float_data.clone()),
            _ => Err(unsupported(self.name(), "expected 32-bit floats")),
        }
    }

    /// 8-bit integers, signed or not.
    pub(super) fn small_integers(&self) -> Result<Vec<i16>, RepairError> {
        match (self.data_type, &self.raw_data) {
            (Some(INT8), Some(raw)) => Ok(raw.iter().map(|&byte| i16::from(byte.cast_signed())).collect()),
            (Some(UINT8), Some(raw)) => Ok(raw.iter().map(|&byte| i16::from(byte)).collect()),
            _ => Err(unsupported(self.name(), "expected 8-bit integers in raw form")),
        }
    }

    pub(super) fn integers(&self) -> Result<Vec<i64>, RepairError> {
        match (self.data_type, &self.raw_data) {
            (Some(INT64), Some(raw)) => Ok(raw
                .chunks_exact(8)
                .map(|b| i64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
                .collect()),
            (Some(INT64), None) => Ok(self.int64_data.clone()),
            _ => Err(unsupported(self.name(), "expected 64-bit integers")),
        }
    }

    /// Whether there is an element, and `n_values` are as many as the shape says.
    pub(super) fn is_filled_by(&self, n_values: usize) -> Result<bool, RepairError> {
        let count = self.lengths()?.into_iter().try_fold(1_usize, usize::checked_mul);
        Ok(n_values > 0 && count == Some(n_values))
    }

    /// Length of each axis.
    pub(super) fn lengths(&self) -> Result<Vec<usize>, RepairError> {
        self.dims
            .iter()
            .map(|&dim| usize::try_from(dim).map_err(|_| unsupported(self.name(), "negative length")))
            .collect()
    }
}
