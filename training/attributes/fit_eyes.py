"""Fits where an eye counts as open on whole faces, and writes it into models/calibration/eyes.toml.

    python chips.py    --data DATA --models MODELS --cache CACHE eyes_faces
    python fit_eyes.py --data DATA --cache CACHE --models models/trained --tables models/calibration

The slopes stay what calibrate.py fitted on single eyes and on video; what moves is `lid_zero`, the gap that speaks for
neither. A face is open where the mean probability of its eyes is above a half. The zero is the lowest whose balanced accuracy
is within WITHIN of the best: as few open eyes as that allows are called closed. Judged on persons that the fit did not see.
"""

import argparse
import re
import tomllib
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

import calibrate
import splits
import train_parts

ZEROS = np.arange(0.06, 0.22, 0.005)
WITHIN = 0.005
FOLDS = 5


def evidence(arguments, table):
    """Log-odds of open but for the zero [n, 2], whether the eyes are open, and the group of each face; no artwork."""
    odds, mesh = calibrate.part_odds(arguments, "eyes_faces", "eyes", 1)
    said = table["lid_slope"] * train_parts.lid_gaps(mesh)
    said += table["network_slope"] * calibrate.reliance(mesh) * calibrate.squash(odds)
    kept, labels = splits.load(arguments.data, arguments.cache, "eyes_faces")
    named = np.unique(labels.source + "/" + labels.group, return_inverse=True)[1]
    groups = splits.joined(splits.near_duplicates(kept["hash"]), named)
    photos = (labels.flag != "artwork").to_numpy()
    return said[photos], (labels.eyes == "open").to_numpy()[photos], groups[photos]


def probabilities(said, slope, zero):
    return 1 / (1 + np.exp(slope * zero - said))


def shares(called_open, is_open):
    """Of open and of closed eyes, those that are called so."""
    return called_open[is_open].mean(), (~called_open[~is_open]).mean()


def zero_of(said, is_open, slope):
    accuracy = [np.mean(shares(probabilities(said, slope, zero).mean(1) > 0.5, is_open)) for zero in ZEROS]
    return float(ZEROS[np.argmax(np.array(accuracy) >= max(accuracy) - WITHIN)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "models", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    path = arguments.tables / "eyes.toml"
    text = path.read_text()
    table = tomllib.loads(text)
    said, is_open, groups = evidence(arguments, table)
    slope, unseen = table["lid_slope"], np.zeros(said.shape)
    for known, other in GroupKFold(FOLDS).split(said, groups=groups):
        unseen[other] = probabilities(said[other], slope, zero_of(said[known], is_open[known], slope))
    right = shares(unseen.mean(1) > 0.5, is_open)
    before = shares(probabilities(said, slope, table["lid_zero"]).mean(1) > 0.5, is_open)
    zero = zero_of(said, is_open, slope)
    print(f"{len(said)} faces, {is_open.sum()} open; zero {zero:.3f}; right of open, of closed: {right}, before: {before}")
    for movement, seen in (("open", lambda at: (unseen.min(1) >= at)), ("closed", lambda at: (unseen.max(1) <= at))):
        for at in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
            print(f"{movement} from {at} on: seen in open {seen(at)[is_open].mean():.3f}, in closed {seen(at)[~is_open].mean():.4f}")
    path.write_text(re.sub(r"lid_zero = .*", f"lid_zero = {zero:.4f}", text))


if __name__ == "__main__":
    main()
