"""The chips that the networks of this folder see, cut as the engine cuts them, and a cache of them.

    python chips.py --data DATA --models MODELS --cache CACHE [--precision bf16] SET...

Keeps CACHE/<set>.npz: for every photo with a face (`row` in its index) the detector's box and points, the mesh, the
blendshapes, and face chips of 144 pixels: the 112 that a network sees and a margin of 16 for training to move in. Sets
in EMBEDDED also get the raw embeddings of both recognition networks.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("calibration", "common")]
import faces  # noqa: E402
import harvest  # noqa: E402
from faces import ARCFACE  # noqa: E402
from outputs import difference_hash  # noqa: E402

SIDE, MARGIN = 112, 16
# The same points on the face chip: smaller and higher, so that hair and chin are on it.
FACE = (ARCFACE - [56, 72]) * 0.83 + [56, 62]
EMBEDDED = ("lfw", "utkface", "utk_more", "age_asian")


def face_chip(photo, points, margin=0):
    """The face chip, with `margin` more pixels on every side; the photo is mirrored at its edges."""
    linear, shift = faces.similarity(FACE + margin, points)
    return faces.warped(photo, linear, shift, SIDE + 2 * margin, cv2.BORDER_REFLECT_101)


def recognition_chip(photo, points):
    """ArcFace's chip, black outside of the photo: what the recognition networks see."""
    linear, shift = faces.similarity(ARCFACE, points)
    return faces.warped(photo, linear, shift, SIDE)


def raw_embeddings(networks, chip):
    """Outputs of sface-2021dec and fr-feature as they come: 128 and 512 numbers."""
    planar = chip[None].transpose(0, 3, 1, 2).astype(np.float32)
    first = networks.run("sface.onnx", planar)[0].ravel()
    second = networks.run("fr_feature.onnx", (planar[:, ::-1] - 127) / 128)[0].ravel()
    return np.r_[first, second]


def look(networks, photo, name):
    """Everything that is kept of the largest face, or None."""
    face = faces.detect(networks, photo)
    if face is None:
        return None
    points, presence = faces.mesh(networks, photo, face)
    kept = {
        "size": photo.shape[1::-1],
        "box": face.box,
        "score": face.score,
        "points": face.points,
        "mesh": points.astype(np.float32),
        "presence": presence,
        "blendshapes": faces.blendshapes(networks, points),
        "male": faces.gender_output(networks, photo, points),
        "chip": face_chip(photo, face.points, MARGIN),
        "hash": difference_hash(photo),
    }
    if name in EMBEDDED:
        kept["raw"] = raw_embeddings(networks, recognition_chip(photo, face.points))
    return kept


def main():
    arguments, networks = harvest.asked(__doc__)
    cv2.setNumThreads(1)
    for name in arguments.sets:
        rows = []
        for row, path in enumerate(faces.index_of(arguments.data, name).path):
            found = look(networks, faces.read_photo(arguments.data, name, path), name)
            if found is not None:
                rows.append(found | {"row": row})
        harvest.keep(arguments.cache, name, rows, row + 1)


if __name__ == "__main__":
    main()
