"""Offsets of the mesh and the mean of other people: models/calibration/embedding.{toml,bin}.

    python fit_embedding.py --data DATA --models MODELS --tables models/calibration

The sets utkface and age_asian count equally, however many photos each has: the mean is what all faces share, and one
group of people alone would pull it (a mean over LFW alone raised false matches on both sets, this one lowers them).
Steps as in crates/engine/src/{detection,alignment,embedding}; each photo counts with its mirror image.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

import faces
import tables

SETS = ("utkface", "age_asian")
WEIGHTS = (0.7, 0.3)
CHIP = 112
# Side of the close look in longer sides of the box, and in pixels of the canvas.
CLOSE_BOXES, CLOSE_SIDE = 1.3, 320


def refined_points(networks, photo, face):
    """The five points from a look at the face alone; those of the detection where it is not seen there."""
    length = CLOSE_BOXES * max(face.box[2:] - face.box[:2])
    low = (face.box[:2] + face.box[2:]) / 2 - length / 2
    scale = length / CLOSE_SIDE
    chip = faces.warped(photo, np.eye(2) * scale, low, CLOSE_SIDE)
    seen = faces._detect(networks, chip, CLOSE_SIDE)
    overlap = [faces._overlap(found.box * scale + np.tile(low, 2), face.box) for found in seen]
    if not seen or max(overlap) < 0.3:
        return face.points
    return seen[int(np.argmax(overlap))].points * scale + low


def aligned(photo, points):
    """The chip that the embedding networks expect."""
    p, q = points - points.mean(0), faces.ARCFACE - faces.ARCFACE.mean(0)
    along, across = (p * q).sum(), (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()
    factor = np.array([[along, -across], [across, along]]) / (p**2).sum()
    back = np.linalg.inv(factor)
    return faces.warped(photo, back, points.mean(0) - back @ faces.ARCFACE.mean(0), CHIP)


# Irises, tip of the nose and corners of the mouth in the mesh.
MESH_POINTS = [468, 473, 1, 61, 291]


def mesh_points(networks, photo, face):
    """The five points as the mesh sees them."""
    return faces.mesh(networks, photo, face)[0][MESH_POINTS, :2]


def beside(detected, seen):
    """How far `seen` lies beside `detected`, in pixels of the chip."""
    linear, _ = faces.similarity(detected, faces.ARCFACE)
    return (seen - detected) @ linear.T


def halfway(detected, seen, offsets):
    """Between the detector's points and the mesh's, less what those are beside in the median."""
    linear, _ = faces.similarity(detected, faces.ARCFACE)
    return (detected + seen - offsets @ np.linalg.inv(linear).T) / 2


def unit(vector):
    return vector / np.linalg.norm(vector)


def joined(networks, chip):
    """Unit vectors of both networks, each summed over the chip and its mirror image, weighted and joined."""
    sums = [0, 0]
    for view in (chip, chip[:, ::-1]):
        planar = view[None].transpose(0, 3, 1, 2).astype(np.float32)
        sums[0] += unit(networks.run("sface.onnx", planar)[0].ravel())
        sums[1] += unit(networks.run("fr_feature.onnx", (planar[:, ::-1] - 127) / 128, (1, 3, CHIP, CHIP))[0].ravel())
    return np.concatenate([np.sqrt(weight) * unit(total) for weight, total in zip(WEIGHTS, sums)])


def points_of_set(networks, data, name):
    """Path of the photo, detector's points and mesh's points for each face of a set."""
    found = []
    for path in faces.index_of(data, name)["path"]:
        photo = faces.read_photo(data, name, path)
        face = faces.detect(networks, photo)
        if face is not None:
            found.append((path, refined_points(networks, photo, face), mesh_points(networks, photo, face)))
    return found


def mean_of_set(networks, data, name, found, offsets):
    """Mean of the joined embeddings of a set."""
    total = 0
    for path, detected, seen in found:
        chip = aligned(faces.read_photo(data, name, path), halfway(detected, seen, offsets))
        total = total + joined(networks, chip)
    return total / len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "models", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    networks = faces.Networks(arguments.models)
    found = {name: points_of_set(networks, arguments.data, name) for name in SETS}
    medians = [np.median([beside(detected, seen) for _, detected, seen in rows], 0) for rows in found.values()]
    offsets = np.mean(medians, 0).round(2)
    means = [mean_of_set(networks, arguments.data, name, rows, offsets) for name, rows in found.items()]
    counts = [len(rows) for rows in found.values()]
    tables.write_numbers(arguments.tables / "embedding.bin", np.mean(means, 0))
    (arguments.tables / "embedding.toml").write_text(
        f"""# How two networks' embeddings become one: unit vectors, weighted by the square roots of `weights`, joined, minus the
# mean in embedding.bin (little-endian f32), normalised. Another mean or other weights need another `model` id.
# Made by training/calibration/fit_embedding.py.
model = "sface+fr-feature-2"
dimensions = [128, 512]
weights = [{WEIGHTS[0]}, {WEIGHTS[1]}]
# Where the mesh sees eyes, nose and mouth corners beside the detector: x, y in pixels of the chip, median.
mesh_offsets = {offsets.tolist()}

[fit]
data = "UTKFace and All-Age-Faces, equally weighted"
photos = {sum(counts)}
mirrored = true
date = "{tables.today()}"
"""
    )


if __name__ == "__main__":
    main()
