"""Embeds every face of some sets, as it is, mirrored and recorded anew: CACHE/embeddings-<set>.npz.

    python embeddings.py --data DATA --models MODELS --cache CACHE --tables models/calibration utkface age_asian expression

Needs the chips of these sets (chips.py). `views` [n, VIEWS, 640]: the outputs of sface-2021dec and of fr-feature, each of
length 1, for chips aligned as the engine aligns them: straight, mirrored, then other cameras.
"""

import argparse
import tomllib
from pathlib import Path

import cv2
import numpy as np

import augment
import chips
import splits
from chips import faces
from fit_embedding import MESH_POINTS, halfway

VIEWS = 5
SFACE = 128


def unit_outputs(networks, chip):
    raw = chips.raw_embeddings(networks, chip)
    return np.r_[raw[:SFACE] / np.linalg.norm(raw[:SFACE]), raw[SFACE:] / np.linalg.norm(raw[SFACE:])]


def views(networks, photo, points, random):
    chip = chips.recognition_chip(photo, points)
    seen = [chip, chip[:, ::-1]]
    while len(seen) < VIEWS:
        seen.append(augment.recorded(chip[:, :: random.choice([-1, 1])], random))
    return np.array([unit_outputs(networks, np.ascontiguousarray(view)) for view in seen], np.float16)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("sets", nargs="+")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    networks = faces.Networks(arguments.models)
    offsets = np.array(tomllib.loads((arguments.tables / "embedding.toml").read_text())["mesh_offsets"])
    for name in arguments.sets:
        kept, labels = splits.load(arguments.data, arguments.cache, name)
        random, found = np.random.default_rng(7), []
        for path, points, mesh in zip(labels.path, kept["points"].astype(float), kept["mesh"].astype(float)):
            points = halfway(points, mesh[MESH_POINTS, :2], offsets)
            found.append(views(networks, faces.read_photo(arguments.data, name, path), points, random))
        np.savez(arguments.cache / f"embeddings-{name}.npz", views=np.array(found))
        print(f"{name}: {len(found)} faces", flush=True)


if __name__ == "__main__":
    main()
