"""Fits the floor of usability and the price of poor faces: models/calibration/usability.toml.

    python fit_usability.py --cache CACHE --tables models/calibration

Reads what observe.py kept of people, alike and photos, after fit_projection.py and `faceward calibrate similarity`. The floor is
the utility (the scale of crfiqa) under which a hundredth of the ordinary photos of lfw lies. Above it the cosine of a pair is
lowered by price x (1 - cosine), price = utility_price x (how far the worse utility lies below good_utility) + occlusion_price x
(how far both are covered) + share_price x (how far what both share with a cohort exceeds free_share, which most ordinary photos stay below). Of all prices under which
ordinary pairs keep their FNMR and the degraded lose no more than LOST of theirs, those are taken with the fewest false matches.
Each kind is judged with prices that were chosen, and cohorts that were made, without it and its relatives (kinds.GROUPS).
"""

import argparse
import datetime
import itertools
import zlib
from pathlib import Path

import numpy as np

import kinds

REFUSED = 0.009
# Share of the genuine pairs of degraded photos, matched before, that the prices may cost.
LOST = 0.18
# Share of the genuine pairs of ordinary photos that they may cost.
COST = 0.001
# Faces that the mean of a cohort needs: fewer would put persons into it.
LEAST = 12
# Mean cosine of strangers from which on what they share is worth a cohort.
ALIKE = 0.1
GRID = list(itertools.product((0.4, 0.8, 1.2), (0.1, 0.14, 0.18), (0.0, 3.0, 6.0, 9.0, 12.0)))
GOOD = 0.6
# Share of the ordinary photos to which nearness to a cohort costs nothing.
UNTOUCHED = 0.8


def unit(v):
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def table(folder, name):
    import tomllib

    return tomllib.loads((folder / f"{name}.toml").read_text())


class Faces:
    """Found faces of some parts: kind, person, whole embedding and what is compared of it, utility, occlusion, photo."""

    def __init__(self, cache, parts, folder, projected=True):
        utility, fusion, attributes = (table(folder, name) for name in ("utility", "embedding", "face_attributes"))
        mean = np.fromfile(folder / "embedding.bin", "<f4")
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
        self.whole = unit(np.c_[weights[0] * unit(first.sum(1)), weights[1] * unit(second.sum(1))] - mean)
        if projected:
            rows = np.fromfile(folder / "projection.bin", "<f4").reshape(-1, self.whole.shape[1])
            self.vector = unit(self.whole @ rows.T)
        self.utility = sigmoid((norms[:, 0] / utility["typical_norms"] - 1) @ utility["weights"] + utility["offset"])
        odds = column("attributes")[found][:, 8]
        self.occlusion = sigmoid(attributes["occlusion"]["slope"] * odds + attributes["occlusion"]["offset"])
        self.family = np.array([kind.split(":")[0] for kind in self.kind])
        self.fold = np.array([zlib.crc32(person.encode()) >> 7 & 1 for person in self.person])


def floor_of(cache, folder, projected=True):
    """The utility under which a face is not compared, of which photos that is the hundredth, and all ordinary photos."""
    people, photos = (Faces(cache, [part], folder, projected) for part in ("people", "photos"))
    usual = np.r_[people.utility[people.kind == "as_is"], photos.utility[photos.set == "lfw"]]
    return float(np.floor(100 * np.quantile(usual, REFUSED)) / 100), usual, photos


def centres(faces, rows):
    """Names of the ways and the mean whole face of each that has enough of them."""
    ways = [way for way in np.unique(faces.kind) if way != "as_is" and (rows & (faces.kind == way)).sum() >= LEAST]
    return np.array(ways), np.array([faces.whole[rows & (faces.kind == way)].mean(0) for way in ways])


def cohorts(faces, rows):
    """Those of them that strangers come near to."""
    ways, means = centres(faces, rows)
    alike = (means**2).sum(1) >= ALIKE
    return ways[alike], means[alike]


def shared_out_of_fold(faces, rows):
    """What each face shares with cohorts of persons of the other fold; `rows`: what these may be made of."""
    shared = np.zeros(len(faces.kind))
    for fold in (0, 1):
        mine = faces.fold == fold
        shared[mine] = (faces.whole[mine] @ cohorts(faces, rows & ~mine)[1].T).max(1)
    return shared


