//! Where the parts of a face are: the mesh of 478 points, the 68 points, the rotation of the head.
//!
//! `mesh` runs the network, `dense` and `pose` are arithmetic on its points, `rotation` fits one shape to another,
//! `square` is what networks are shown of a face,
//! `shape_network` what small ones of our own read off the shape.

mod dense;
mod mesh;
mod pose;
mod rotation;
mod shape_network;
mod square;

pub(crate) use dense::dense_points;
#[cfg(test)]
pub(crate) use mesh::tests;
pub(crate) use mesh::{FaceMesh, MeshStep};
pub(crate) use pose::{head_pose, on_mean_face};
pub(crate) use shape_network::shape_output;
pub(crate) use square::LevelSquare;
