"""By what of an embedding faces are compared, and what strangers ruined alike share: models/calibration/projection and cohorts.

    python fit_projection.py --cache CACHE --tables models/calibration

Reads what observe.py kept of alike and photos. Photos of different people that were ruined in one way resemble each other: all of
them lie around one mean. The scatter of these means, and a part of what ruin does to each face, is made small: x -> (1 + S /
LAMBDA)^(-1/2) x, as within-class covariance normalisation does for channels in speaker recognition (Hatch et al., 2006). Of what
is left the first AXES principal axes of ordinary faces of other sets than lfw are kept: docs/decisions/0009 says how many lose
nothing. The means themselves are the cohorts: fit_usability.py fits what nearness to one costs.
"""

import argparse
import datetime
from pathlib import Path

import numpy as np

import fit_usability as usability

# The smaller, the less is left of a direction in which ruined faces lie. Chosen on lfw: FNMR at 1e-4 is 1.22 % (whole 1.17 %), with
# .004 it is 1.38 %, with .002 1.49 %.
LAMBDA = 0.008
WITHIN = 0.3
AXES = 160
MODEL = "sface+fr-feature-3"


def changes(faces, rows):
    """What ruin does to each face."""
    whole = dict(zip(faces.photo[faces.kind == "as_is"], faces.whole[faces.kind == "as_is"]))
    rows = np.flatnonzero(rows & (faces.kind != "as_is") & np.isin(faces.photo, list(whole)))
    return np.array([faces.whole[row] - whole[faces.photo[row]] for row in rows])


def weighted(ways):
    """One weight a way, so that a kind counts as the root of the number of its strengths."""
    kinds = np.array([way.split(":")[0] for way in ways])
    counts = {kind: (kinds == kind).sum() for kind in kinds}
    return np.array([counts[kind] ** -0.5 for kind in kinds])


def softened(scatter):
    values, axes = np.linalg.eigh(scatter)
    return axes / np.sqrt(1 + np.clip(values, 0, None) / LAMBDA) @ axes.T


def principal(vectors, count):
    return np.linalg.eigh(vectors.T @ vectors / len(vectors))[1][:, ::-1][:, :count]


def projection(ruined, rows, ordinary):
    """The rows by which a whole vector is projected."""
    ways, means = usability.centres(ruined, rows)
    apart = (means - ordinary.whole.mean(0)) * (weight := weighted(ways))[:, None]
    moved = changes(ruined, rows)
    soft = softened(apart.T @ apart / (weight**2).sum() + WITHIN * moved.T @ moved / len(moved))
    others = ordinary.whole[ordinary.set != "lfw"] @ soft
    return (soft @ principal(others, AXES)).T


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    ruined = usability.Faces(arguments.cache, ["alike"], arguments.tables, projected=False)
    floor, _, ordinary = usability.floor_of(arguments.cache, arguments.tables, projected=False)
    rows = ruined.utility >= floor
    made = projection(ruined, rows, ordinary)
    ways, means = usability.cohorts(ruined, rows)
    today, of = datetime.date.today().isoformat(), usability.table(arguments.tables, "embedding")["model"]
    made.astype("<f4").tofile(arguments.tables / "projection.bin")
    means.astype("<f4").tofile(arguments.tables / "cohorts.bin")
    fit = f'data = "lfw, ruined in {len(ways)} ways; principal axes of {len(set(ordinary.set)) - 1} other sets"\nfaces = {int(rows.sum())}\n'
    (arguments.tables / "projection.toml").write_text(f"""\
# By what of an embedding faces are compared: `rows` products with `n_values` numbers each, in projection.bin (little-endian f32),
# normalised. Other rows need another `model` id. Made by training/usability/fit_projection.py.
of = "{of}"
model = "{MODEL}"
n_values = {made.shape[1]}
rows = {made.shape[0]}

[fit]
{fit}ways = {len(ways)}
date = "{today}"
""")
    names = "\n".join(f'    "{way}",' for way in ways)
    (arguments.tables / "cohorts.toml").write_text(f"""\
# Mean embeddings of strangers whose photos were ruined in one way, of one strength (training/usability/kinds.py), in cohorts.bin
# (little-endian f32). Made by training/usability/fit_projection.py.
of = "{of}"
n_values = {made.shape[1]}
ways = [
{names}
]

[fit]
data = "lfw"
faces = {int(rows.sum())}
date = "{today}"
""")
    print(f"{len(ways)} ways, {int(rows.sum())} usable faces of {len(set(ruined.person))} persons; {made.shape[0]} of {made.shape[1]} numbers")


if __name__ == "__main__":
    main()
