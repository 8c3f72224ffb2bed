"""Fits the blur and block measures: models/calibration/defects.toml.

    python fit_quality.py --data DATA --models MODELS --tables models/calibration [--judge]

DATA holds the sets, MODELS is the folder that `faceward models fetch` fills. Sharp photos are blurred in known ways and
then compressed, darkened, brightened, flattened, made noisy; the blur radius is regressed on slopes that are blind to
everything but blur. Photos are shared out by the hash of their person or file; `--judge` prints how the measures answer to
each defect on photos that were not fitted, and how ordinary photos fare.
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

import degrade
import faces
import quality_features as measures
import tables

# Sets and how many photos are taken of each.
FITTED = {"lfw": 600, "age_asian": 200, "deepfake": 450}
JUDGED = {"lfw": 80, "deepfake": 80, "utkface": 80}
# Every source counts as blurred by this much, in pixels: only the sharpest are taken, and made smaller.
OWN_RADIUS = 0.6
SAMPLES_PER_PHOTO = 14
# What counts as a defect: a radius above this share of the eye distance (on a face chip of 112 pixels, 1.6 pixels) ...
DEFECT_RADIUS = 0.045
# ... and JPEG of at most the first quality, while from the second on it is none.
DEFECT_QUALITY, CLEAN_QUALITY = 20, 45
PENALTY = 1.0
KINDS = ["gauss", "gauss", "disc", "motion"]


def half_of(name, path):
    """0: for fitting, 1: for judging; the same for all photos of a person of lfw."""
    group = Path(path).parent.name if name == "lfw" else path
    return zlib.crc32(group.encode()) % 2


def photos(arguments, networks, wanted, half):
    """(set, photo, mesh) of faces in that half, evenly from each index."""
    for name, count in wanted.items():
        labels = faces.index_of(arguments.data, name)
        if name == "deepfake":
            labels = labels[labels["path"].str.startswith(("ffhq/", "celeba/"))]
        paths = [path for path in sorted(labels["path"]) if half_of(name, path) == half]
        for path in paths[:: max(1, len(paths) // count)][:count]:
            photo = faces.read_photo(arguments.data, name, path)
            face = faces.detect(networks, photo)
            if face is not None:
                yield name, photo, faces.mesh(networks, photo, face)[0][:, :2]


def sharpest(found):
    """The sharper half of each set."""
    sharpness = [measures.blur_features(photo, mesh)[0][3] for _, photo, mesh in found]
    names = np.array([name for name, _, _ in found])
    median = {name: np.median(np.array(sharpness)[names == name]) for name in set(names)}
    return [entry for entry, sharp in zip(found, sharpness) if sharp > median[entry[0]]]


def blurred_sample(photo, mesh, generator):
    """A photo with a blur that is known and other defects that must not matter, its mesh, and its true radius."""
    factor = generator.uniform(0.6, 1.0)
    if factor < 0.97:
        photo, mesh = degrade.resized(photo, mesh, factor)
    distance = measures.eye_distance(mesh)
    share = np.exp(generator.uniform(np.log(0.004), np.log(0.12))) if generator.random() < 0.85 else 0.0
    photo = degrade.blurred(photo, generator.choice(KINDS), share * distance, generator.uniform(0, np.pi))
    if generator.random() < 0.6:
        photo = degrade.exposed(photo, generator.uniform(-2, 1.2))
    if generator.random() < 0.4:
        photo = degrade.contrasted(photo, generator.uniform(0.5, 1.3))
    if generator.random() < 0.35:
        photo = degrade.noisy(photo, generator.exponential(2.5), generator)
    if generator.random() < 0.75:
        photo = degrade.compressed(photo, generator.integers(10, 98), generator.choice([0, 2]))
    return photo, mesh, np.hypot(share * distance, OWN_RADIUS)


def fit_blur(found, generator):
    """Weights of the quadratic form, its error, and the step from radius to probability."""
    features, radii, distances, groups = [], [], [], []
    for idx, (_, photo, mesh) in enumerate(found):
        for _ in range(SAMPLES_PER_PHOTO):
            degraded, moved, radius = blurred_sample(photo, mesh, generator)
            found_features, distance = measures.blur_features(degraded, moved)
            shrink = measures.eye_distance(moved) / distance
            features.append(found_features)
            radii.append(np.log(radius / shrink))
            distances.append(distance)
            groups.append(idx)
    terms, radii = measures.quadratic_terms(np.array(features)), np.array(radii)
    estimates = np.zeros(len(radii))
    for fit, judge in tables.folds(groups, 5):
        estimates[judge] = terms[judge] @ ridge(terms[fit], radii[fit])
    share, truth = estimates - np.log(distances), radii - np.log(distances)
    x0, w = logistic(share, truth > np.log(DEFECT_RADIUS))
    return ridge(terms, radii), float(np.std(estimates - radii)), (float(np.exp(x0)), w)


def ridge(terms, values):
    scale = terms.std(0) + 1e-9
    scaled = terms / scale
    return np.linalg.solve(scaled.T @ scaled + PENALTY * np.eye(scaled.shape[1]), scaled.T @ values) / scale


def fit_blocks(found, generator):
    """The steps to probability from the loss, and from the strength of the grid's borders.

    The second one judges photos that were scaled since: borders as clear as these are as much of a defect there.
    """
    losses, strengths, defects = [], [], []
    for _, photo, mesh in found[::3]:
        # Made smaller first: whatever grid the photo came with is gone.
        photo, mesh = degrade.resized(photo, mesh, generator.uniform(0.7, 0.9))
        for quality in (*generator.integers(5, DEFECT_QUALITY + 1, 2), *generator.integers(CLEAN_QUALITY, 99, 2)):
            grey = measures.block_crop(degrade.compressed(photo, quality, generator.choice([0, 2])), mesh)
            if grey is not None:
                profiles = measures.profile(grey), measures.profile(grey.T)
                losses.append(measures.loss(grey, profiles))
                strengths.append(np.log(max(measures.strength(profiles, float(measures.BLOCK)), 1e-6)))
                defects.append(quality <= DEFECT_QUALITY)
    defects = np.array(defects)
    x0, w = logistic(np.array(strengths), defects)
    return logistic(np.array(losses), defects), (float(np.exp(x0)), w)


def logistic(x, labels, rounds=100):
    """x0 and w of 1 / (1 + exp((x0 - x) / w)), by Newton's method with a faint penalty on the slope."""
    centre, scale = x.mean(), x.std()
    design = np.c_[np.ones(len(x)), (x - centre) / scale]
    weights = np.zeros(2)
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (labels - p) - [0, 0.1 * weights[1]]
        weights += np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design + np.diag([1e-9, 0.1]), gradient)
    return float(centre - scale * weights[0] / weights[1]), float(scale / weights[1])