class Pairs:
    """Pairs of photos of one kind: family, whether of one person, cosine, worse utility, how far both are covered, what both share."""

    COLUMNS = ("family", "genuine", "cosine", "utility", "occlusion", "shared", "first", "second")

    def __init__(self, faces, groups):
        columns = []
        for rows in groups:
            i, j = np.triu_indices(len(rows), 1)
            i, j = rows[i], rows[j]
            apart = faces.photo[i] != faces.photo[j]
            i, j = i[apart], j[apart]
            columns.append((
                faces.family[i], faces.person[i] == faces.person[j], np.einsum("ij,ij->i", faces.vector[i], faces.vector[j]),
                np.minimum(faces.utility[i], faces.utility[j]), np.minimum(faces.occlusion[i], faces.occlusion[j]), np.zeros(len(i)), i, j,
            ))  # fmt: skip
        for name, parts in zip(self.COLUMNS, zip(*columns)):
            setattr(self, name, np.concatenate(parts))
        self.free = 1.0

    def sharing(self, shared, free):
        """The same pairs with what their faces share with the cohorts, and what of it costs nothing."""
        self.shared, self.free = np.minimum(shared[self.first], shared[self.second]), free
        return self

    def only(self, rows):
        made = object.__new__(Pairs)
        made.free = self.free
        for name in self.COLUMNS:
            setattr(made, name, getattr(self, name)[rows])
        return made

    def matches(self, least, prices):
        utility, occlusion, share = prices
        price = utility * np.clip(GOOD - self.utility, 0, 1) + occlusion * self.occlusion + share * np.clip(self.shared - self.free, 0, 1)
        return self.cosine - price * (1 - self.cosine) >= least


FREE = (0, 0, 0)


def chosen(pairs, ordinary, least):
    """The prices with the fewest false matches that cost little."""
    before = pairs.matches(least, FREE)
    usual = ordinary.matches(least, FREE)[ordinary.genuine].mean()
    best = None
    for prices in GRID:
        now = pairs.matches(least, prices)
        lost = 1 - now[pairs.genuine].sum() / max(1, before[pairs.genuine].sum())
        kept = ordinary.matches(least, prices)[ordinary.genuine].mean()
        if lost > LOST or usual - kept > COST:
            continue
        # By kinds, so that one kind with many pairs does not decide.
        rates = [now[rows].mean() for rows in (~pairs.genuine & (pairs.family == kind) for kind in np.unique(pairs.family)) if rows.any()]
        key = (np.mean(np.sqrt(rates)), lost)
        if best is None or key < best[0]:
            best = (key, prices)
    return best[1]


