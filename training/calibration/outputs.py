"""Runs the networks over labelled sets once and keeps their outputs: CACHE/<set>.npz, read by the fit_*.py.

    python outputs.py --data DATA --models MODELS --cache CACHE SET...

The fit_*.py read lfw, landmarks68, expression, utkface and age_asian; fit_liveness.py reads what training/liveness keeps.

DATA holds the sets, MODELS is the folder that `faceward models fetch` fills. Photos without a face are left out; `row`
says which photo of the index each entry is.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

import faces


def outputs_of(networks, photo):
    """Every output for the largest face, or None."""
    face = faces.detect(networks, photo)
    if face is None:
        return None
    points, presence = faces.mesh(networks, photo, face)
    mirrored = faces.Face(*mirror(photo, face), face.score)
    return {
        "size": photo.shape[1::-1],
        "box": face.box,
        "points": face.points,
        "mesh": points.astype(np.float32),
        "presence": presence,
        "mirrored_mesh": faces.mesh(networks, np.ascontiguousarray(photo[:, ::-1]), mirrored)[0].astype(np.float32),
        "blendshapes": faces.blendshapes(networks, points),
        "male": faces.gender_output(networks, photo, points),
    }


def mirror(photo, face):
    """Box and points of the face in the mirrored photo."""
    width = photo.shape[1]
    left, top, right, bottom = face.box
    points = face.points[[1, 0, 2, 4, 3]] * [-1, 1] + [width, 0]
    return np.array([width - right, top, width - left, bottom]), points


def difference_hash(photo):
    """Perceptual hash of 64 bits: signs of the horizontal differences of the photo at 9 x 8."""
    grey = cv2.resize(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
    return np.packbits(grey[:, 1:] > grey[:, :-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--models", required=True, type=Path)
    parser.add_argument("--cache", required=True, type=Path)
    parser.add_argument("sets", nargs="+")
    arguments = parser.parse_args()
    networks = faces.Networks(arguments.models)
    arguments.cache.mkdir(parents=True, exist_ok=True)
    for name in arguments.sets:
        rows = []
        for row, path in enumerate(faces.index_of(arguments.data, name).path):
            photo = faces.read_photo(arguments.data, name, path)
            found = outputs_of(networks, photo)
            if found is not None:
                rows.append(found | {"row": row, "hash": difference_hash(photo)})
        columns = {key: np.array([entry[key] for entry in rows]) for key in rows[0]}
        np.savez_compressed(arguments.cache / f"{name}.npz", **columns)
        print(f"{name}: {len(rows)} faces in {row + 1} photos", flush=True)


if __name__ == "__main__":
    main()