def write(path, fits, counts):
    weights, error, blur_step, (block_step, scaled_step) = fits
    rows = "\n".join(f"    {weight!r}," for weight in map(float, weights))
    path.write_text(f"""\
# Measures of our own: blur and compression blocks. Written by training/calibration/fit_quality.py; embedded.

[data]
date = "{tables.today()}"
sets = "lfw, age_asian, and the real portraits of deepfake (ffhq, celeba): the sharper half of one half"
photos = {counts}
samples = {counts * SAMPLES_PER_PHOTO}
blur_rule = "a defect is a radius above {DEFECT_RADIUS} eye distances"
blur_error = {error:.4f} # standard deviation of the logarithm of the radius, on photos not fitted
block_rule = "a defect is JPEG of quality {DEFECT_QUALITY} or less, none is {CLEAN_QUALITY} or more"

[blur]
eye_distance = {measures.EYE_DISTANCE}
weights = [
{rows}
]

[blur.score]
x0 = {blur_step[0]:.5f}
w = {blur_step[1]:.5f}

[macroblocks]
x0 = {block_step[0]:.5f}
w = {block_step[1]:.5f}

[scaled_macroblocks]
x0 = {scaled_step[0]:.5f}
w = {scaled_step[1]:.5f}
""")


def judge(fits, found, generator):
    """Prints medians of both scores under every defect, and rank correlations with its strength."""
    weights, _, blur_step, (block_step, scaled_step) = fits

    def scores(photo, mesh):
        features, distance = measures.blur_features(photo, mesh)
        radius = np.exp(measures.quadratic_terms(features[None])[0] @ weights) / distance
        seen = measures.blocks(photo, mesh)
        blocks = np.nan if seen is None else max(step(seen[0], *block_step), step_of_log(seen[1], *scaled_step))
        return step_of_log(radius, *blur_step), blocks

    def step(value, x0, w):
        return 1 / (1 + np.exp(np.clip((x0 - value) / w, -700, 700)))

    def step_of_log(value, x0, w):
        return step(np.log(max(value, 1e-300)), np.log(x0), w)

    ladders = {
        "blur gauss, % of eye distance": ((0, 1, 2, 3, 4, 6, 8), lambda p, m, s: blur(p, m, "gauss", s)),
        "blur disc": ((0, 1, 2, 3, 4, 6, 8), lambda p, m, s: blur(p, m, "disc", s)),
        "blur motion": ((0, 1, 2, 3, 4, 6, 8), lambda p, m, s: blur(p, m, "motion", s)),
        "jpeg, 100 - quality": ((5, 20, 40, 60, 80, 90), lambda p, m, s: (degrade.compressed(p, 100 - s), m)),
        "jpeg, then 1.3 times as large": (
            (5, 20, 40, 60, 80, 90), lambda p, m, s: degrade.resized(degrade.compressed(p, 100 - s), m, 1.3)),
        "exposure, stops down": ((0, 1, 2, 3), lambda p, m, s: (degrade.exposed(p, -s), m)),
        "exposure, stops up": ((0, 0.5, 1, 1.5), lambda p, m, s: (degrade.exposed(p, s), m)),
        "contrast, 1 / factor": ((1, 1.33, 2, 3), lambda p, m, s: (degrade.contrasted(p, 1 / s), m)),
        "noise, deviation": ((0, 2, 4, 8), lambda p, m, s: (degrade.noisy(p, s, generator), m)),
        "size, 1 / factor": ((1, 1.25, 1.6, 2), lambda p, m, s: degrade.resized(p, m, 1 / s)),
    }

    def blur(photo, mesh, kind, percent):
        return degrade.blurred(photo, kind, percent / 100 * measures.eye_distance(mesh), 0.6), mesh

    for name in sorted({name for name, _, _ in found}):
        chosen = [(photo, mesh) for set_name, photo, mesh in found if set_name == name]
        plain = np.array([scores(photo, mesh) for photo, mesh in chosen])
        print(f"{name}: {len(chosen)} photos; fine: blur {np.mean(plain[:, 0] <= 0.5):.3f}, "
              f"macroblocks {np.mean(plain[:, 1] <= 0.5):.3f}")
        for defect, (strengths, apply) in ladders.items():
            values = np.array([[scores(*apply(photo, mesh, s)) for s in strengths] for photo, mesh in chosen])
            for idx, measure in enumerate(("blur", "macroblocks")):
                ladder = values[:, :, idx]
                pooled = spearmanr(np.tile(strengths, len(ladder)), ladder.ravel(), nan_policy="omit")[0]
                each = np.nanmean([spearmanr(strengths, row)[0] for row in ladder])
                print(f"  {defect:32} {measure:11} medians {np.round(np.nanmedian(ladder, 0), 3)} "
                      f"rho pooled {pooled:+.3f} per photo {each:+.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--judge", action="store_true")
    arguments = parser.parse_args()
    networks, generator = faces.Networks(arguments.models), np.random.default_rng(29794)
    found = sharpest(list(photos(arguments, networks, FITTED, 0)))
    fits = (*fit_blur(found, generator), fit_blocks(found, generator))
    write(arguments.tables / "defects.toml", fits, len(found))
    if arguments.judge:
        judge(fits, list(photos(arguments, networks, JUDGED, 1)), generator)


if __name__ == "__main__":
    main()