def ordinary_pairs(cache, folder, floor, means):
    """Pairs of ordinary photos of lfw, and what they share with the cohorts."""
    lfw = Faces(cache, ["people", "photos"], folder)
    first = {}
    for row in np.flatnonzero((lfw.kind == "as_is") & (lfw.set == "lfw") & (lfw.utility >= floor)):
        first.setdefault(lfw.photo[row], row)
    rows, shared = np.array(list(first.values())), (lfw.whole @ means.T).max(1)
    free = float(np.round(np.quantile(shared[rows], UNTOUCHED), 2))
    return Pairs(lfw, [rows]).sharing(shared, free), free


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    cache, folder = arguments.cache, arguments.tables
    floor, usual, photos = floor_of(cache, folder)
    least = next(knot["cosine"] for knot in table(folder, "similarity")["knot"] if knot["similarity"] == 0.75)
    print(f"floor {floor}: {np.mean(usual < floor):.4f} of {len(usual)} ordinary photos of lfw below")
    for name in np.unique(photos.set):
        below = photos.utility[photos.set == name] < floor
        print(f"  {name}: {below.sum()} of {len(below)} below")
    faces = Faces(cache, ["alike"], folder)
    usable = faces.utility >= floor
    # Both persons of a pair are of one fold, the cohorts they are held against of the other.
    ways = [(way, fold) for way in np.unique(faces.kind) if way != "as_is" for fold in (0, 1)]
    every = Pairs(faces, [np.flatnonzero((faces.kind == way) & (faces.fold == fold)) for way, fold in ways])
    ordinary, free = ordinary_pairs(cache, folder, floor, cohorts(faces, usable)[1])
    pairs = every.only(usable[every.first] & usable[every.second]).sharing(seen := shared_out_of_fold(faces, usable), free)
    # A negative is no photograph: the gate turns it away.
    fit = pairs.only(pairs.family != "negative")
    prices = chosen(fit, ordinary, least)
    rows, report = [], []
    for left in sorted(kinds.GROUPS):
        strange = np.isin(faces.family, [kind.__name__ for kind in kinds.GROUPS[left]])
        known = fit.only(~np.isin(fit.family, faces.family[strange])).sharing(seen, free)
        without = chosen(known, ordinary, least)
        unseen = shared_out_of_fold(faces, usable & ~strange)
        report.append(f"without {left}: {without}")
        for kind in (k.__name__ for k in kinds.GROUPS[left]):
            mine, all_of = pairs.only(pairs.family == kind), every.only(every.family == kind)
            before, with_all = all_of.matches(least, FREE), mine.matches(least, prices)
            now = mine.sharing(unseen, free).matches(least, without)
            rows.append(dict(
                kind=kind, photos=int((faces.family == kind).sum()), usable=int((usable & (faces.family == kind)).sum()),
                impostor_pairs=int((~mine.genuine).sum()), false_matches=int((now & ~mine.genuine).sum()),
                false_matches_seen=int((with_all & ~mine.genuine).sum()),
                false_matches_before=int((before & ~all_of.genuine).sum()), impostor_pairs_before=int((~all_of.genuine).sum()),
            ))  # fmt: skip
            g = mine.genuine
            print(f"{left:10} {kind:20} usable {rows[-1]['usable']} of {rows[-1]['photos']}; false {rows[-1]['false_matches']} (kind seen {rows[-1]['false_matches_seen']}) of {rows[-1]['impostor_pairs']}, before {rows[-1]['false_matches_before']} of {rows[-1]['impostor_pairs_before']}; genuine matched {int(now[g].sum())} (seen {int(with_all[g].sum())}) of {int(g.sum())}, by the cosine alone {int(mine.matches(least, FREE)[g].sum())}")
    now, before = fit.sharing(seen, free).matches(least, prices), fit.matches(least, FREE)
    print("\n".join(report))
    print(f"with all: {prices}: false {int((now & ~fit.genuine).sum())}, by the floor alone {int((before & ~fit.genuine).sum())}, of {int((~fit.genuine).sum())}; genuine {now[fit.genuine].mean():.3f}, by the floor alone {before[fit.genuine].mean():.3f}")
    o, u = ordinary.matches(least, prices), ordinary.matches(least, FREE)
    print(f"ordinary: {int(ordinary.genuine.sum())} genuine pairs, matched {o[ordinary.genuine].mean():.4f} (before {u[ordinary.genuine].mean():.4f}); false {int((o & ~ordinary.genuine).sum())} (before {int((u & ~ordinary.genuine).sum())}) of {int((~ordinary.genuine).sum())}")
    lines = "\n".join("[[measured]]\n" + "\n".join(f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in row.items()) for row in rows)
    (folder / "usability.toml").write_text(f"""\
# Which faces may be compared, and how much more alike poor ones must be. Written by training/usability/fit_usability.py.
# A pair's cosine is lowered by price x (1 - cosine); price = utility_price x (how far the worse utility lies below
# good_utility) + occlusion_price x (how far both faces are covered) + share_price x (how far what both share with a cohort of
# ruined faces, cohorts.toml, exceeds free_share). Utility is the scale of crfiqa.
data = "lfw, as it is and degraded in {len(kinds.KINDS)} ways, several strengths of each"
photos = {len(faces.kind) + len(usual)}
date = "{datetime.date.today().isoformat()}"
least_utility = {floor}
good_utility = {GOOD}
utility_price = {prices[0]}
occlusion_price = {prices[1]}
free_share = {free}
share_price = {prices[2]}

# Pairs of different persons, both photos degraded in one kind and to one strength. `false_matches`: prices chosen and cohorts
# made without this kind and its relatives; `false_matches_seen`: with them. No person of a pair is in the cohorts.
{lines}
""")


if __name__ == "__main__":
    main()
