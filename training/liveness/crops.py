"""Cuts the face with its surroundings out of every photo once: CACHE/<set>.npz, read by train.py.

    python crops.py --data DATA --models MODELS --cache CACHE pad pad_casia lfw landmarks68 deepfake utkface age_asian

`wide` (192 x 192 RGB bytes) is what training cuts smaller views out of, `box` where the face lies in it, in shares of its
sides; `exact` (128 x 128) is the crop that the engine makes; `outputs` are the three numbers of fr-liveness, the three of
minifasnet-2.7 and the context (sides of the crop in sides of the face, at most 2.7). `less`, `less_outputs` and `less_row`
hold the same for photos as if they ended closer to the face. Photos without a face are left out.
"""

import sys
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("calibration", "common")]
import faces  # noqa: E402
import harvest  # noqa: E402
import outputs  # noqa: E402

WIDE_SIDE, SIDE = 192, 128
# Photos that are no attack and come from elsewhere: so many suffice to see how many are refused.
MOST = {"deepfake": 1200, "utkface": 1200, "age_asian": 1000}
# Contexts that are simulated beside that of the photo, and in one of how many photos.
LESS = {"pad": ((1.2, 1.4, 1.6, 1.8), 1), "pad_casia": ((1.0, 1.2), 1), "lfw": ((1.2, 1.4, 1.6), 4), "landmarks68": ((1.2, 1.4, 1.6), 1)}


def entry(networks, photo, face, row):
    box, factor = faces.surroundings(photo, face.box, 2.7)
    size = box[2:] - box[:2]
    return {
        "row": row,
        "wide": faces.convolved(photo, box, WIDE_SIDE, WIDE_SIDE),
        "exact": faces.liveness_chip(photo, box, SIDE),
        "box": np.r_[(face.box[:2] - box[:2]) / size, (face.box[2:] - box[:2]) / size],
        "outputs": np.r_[faces.liveness_outputs(networks, photo, face)[:6], factor],
        "hash": outputs.difference_hash(photo),
        "n_pixels": min(size),
    }


def cut_down(networks, photo, face, row, context):
    """The same as if the photo ended `context` face sides round the face."""
    box, factor = faces.surroundings(photo, face.box, context)
    return {
        "less": faces.liveness_chip(photo, box, SIDE),
        "less_outputs": np.r_[faces.liveness_outputs(networks, photo, face, context)[:6], factor],
        "less_row": row,
    }


def main():
    arguments, networks = harvest.asked(__doc__)
    for name in arguments.sets:
        index = faces.index_of(arguments.data, name)
        chosen = np.arange(len(index)) if "label" not in index else np.flatnonzero(index.label != "fake")
        chosen = np.random.default_rng(0).permutation(chosen)[: MOST.get(name, len(chosen))]
        entries, less = [], []
        for row in sorted(chosen):
            photo = faces.read_photo(arguments.data, name, index.path[row])
            face = faces.detect(networks, photo)
            if face is not None:
                entries.append(entry(networks, photo, face, row))
                contexts, one_in = LESS.get(name, ((), 1))
                native = entries[-1]["outputs"][6]
                less += [cut_down(networks, photo, face, row, c) for c in contexts if c < native and row % one_in == 0]
        harvest.keep(arguments.cache, name, entries, len(chosen), less)


if __name__ == "__main__":
    main()
