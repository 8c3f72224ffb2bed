//! A small network on the shape of the mesh: principal components, one hidden layer of rectified units, one output.
//!
//! Data only: the arithmetic is the engine's.

use super::{TableError, numbers};

/// The numbers of such a network.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeNetwork {
    /// Rows of 1404 weights: x, y, z of each of the 468 points of the mesh on the mean face.
    pub components: Vec<f32>,
    /// Rows of one weight per component, one for each other input, and a constant.
    pub hidden: Vec<f32>,
    /// One weight per hidden unit.
    pub output: Vec<f32>,
    /// Added at the end.
    pub bias: f32,
}

impl ShapeNetwork {
    /// Coordinates of the mesh on the mean face.
    pub const N_SHAPE: usize = 3 * 468;

    /// Reads the network of the table `name`: components, then the hidden layer, then output and bias.
    ///
    /// # Errors
    /// There are more or fewer numbers than these lengths say, or one is not finite.
    pub(super) fn read(
        name: &'static str,
        bytes: &[u8],
        components: usize,
        hidden: usize,
        others: usize,
    ) -> Result<Self, TableError> {
        let n_components = components * Self::N_SHAPE;
        let n_hidden = hidden * (components + others + 1);
        let mut weights = numbers(name, bytes, n_components + n_hidden + hidden + 1)?;
        let mut layer = weights.split_off(n_components);
        let mut output = layer.split_off(n_hidden);
        let bias = output.pop().unwrap_or_default();
        Ok(Self { components: weights, hidden: layer, output, bias })
    }
}
