"""Fits the floor of usability and the price of poor faces: models/calibration/usability.toml.

    python fit_usability.py --cache CACHE --tables models/calibration

Reads what observe.py kept of people and photos. The floor is the utility (the scale of crfiqa) under which a hundredth of the
ordinary photos of lfw lies. Above it the cosine of a pair is lowered by price x (1 - cosine), price = utility_price x (how far
the worse utility lies below good_utility) + occlusion_price x (how far both are covered). Of all prices under which ordinary
pairs keep their FNMR and the degraded lose no more than LOST of theirs, those are taken with the fewest false matches. Each
kind is judged with prices that were chosen without it and its relatives (kinds.GROUPS).
"""

import argparse
import datetime
import itertools
from pathlib import Path

import numpy as np

import kinds

REFUSED = 0.009
# Share of the genuine pairs of degraded photos, matched before, that the prices may cost.
LOST = 0.14
# The cosine of similarity 0.75.
COSINE = 0.3842
GRID = list(itertools.product((0.6, 0.65, 0.7), (0.0, 0.4, 0.8, 1.2), (0.0, 0.06, 0.1, 0.14, 0.18)))


def unit(v):
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def tables(folder):
    import tomllib

    read = lambda name: tomllib.loads((folder / f"{name}.toml").read_text())  # noqa: E731
    return read("utility"), read("embedding"), np.fromfile(folder / "embedding.bin", "<f4"), read("face_attributes")


class Faces:
    """Found faces of some parts: kind, person, embedding, utility, occlusion, photo."""

    def __init__(self, cache, parts, folder):
        utility, fusion, mean, attributes = tables(folder)
        shards = [np.load(p, allow_pickle=False) for part in parts for p in sorted(cache.glob(f"{part}-????.npz"))]
        column = lambda name: np.concatenate([shard[name] for shard in shards])  # noqa: E731
        found = column("found")
        raw, sets, paths = column("raw")[found].astype(float), column("set")[found], column("path")[found]
        self.kind, self.asked = column("kind")[found], {k: int(n) for k, n in zip(*np.unique(column("kind"), return_counts=True))}
        self.photo = np.array([f"{s}/{p}" for s, p in zip(sets, paths)])
        self.set = sets
        self.person = np.array([p.split("/")[1] if s == "lfw" else f"{s}/{p}" for s, p in zip(sets, paths)])
        norms = np.stack([np.linalg.norm(raw[:, :, :128], axis=2), np.linalg.norm(raw[:, :, 128:], axis=2)], 2) + 1e-9
        first, second = raw[:, :, :128] / norms[:, :, :1], raw[:, :, 128:] / norms[:, :, 1:]
        weights = np.sqrt(fusion["weights"])
        self.vector = unit(np.c_[weights[0] * unit(first.sum(1)), weights[1] * unit(second.sum(1))] - mean)
        self.utility = sigmoid((norms[:, 0] / utility["typical_norms"] - 1) @ utility["weights"] + utility["offset"])
        odds = column("attributes")[found][:, 8]
        self.occlusion = sigmoid(attributes["occlusion"]["slope"] * odds + attributes["occlusion"]["offset"])


class Pairs:
    """Pairs of photos of one kind: kind, whether of one person, cosine, worse utility, how far both are covered."""

    def __init__(self, faces, rows_of):
        columns = []
        for kind, rows in rows_of.items():
            i, j = np.triu_indices(len(rows), 1)
            i, j = rows[i], rows[j]
            apart = faces.photo[i] != faces.photo[j]
            i, j = i[apart], j[apart]
            columns.append((
                np.full(len(i), kind, dtype=object), faces.person[i] == faces.person[j],
                np.einsum("ij,ij->i", faces.vector[i], faces.vector[j]),
                np.minimum(faces.utility[i], faces.utility[j]), np.minimum(faces.occlusion[i], faces.occlusion[j]),
            ))  # fmt: skip
        self.kind, self.genuine, self.cosine, self.utility, self.occlusion = (np.concatenate(c) for c in zip(*columns))

    def only(self, rows):
        made = object.__new__(Pairs)
        for name in ("kind", "genuine", "cosine", "utility", "occlusion"):
            setattr(made, name, getattr(self, name)[rows])
        return made

    def matches(self, good, utility_price, occlusion_price):
        price = utility_price * np.clip(good - self.utility, 0, 1) + occlusion_price * self.occlusion
        return self.cosine - price * (1 - self.cosine) >= COSINE


