"""What blocks that nobody trained for it say of every crop: CACHE/features/<set>-<view>.npz, read by heads.py.

    python features.py --data DATA --cache CACHE --views 3 swaps_live generated2
    python features.py --data DATA --cache CACHE --every 4 deepfake lfw utkface age_asian landmarks68 pad

View 0 is the crop that the engine makes; the others are that crop, degraded as photos are on their way, both crops of a
frame alike, and the genuine one softened, denoised or shrunk on top of that at times. `--every N` takes every Nth scene or
photo of what is trained on. A second start goes on where the first was stopped.
"""

import argparse
import io
import zlib
from pathlib import Path

import numpy as np
import openvino
import torch

import data  # puts the shared folders on the path
import network
import synthesis
import views


SIDE = 224
# So many photos are looked at between two times of saving.
CHUNK = 200
N_FEATURES = 560


def compiled():
    """The blocks with pooled statistics as their output, in the runtime that ships."""
    buffer = io.BytesIO()
    torch.onnx.export(
        network.Statistics(network.trunk()).eval(), (torch.zeros(1, 3, SIDE, SIDE),), buffer, dynamo=True, opset_version=18,
        external_data=False, verbose=False,
    )  # fmt: skip
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    return openvino.Core().compile_model(openvino.Core().read_model(buffer.getvalue()), "CPU", options)


def statistics(compiled, photo):
    """Of one crop [side, side, 3]."""
    return compiled([np.ascontiguousarray(photo.transpose(2, 0, 1)[None]).astype(np.float32)])[0][0]


def degraded(crop, key, view, genuine):
    """View `view` of a crop; `key` is what crops that belong together share."""
    seed = zlib.crc32(f"{key}/{view}".encode())
    rng = np.random.default_rng([seed, 1 if genuine else 2])
    if rng.random() < (0.45 if genuine else 0.15):
        crop = synthesis.softened(crop, rng)
    elif rng.random() < 0.15:
        crop = views.sharpened(crop, rng.uniform(0.3, 1.2))
    rng = np.random.default_rng(seed)
    crop = crop[:, ::-1].copy() if rng.random() < 0.5 else crop
    return views.degraded(crop, rng, least_scale=0.5, least_quality=50)


def chosen(rows, view, every):
    """All that is not trained on, for view 0; of what is, every so many scenes or photos."""
    train = (rows.part == "train").to_numpy()
    key = rows.scene.where(rows.scene != "", rows.path)
    kept = key.map(lambda text: zlib.crc32(text.encode()) % every == 0).to_numpy()
    return np.flatnonzero((train & kept) | (~train & (view == 0)))


def looked_at(kept, folder, runner, rows, view):
    """Statistics of one view of these rows of a set."""
    told = []
    for row in rows:
        label, crop = kept.rows.iloc[row], kept.engine(folder, [row], SIDE)[0]
        if view:
            crop = degraded(crop, label.scene or f"{kept.name}/{row}", view, label.label == "real")
        told.append(statistics(runner, crop))
    return np.array(told, np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--views", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("sets", nargs="+")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    runner, folder = compiled(), arguments.cache / "features"
    folder.mkdir(parents=True, exist_ok=True)
    for name, view in ((name, view) for name in arguments.sets for view in range(arguments.views)):
        kept, file = data.load(arguments.data, arguments.cache, name), folder / f"{name}-{view}.npz"
        stored = dict(np.load(file)) if file.exists() else {"rows": np.zeros(0, int), "features": np.zeros((0, N_FEATURES), np.float32)}
        left = np.setdiff1d(chosen(kept.rows, view, arguments.every), stored["rows"])
        for part in np.array_split(left, max(1, len(left) // CHUNK)):
            if len(part):
                told = looked_at(kept, arguments.data, runner, part, view)
                stored = {"rows": np.r_[stored["rows"], part], "features": np.r_[stored["features"], told]}
                np.savez(file, **stored)
        print(f"{file}: {len(stored['rows'])}", flush=True)


if __name__ == "__main__":
    main()
