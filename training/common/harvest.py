"""What every recipe does that cuts the faces of its photos once and keeps them: CACHE/<set>.npz."""

import argparse
from pathlib import Path

import faces
import numpy as np


def asked(description):
    """The arguments `--data`, `--models`, `--cache`, `--precision` and the sets; the cache is made, and the networks are loaded."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "cache"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("sets", nargs="+")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    return arguments, faces.Networks(arguments.models, arguments.precision)


def keep(cache, name, rows, n_photos, beside=()):
    """Writes the columns of `rows` and of `beside`, whose keys are others; says how many there are."""
    columns = {key: np.array([entry[key] for entry in rows]) for key in rows[0]}
    columns |= {key: np.array([entry[key] for entry in beside]) for key in (beside[0] if beside else ())}
    np.savez(cache / f"{name}.npz", **columns)
    cut_down = f", {len(beside)} cut down" if beside else ""
    print(f"{name}: {len(rows)} faces in {n_photos} photos{cut_down}", flush=True)
