"""Fits the utility for recognition: models/calibration/utility.toml.

    python fit_utility.py --data DATA --models MODELS --cache CACHE --work WORK --tables models/calibration

Recognition networks answer with short vectors to what they can make little of. A linear function of both lengths is
fitted to the median comparison score of a photo with the other photos of its person, on lfw and on lfw degraded in known
ways; judged by the area under error versus discard on persons that were not fitted, beside sharpness, size and the
detector's confidence.
"""

import argparse
import datetime
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

import augment
import chips
import splits
from chips import faces

# The error rate that is looked at, and how far pairs are discarded.
FMR, DISCARDED = 1e-4, 0.5
# Share of ordinary photos that fall below the threshold, the threshold of `utility`, and the score of the middle one.
REFUSED, THRESHOLD, MIDDLE = 0.03, 0.56, 0.8
DEGRADED = 900


def fused(raw, tables):
    """Fused embeddings as the engine makes them, and the lengths of both outputs."""
    first, second = raw[:, :128].astype(float), raw[:, 128:].astype(float)
    norms = np.c_[np.linalg.norm(first, axis=1), np.linalg.norm(second, axis=1)]
    mean = np.fromfile(tables / "embedding.bin", "<f4")
    joined = np.c_[np.sqrt(0.7) * first / norms[:, :1], np.sqrt(0.3) * second / norms[:, 1:]] - mean
    return joined / np.linalg.norm(joined, axis=1, keepdims=True), norms


def sharpness(chip):
    return cv2.Laplacian(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()


def degraded(photo, points, mesh, random, textures):
    """One defect that is drawn: blur, size, compression, darkness, noise, or something over the face."""
    kind, strength = random.integers(6), random.uniform(0.2, 1)
    height, width = photo.shape[:2]
    if kind == 0:
        return cv2.GaussianBlur(photo, (0, 0), 0.12 * strength * np.linalg.norm(points[1] - points[0]))
    if kind == 1:
        factor = 10 / (np.linalg.norm(points[1] - points[0]) * (0.25 + strength))
        small = cv2.resize(photo, None, fx=min(1, factor), fy=min(1, factor), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if kind == 2:
        return cv2.imdecode(cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(24 - 20 * strength)])[1], 1)
    if kind == 3:
        return np.clip(photo * (1 - 0.93 * strength) + random.normal(0, 4, photo.shape), 0, 255).astype(np.uint8)
    if kind == 4:
        return np.clip(photo + random.normal(0, 70 * strength, photo.shape), 0, 255).astype(np.uint8)
    low = np.maximum(mesh.min(0) - 30, 0).astype(int)
    side = int(min((mesh.max(0) - mesh.min(0)).max() + 60, *(np.array([width, height]) - low)))
    part = photo[low[1] : low[1] + side, low[0] : low[0] + side]
    drawn, _ = augment.covered(np.ascontiguousarray(part), (mesh - low).astype(np.float32), random, textures)
    photo = photo.copy()
    photo[low[1] : low[1] + side, low[0] : low[0] + side] = drawn
    return photo


def observe(arguments):
    """lfw as it is and degraded: raw outputs, and what utility is compared with."""
    kept, labels = splits.load(arguments.data, arguments.cache, "lfw")
    persons = labels.identity.to_numpy()
    names, counts = np.unique(persons, return_counts=True)
    several = np.isin(persons, names[counts > 1])
    size = np.sqrt(np.prod(kept["box"][:, 2:] - kept["box"][:, :2], axis=1))
    m = chips.MARGIN
    sharp = np.array([sharpness(chip[m:-m, m:-m]) for chip in kept["chip"]])
    plain = {"raw": kept["raw"], "person": persons, "size": size, "sharpness": sharp, "confidence": kept["score"]}
    networks, random = faces.Networks(arguments.models), np.random.default_rng(0)
    textures, rows = list(kept["chip"][::40]), []
    for row in random.permutation(np.flatnonzero(several))[:DEGRADED]:
        points, mesh = kept["points"][row].astype(float), kept["mesh"][row][:468, :2].astype(float)
        photo = degraded(faces.read_photo(arguments.data, "lfw", labels.path[row]), points, mesh, random, textures)
        face = faces.detect(networks, photo)
        if face is None:
            continue
        chip = chips.face_chip(photo, face.points)
        raw = chips.raw_embeddings(networks, chips.recognition_chip(photo, face.points))
        rows.append((raw, persons[row], np.sqrt(np.prod(face.box[2:] - face.box[:2])), sharpness(chip), face.score, row))
    columns = [np.array(column) for column in zip(*rows)]
    return plain, dict(zip(("raw", "person", "size", "sharpness", "confidence", "row"), columns))


def pairs(plain, other, tables):
    """For the photos of `other`: score with each photo of the same person in `plain`; the threshold at FMR."""
    known, _ = fused(plain["raw"], tables)
    probe, norms = fused(other["raw"], tables)
    scores = probe @ known.T
    same = other["person"][:, None] == plain["person"][None]
    own = other.get("row", np.arange(len(probe)))
    itself = np.zeros_like(same)
    itself[np.arange(len(probe)), own] = True
    first, second = np.nonzero(same & ~itself)
    return scores, first, second, norms


