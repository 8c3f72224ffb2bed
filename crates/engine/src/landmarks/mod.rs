//! Where the parts of a face are: the mesh of 478 points, the 68 points, the rotation of the head.
//!
//! `mesh` runs the network, `dense` and `pose` are arithmetic on its points, `rotation` fits one shape to another.

mod dense;
mod mesh;
mod pose;
mod rotation;

/// Id of the mesh in the manifest.
pub(crate) const MODEL: &str = "face-mesh-478";

pub(crate) use dense::dense_points;
pub(crate) use mesh::{FaceMesh, MeshStep};
pub(crate) use pose::head_pose;