def chosen(pairs, ordinary):
    """The prices with the fewest false matches that cost little."""
    before = pairs.matches(1, 0, 0)
    usual = ordinary.matches(1, 0, 0)[ordinary.genuine].mean()
    best = None
    for prices in GRID:
        now = pairs.matches(*prices)
        lost = 1 - now[pairs.genuine].sum() / max(1, before[pairs.genuine].sum())
        kept = ordinary.matches(*prices)[ordinary.genuine].mean()
        if lost > LOST or usual - kept > 0.004:
            continue
        # By kinds, so that one kind with many pairs does not decide.
        rates = [now[rows].mean() for rows in (~pairs.genuine & (pairs.kind == kind) for kind in np.unique(pairs.kind)) if rows.any()]
        key = (np.mean(np.sqrt(rates)), lost)
        if best is None or key < best[0]:
            best = (key, prices)
    return best[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    people = Faces(arguments.cache, ["people"], arguments.tables)
    photos = Faces(arguments.cache, ["photos"], arguments.tables)
    usual = np.r_[people.utility[people.kind == "as_is"], photos.utility[photos.set == "lfw"]]
    floor = float(np.floor(100 * np.quantile(usual, REFUSED)) / 100)
    print(f"floor {floor}: {np.mean(usual < floor):.4f} of {len(usual)} ordinary photos of lfw below")
    for name in np.unique(photos.set):
        below = photos.utility[photos.set == name] < floor
        print(f"  {name}: {below.sum()} of {len(below)} below")
    usable = people.utility >= floor
    rows_of = lambda rows: {kind: np.flatnonzero(rows & (people.kind == kind)) for kind in np.unique(people.kind)}  # noqa: E731
    every, pairs = Pairs(people, rows_of(np.ones(len(usable), bool))), Pairs(people, rows_of(usable))
    lfw = Faces(arguments.cache, ["people", "photos"], arguments.tables)
    first = {}
    for row in np.flatnonzero((lfw.kind == "as_is") & (lfw.set == "lfw") & (lfw.utility >= floor)):
        first.setdefault(lfw.photo[row], row)
    ordinary = Pairs(lfw, {"as_is": np.array(list(first.values()))})
    group = lambda kind: kinds.GROUP_OF.get(kind, "as_is")  # noqa: E731
    # A negative is no photograph: the gate turns it away.
    fit = pairs.only(~np.isin(pairs.kind, ["as_is", "negative"]))
    rows, report = [], []
    for left in sorted(kinds.GROUPS):
        prices = chosen(fit.only(np.array([group(kind) != left for kind in fit.kind])), ordinary)
        report.append(f"without {left}: {prices}")
        for kind in (k.__name__ for k in kinds.GROUPS[left]):
            mine, all_of = pairs.only(pairs.kind == kind), every.only(every.kind == kind)
            now, before = mine.matches(*prices), all_of.matches(1, 0, 0)
            rows.append(dict(
                kind=kind, photos=int((people.kind == kind).sum()), usable=int((usable & (people.kind == kind)).sum()),
                impostor_pairs=int((~mine.genuine).sum()), false_matches=int((now & ~mine.genuine).sum()),
                false_matches_before=int((before & ~all_of.genuine).sum()), impostor_pairs_before=int((~all_of.genuine).sum()),
            ))  # fmt: skip
            g = mine.genuine
            print(f"{left:10} {kind:20} of {people.asked[kind]} found {rows[-1]['photos']}, usable {rows[-1]['usable']}; false {rows[-1]['false_matches']} of {rows[-1]['impostor_pairs']}, before {rows[-1]['false_matches_before']} of {rows[-1]['impostor_pairs_before']}; genuine matched {int(now[g].sum())} of {int(g.sum())}, by the cosine alone {int(mine.matches(1, 0, 0)[g].sum())}")
    prices = chosen(fit, ordinary)
    now, before = fit.matches(*prices), fit.matches(1, 0, 0)
    print("\n".join(report))
    print(f"with all: {prices}: false {int((now & ~fit.genuine).sum())}, by the floor alone {int((before & ~fit.genuine).sum())}, of {int((~fit.genuine).sum())}; genuine {now[fit.genuine].mean():.3f}, by the floor alone {before[fit.genuine].mean():.3f}")
    o, u = ordinary.matches(*prices), ordinary.matches(1, 0, 0)
    print(f"ordinary: {int(ordinary.genuine.sum())} genuine pairs, matched {o[ordinary.genuine].mean():.4f} (before {u[ordinary.genuine].mean():.4f}); false {int((o & ~ordinary.genuine).sum())} (before {int((u & ~ordinary.genuine).sum())}) of {int((~ordinary.genuine).sum())}")
    lines = "\n".join("[[measured]]\n" + "\n".join(f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in row.items()) for row in rows)
    (arguments.tables / "usability.toml").write_text(f"""\
# Which faces may be compared, and how much more alike poor ones must be. Written by training/usability/fit_usability.py.
# A pair's cosine is lowered by price x (1 - cosine); price = utility_price x (how far the worse utility lies below
# good_utility) + occlusion_price x (how far both faces are covered). Utility is the scale of crfiqa.
data = "lfw, as it is and degraded in {len(kinds.KINDS)} ways"
photos = {len(people.kind) + int((photos.set == "lfw").sum())}
date = "{datetime.date.today().isoformat()}"
least_utility = {floor}
good_utility = {prices[0]}
utility_price = {prices[1]}
occlusion_price = {prices[2]}

# Pairs of different persons, both photos degraded in one kind; prices chosen without this kind and its relatives.
{lines}
""")


if __name__ == "__main__":
    main()