def area(quality, wrong, first):
    """Mean error over 0 to DISCARDED of the pairs discarded, worst quality first, as a part of the error without."""
    ordered = wrong[np.argsort(quality[first], kind="stable")]
    shares = np.linspace(0, DISCARDED, 51)
    return float(np.mean([ordered[int(share * len(ordered)) :].mean() for share in shares]) / wrong.mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "cache", "work", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    stored = arguments.work / "utility.npz"
    if stored.exists():
        both = np.load(stored, allow_pickle=False)
        plain, bad = ({key[2:]: both[key] for key in both.files if key[0] == side} for side in "pb")
    else:
        plain, bad = observe(arguments)
        arguments.work.mkdir(parents=True, exist_ok=True)
        as_text = lambda d: {k: v.astype(str) if v.dtype == object else v for k, v in d.items()}  # noqa: E731
        np.savez(stored, **{f"p_{k}": v for k, v in as_text(plain).items()}, **{f"b_{k}": v for k, v in as_text(bad).items()})
    known, _ = fused(plain["raw"], arguments.tables)
    everybody = known @ known.T
    threshold = np.quantile(everybody[plain["person"][:, None] != plain["person"][None]], 1 - FMR)
    sets, x, y, group, weight = {}, [], [], [], []
    for name, photos in (("lfw", plain), ("lfw degraded", bad)):
        scores, first, second, norms = pairs(plain, photos, arguments.tables)
        wrong = scores[first, second] < threshold
        sets[name] = (photos, first, wrong, norms)
        middle = {i: np.median(scores[i, second[first == i]]) for i in np.unique(first)}
        rows = np.array(list(middle))
        x.append(norms[rows])
        y.append(np.array(list(middle.values())))
        group.append(photos["person"][rows])
        _, index, count = np.unique(group[-1], return_inverse=True, return_counts=True)
        weight.append(1 / np.sqrt(count[index]))
    x, y, group, weight = np.concatenate(x), np.concatenate(y), np.concatenate(group), np.concatenate(weight)
    plain_norms = sets["lfw"][3]
    typical = np.median(plain_norms, axis=0)

    def fit(rows):
        return Ridge(1.0).fit(x[rows] / typical - 1, y[rows], sample_weight=weight[rows])

    measured = []
    for name, (photos, first, wrong, norms) in sets.items():
        said = np.zeros(len(norms))
        for known_rows, unknown_rows in GroupKFold(5).split(x, groups=group):
            unknown = np.isin(photos["person"], np.unique(group[unknown_rows]))
            said[unknown] = fit(known_rows).predict(norms[unknown] / typical - 1)
        measures = {"utility": said, "sharpness": photos["sharpness"], "size": photos["size"], "confidence": photos["confidence"]}
        print(f"{name}: {len(wrong)} pairs, FNMR {wrong.mean():.4f}")
        for measure, quality in measures.items():
            measured.append((name, measure, area(quality, wrong, first)))
            print(f"  {measure}: {measured[-1][2]:.3f}")
    model = fit(np.arange(len(x)))
    merit = plain_norms / typical - 1
    merit = merit @ model.coef_
    low, middle = np.quantile(merit, [REFUSED, 0.5])
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    slope = (logit(MIDDLE) - logit(THRESHOLD)) / (middle - low)
    weights, offset = slope * model.coef_, logit(THRESHOLD) - slope * low
    score = lambda norms: 1 / (1 + np.exp(-((norms / typical - 1) @ weights + offset)))  # noqa: E731
    for name, (photos, first, wrong, norms) in sets.items():
        fine = score(norms)[first] >= THRESHOLD
        print(f"{name}: fine {np.mean(score(norms) >= THRESHOLD):.3f}; FNMR where fine {wrong[fine].mean():.4f}, elsewhere {wrong[~fine].mean():.4f}")
    for name in ("utkface", "age_asian"):
        kept, _ = splits.load(arguments.data, arguments.cache, name)
        _, norms = fused(kept["raw"], arguments.tables)
        print(f"{name}: fine {np.mean(score(norms) >= THRESHOLD):.3f}")
    rows = "\n".join(f'[[measured]]\nset = "{s}"\nmeasure = "{m}"\narea = {a:.3f}' for s, m, a in measured)
    (arguments.tables / "utility.toml").write_text(f"""\
# Utility of a face for recognition, from the lengths of both recognition networks' outputs.
# Written by training/attributes/fit_utility.py. Log-odds = sum of weight x (norm / typical norm - 1), plus offset.
data = "lfw, and lfw degraded in known ways"
photos = {len(x)}
date = "{datetime.date.today().isoformat()}"
typical_norms = [{typical[0]:.4f}, {typical[1]:.4f}]
weights = [{weights[0]:.4f}, {weights[1]:.4f}]
offset = {offset:.4f}
# Its threshold is put where this part of ordinary photos (lfw) lies below.
ordinary_refused = {REFUSED}
# Area under error (FNMR at FMR 1e-4) versus discard, up to half of the pairs, as a part of the error without discarding;
# persons that were not fitted.
{rows}
""")


if __name__ == "__main__":
    main()
