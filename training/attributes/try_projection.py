"""Would a shorter embedding do? FNMR on people of lfw before and after a projection learned on other people.

    python try_projection.py --data DATA --cache CACHE --tables models/calibration

Needs embeddings.py of utkface, age_asian, expression and lfw. The principal axes of the fused embeddings of the first three,
uncentred, as the engine has taken the mean off already; then the same vectors of lfw, with their mirror images, along
the first of those axes. Beside it, within lfw and judged on persons left out, a discriminant that knows who is who. Nothing
is written: what came of it stands in docs/decisions/0009-template-length.md.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.linalg import eigh

import splits
from fit_utility import fused
from splits import tables

OTHERS = ("utkface", "age_asian", "expression")
FMRS = (1e-3, 1e-4, 1e-5)
FOLDS = 5


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def embedded(cache, folder, name):
    """Fused embeddings of a set, each of the photo and its mirror image."""
    views = np.load(cache / f"embeddings-{name}.npz")["views"][:, :2].astype(np.float32)
    return fused(views.sum(1), folder)[0]


def counted(vectors, persons):
    """FNMR at each of FMRS, and the genuine pairs."""
    first, second = np.triu_indices(len(persons), 1)
    scores, same = (vectors @ vectors.T)[first, second], persons[first] == persons[second]
    genuine, impostor = scores[same], np.sort(scores[~same])[::-1]
    limits = [impostor[max(int(rate * len(impostor)) - 1, 0)] for rate in FMRS]
    return np.array([(genuine <= limit).mean() for limit in limits]), len(genuine)


def principal(vectors):
    """All axes, the widest first."""
    return eigh(vectors.T @ vectors / len(vectors))[1][:, ::-1]


def discriminant(vectors, persons, share):
    """Axes along which people differ more than photos of one person; `share` of a sphere is added to the latter."""
    groups = [vectors[persons == person] for person in np.unique(persons)]
    apart = np.concatenate([group - group.mean(0) for group in groups if len(group) > 1])
    within = apart.T @ apart / len(apart)
    within = (1 - share) * within + share * np.trace(within) / len(within) * np.eye(len(within))
    return eigh(vectors.T @ vectors / len(vectors), within)[1][:, ::-1]


def left_out(vectors, persons, axes_of, n_axes):
    """FNMR on persons that the axes were not learned from: each fold's, weighted by its genuine pairs."""
    rows = [counted(unit(vectors[unknown] @ axes_of(vectors[known], persons[known])[:, :n_axes]), persons[unknown])
            for known, unknown in tables.folds(persons, FOLDS)]  # fmt: skip
    rates, counts = zip(*rows)
    return np.average(rates, axis=0, weights=counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    vectors = embedded(arguments.cache, arguments.tables, "lfw")
    persons = splits.load(arguments.data, arguments.cache, "lfw")[1].identity.to_numpy()
    axes = principal(np.concatenate([embedded(arguments.cache, arguments.tables, name) for name in OTHERS]))
    percent = lambda rates: ", ".join(f"{100 * rate:.2f}" for rate in rates)  # noqa: E731
    print(f"{len(persons)} photos of {len(set(persons))} persons; FNMR in % at FMR {', '.join(map(str, FMRS))}")
    print(f"as it is, {vectors.shape[1]} numbers: {percent(counted(vectors, persons)[0])}")
    for n_axes in (384, 256, 192, 160, 128, 96):
        print(f"{n_axes} principal axes of other people: {percent(counted(unit(vectors @ axes[:, :n_axes]), persons)[0])}", flush=True)
    print(f"persons left out, as it is: {percent(left_out(vectors, persons, lambda v, p: np.eye(v.shape[1]), vectors.shape[1]))}")
    for n_axes, share in ((256, 0.6), (256, 0.9), (192, 0.6), (192, 0.9), (128, 0.9)):
        found = left_out(vectors, persons, lambda v, p: discriminant(v, p, share), n_axes)
        print(f"persons left out, discriminant, {n_axes} axes, {share}: {percent(found)}", flush=True)


if __name__ == "__main__":
    main()
