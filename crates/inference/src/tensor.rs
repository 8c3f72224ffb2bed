//! Dense row-major `f32` tensors and what a network says about its own. No arithmetic.

use std::fmt;

use crate::error::InferenceError;

/// A name and a shape, as the model file declares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// Name in the file. Where the file gives none: `input 0`, `output 1`, ...
    pub name: String,
    /// Sizes, slowest-varying first; `None` where any size goes.
    pub shape: Vec<Option<usize>>,
}

impl TensorSpec {
    /// Whether a tensor of `shape` goes here.
    pub(crate) fn accepts(&self, shape: &[usize]) -> bool {
        self.shape.len() == shape.len()
            && self
                .shape
                .iter()
                .zip(shape)
                .all(|(declared, given)| declared.is_none_or(|size| size == *given))
    }

    /// `[1, 3, ?, ?]`, for messages.
    pub(crate) fn shape_text(&self) -> String {
        let sizes: Vec<String> = self
            .shape
            .iter()
            .map(|size| size.map_or_else(|| "?".to_owned(), |size| size.to_string()))
            .collect();
        format!("[{}]", sizes.join(", "))
    }
}

impl fmt::Display for TensorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.shape_text())
    }
}

/// A borrowed tensor: input of a run. [`crate::Session::run`] checks that the data fill the shape.
#[derive(Clone, Copy, Debug)]
pub struct TensorView<'a> {
    /// Sizes, slowest-varying first.
    pub shape: &'a [usize],
    /// The values, row-major; as many as the product of the sizes.
    pub data: &'a [f32],
}

impl<'a> TensorView<'a> {
    /// A view of `data` as a tensor of `shape`.
    #[must_use]
    pub const fn new(shape: &'a [usize], data: &'a [f32]) -> Self {
        Self { shape, data }
    }

    /// Whether there are as many values as the shape says.
    pub(crate) fn is_complete(&self) -> bool {
        self.shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))
            == Some(self.data.len())
    }
}

/// An owned tensor: output of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes, slowest-varying first.
    pub shape: Vec<usize>,
    /// The values, row-major.
    pub data: Vec<f32>,
}

impl Tensor {
    /// The tensor as an input.
    #[must_use]
    pub fn view(&self) -> TensorView<'_> {
        TensorView::new(&self.shape, &self.data)
    }
}

/// The sizes of an output as a runtime gives them.
///
/// # Errors
/// One of them is negative: left out, the others would be another shape.
pub(crate) fn output_shape(sizes: &[i64]) -> Result<Vec<usize>, InferenceError> {
    let size = |size: &i64| {
        usize::try_from(*size)
            .map_err(|_| InferenceError::Run(format!("an output of shape {sizes:?} has no extent")))
    };
    sizes.iter().map(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_of_an_output_is_left_out() {
        assert_eq!(output_shape(&[1, 0, 7]).expect("a shape"), [1, 0, 7]);
        assert!(output_shape(&[1, -1, 7]).is_err());
    }

    #[test]
    fn an_open_size_takes_any_number_and_a_fixed_one_only_its_own() {
        let spec = TensorSpec { name: "data".into(), shape: vec![None, Some(3)] };
        assert!(spec.accepts(&[1, 3]) && spec.accepts(&[7, 3]));
        for wrong in [&[1, 4][..], &[3], &[1, 3, 1], &[]] {
            assert!(!spec.accepts(wrong), "{wrong:?}");
        }
        assert_eq!(spec.to_string(), "data [?, 3]");
    }

    #[test]
    fn a_tensor_is_complete_when_its_data_fill_its_shape() {
        assert!(TensorView::new(&[2, 3], &[0.0; 6]).is_complete());
        assert!(TensorView::new(&[], &[1.0]).is_complete(), "no dimension at all is one number");
        assert!(!TensorView::new(&[2, 3], &[0.0; 5]).is_complete());
        assert!(
            !TensorView::new(&[usize::MAX, 2], &[0.0; 2]).is_complete(),
            "the product must not wrap round"
        );
    }
}
