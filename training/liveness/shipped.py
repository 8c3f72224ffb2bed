"""Measures what ships on whole photos with context, cameras that nothing was trained on among them, into liveness.toml.

    python crops.py   --data DATA --models MODELS --cache CROPS pad_webcam pad lfw landmarks68
    python shipped.py --data DATA --crops CROPS --weights models/trained --tables models/calibration

`pad_webcam` (phones held into a webcam) is in no training; the third cost of fit_liveness.py was chosen on it. Of the other sets
faceward-liveness-1 has seen the photos: their rows say what runs. Replaces the rows `by = "shipped"`.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import openvino
import pandas

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("calibration", "common")]
import fit_liveness  # noqa: E402
import tables  # noqa: E402

SETS = ("pad_webcam", "pad", "lfw", "landmarks68")
CONTEXT = (fit_liveness.FULL, 2.7)


def samples(arguments):
    """One row for each photo with context: set, group, bona fide or attack, log-odds of the three networks, context."""
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    own = openvino.Core().compile_model(arguments.weights / "faceward-liveness-1.onnx", "CPU", options)
    parts = []
    for name in SETS:
        outputs, labels = tables.load(arguments.data, arguments.crops, name)
        planar = (np.ascontiguousarray(crop.transpose(2, 0, 1)[None]).astype(np.float32) for crop in outputs["exact"])
        told = {"own": np.array([own([crop])[0][0, 0] for crop in planar])}
        known = fit_liveness.described(arguments.data, name, labels)
        parts.append(known.assign(**fit_liveness.log_odds(outputs["outputs"], told, "")))
    table = pandas.concat(parts).reset_index(drop=True)
    return table[(table.context > CONTEXT[0]) & (table.black <= fit_liveness.MOST_BLACK)]


def scores(table, shipped):
    """As the engine computes them."""
    knots = [[knot[key] for knot in shipped["knot"]] for key in ("context", "slope", "offset")]
    slope, offset = (np.interp(table.context, knots[0], values) for values in knots[1:])
    return 1 / (1 + np.exp(-slope * fit_liveness.evidence_of(table, np.array(shipped["weights"])) - offset))


def rows(table, score):
    lines = []
    for (name, attack), part in table.assign(score=score).groupby(["set", "attack"]):
        wrong = (part.score >= fit_liveness.OPERATING_POINT) if attack else (part.score < fit_liveness.OPERATING_POINT)
        least, most = fit_liveness.interval(wrong, part.group)
        lines += ["[[measured]]", 'by = "shipped"', f'set = "{name}"', f'kind = "{attack or "bona fide"}"']
        lines += [f"context = [{CONTEXT[0]}, {CONTEXT[1]}]", f"photos = {len(part)}", f"groups = {part.group.nunique()}"]
        lines += [f"error = {wrong.mean():.4f}", f"interval = [{least:.4f}, {most:.4f}]"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "crops", "weights", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    path = arguments.tables / "liveness.toml"
    text = re.sub(r'\[\[measured\]\]\nby = "shipped"\n(?:\w.*\n)*', "", path.read_text())
    table = samples(arguments)
    found = rows(table, scores(table, tomllib.loads(text)))
    path.write_text(text.replace("[[measured]]\n", found + "[[measured]]\n", 1))
    print(found)


if __name__ == "__main__":
    main()
