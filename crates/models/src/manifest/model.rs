//! What a model is, expects and gives.

use std::collections::BTreeMap;

use faceward_core::RuntimeKind;
use serde::Deserialize;

use super::runtime;

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Photo to face boxes and five points.
    Detection,
    /// Aligned face to a vector that tells persons apart.
    Embedding,
    /// Face to a mesh of points.
    Landmarks,
    /// Mesh points to expression coefficients.
    Blendshapes,
    /// Face with surroundings to bona fide or presentation attack.
    Liveness,
    /// Face with a little of its surroundings to genuine, swapped or generated.
    Deepfake,
    /// Eye to open or closed.
    EyeState,
    /// Mouth to open or closed.
    MouthState,
    /// Face to age, gender, race, mask, occlusion, neutrality.
    FaceAttributes,
    /// Embedding to age, gender, race, neutrality.
    EmbeddingAttributes,
    /// Face with surroundings to the strength of a flare.
    Flare,
    /// Face to gender.
    Gender,
    /// Face to the photographed face of a human, or something else that looks like one.
    Photograph,
}

impl Task {
    /// What it is, in words, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Embedding => "embedding",
            Self::Landmarks => "landmarks",
            Self::Blendshapes => "blendshapes",
            Self::Liveness => "liveness",
            Self::Deepfake => "deepfake",
            Self::EyeState => "eye state",
            Self::MouthState => "mouth state",
            Self::FaceAttributes => "face attributes",
            Self::EmbeddingAttributes => "attributes from the embedding",
            Self::Flare => "flare",
            Self::Gender => "gender",
            Self::Photograph => "photographed or not",
        }
    }
}

/// Channels of an image input, in the order of the tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// One channel of luma.
    Grey,
}

/// Axis order of an image input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Batch, channel, row, column.
    Nchw,
    /// Batch, row, column, channel.
    Nhwc,
}

/// How pixels become the input tensor: `value = (pixel * scale - mean[c]) / std[c]` with `pixel` in 0..=255.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageInput {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Axis order.
    pub layout: Layout,
    /// Channels and their order.
    pub channels: Channels,
    /// Factor on the pixel value.
    pub scale: f32,
    /// Subtracted after scaling; in the order of `channels` (grey uses the first).
    #[serde(default)]
    pub mean: [f32; 3],
    /// Divisor after that; in the order of `channels` (grey uses the first).
    #[serde(default = "ones")]
    pub std: [f32; 3],
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

/// One axis of a declared tensor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Dim {
    /// Always this long.
    Fixed(usize),
    /// Any length; the name says of what.
    Free(String),
}

/// Name and shape of an input or output, row-major `f32`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorDecl {
    /// Name in the file.
    pub name: String,
    /// Length of each axis.
    pub shape: Vec<Dim>,
}

impl TensorDecl {
    /// Whether a real tensor of `shape` keeps to the declaration.
    #[must_use]
    pub fn accepts(&self, shape: &[usize]) -> bool {
        self.shape.len() == shape.len()
            && self.shape.iter().zip(shape).all(|(declared, real)| match declared {
                Dim::Fixed(length) => length == real,
                Dim::Free(_) => true,
            })
    }
}

/// One model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelDecl {
    /// Id, as in `yunet-2023mar`.
    pub id: String,
    /// What it is for.
    pub task: Task,
    /// Published architecture, as in `YuNet`.
    pub family: String,
    /// SPDX expression of the weights' licence, as far as their publisher states one.
    pub license: String,
    /// Who made the weights, and who carries them.
    pub origin: String,
    /// What this project measured of it.
    pub accuracy: String,
    /// Ready file for each runtime that can read the model: a member or prepared file by name.
    #[serde(deserialize_with = "runtime::keys")]
    pub files: BTreeMap<RuntimeKind, String>,
    /// How pixels become the first input; `None` where the input is no image.
    pub image: Option<ImageInput>,
    /// Whether computing in bf16 changes nothing that matters, by `faceward eval precision`: the figures are in
    /// `docs/accuracy.md`.
    #[serde(default)]
    pub bf16: bool,
    /// Inputs in the order of the file.
    pub inputs: Vec<TensorDecl>,
    /// Outputs in the order of the file.
    pub outputs: Vec<TensorDecl>,
}

impl ModelDecl {
    /// Whether `runtime` can read the model.
    #[must_use]
    pub fn runs_on(&self, runtime: RuntimeKind) -> bool {
        self.files.contains_key(&runtime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_axes_bind_and_free_axes_do_not() {
        let decl = TensorDecl {
            name: "x".to_owned(),
            shape: vec![Dim::Fixed(1), Dim::Free("anchors".to_owned()), Dim::Fixed(4)],
        };
        let rows: [(&[usize], bool); 4] =
            [(&[1, 6400, 4], true), (&[1, 7, 4], true), (&[1, 7, 5], false), (&[1, 28], false)];
        for (shape, accepted) in rows {
            assert_eq!(decl.accepts(shape), accepted, "{shape:?}");
        }
    }
}
