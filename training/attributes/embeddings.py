"""Embeds every face of some sets, as it is, mirrored and recorded anew: CACHE/embeddings-<set>.npz.

    python embeddings.py --data DATA --models MODELS --cache CACHE --tables models/calibration [--views 1] [--precision bf16] \\
        [--only docs/judged] utkface utk_more age_asian

Needs the chips of these sets (chips.py). `views` [n, views, 640]: the outputs of sface-2021dec and of fr-feature, each of
length 1, for chips aligned as the engine aligns them: straight, mirrored, then other cameras. `--only DIR` looks at the faces that
DIR/<set>.csv lists and leaves the others not a number.
"""

import argparse
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pandas

import augment
import chips
import splits
from chips import faces
from fit_embedding import MESH_POINTS, halfway

SFACE, FR_FEATURE = 128, 512


def unit_outputs(networks, chip):
    raw = chips.raw_embeddings(networks, chip)
    return np.r_[raw[:SFACE] / np.linalg.norm(raw[:SFACE]), raw[SFACE:] / np.linalg.norm(raw[SFACE:])]


def views(networks, photo, points, random, count):
    chip = chips.recognition_chip(photo, points)
    seen = [chip, chip[:, ::-1]]
    while len(seen) < count:
        seen.append(augment.recorded(chip[:, :: random.choice([-1, 1])], random))
    return np.array([unit_outputs(networks, np.ascontiguousarray(view)) for view in seen[:count]], np.float16)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--views", type=int, default=5)
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--only", type=Path)
    parser.add_argument("sets", nargs="+")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    networks = faces.Networks(arguments.models, arguments.precision)
    offsets = np.array(tomllib.loads((arguments.tables / "embedding.toml").read_text())["mesh_offsets"])
    for name in arguments.sets:
        kept, labels = splits.load(arguments.data, arguments.cache, name)
        asked = set(pandas.read_csv(arguments.only / f"{name}.csv").path) if arguments.only else set(labels.path)
        random, found = np.random.default_rng(7), []
        for path, points, mesh in zip(labels.path, kept["points"].astype(float), kept["mesh"].astype(float)):
            if path not in asked:
                found.append(np.full((arguments.views, SFACE + FR_FEATURE), np.nan, np.float16))
                continue
            points = halfway(points, mesh[MESH_POINTS, :2], offsets)
            found.append(views(networks, faces.read_photo(arguments.data, name, path), points, random, arguments.views))
        np.savez(arguments.cache / f"embeddings-{name}.npz", views=np.array(found))
        print(f"{name}: {len(asked)} of {len(found)} faces", flush=True)


if __name__ == "__main__":
    main()
