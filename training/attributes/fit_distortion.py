"""Fits the distortion measure: models/calibration/distortion.toml and .bin.

    python fit_distortion.py --data DATA --models MODELS --cache CACHE --work WORK --tables models/calibration

Photos of lfw and utkface are bent in known ways; a small network on the shape of the mesh (turned and scaled onto the
mean face) learns by how much the face was bent, whichever way. Judged on persons that were not fitted.
"""

import argparse
import datetime
from pathlib import Path

import cv2
import numpy as np
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPRegressor

import distort
import splits
from chips import faces
from fit_head_pose import N_SKIN, best_similarity, yaw_and_pitch
from splits import tables

KINDS = ["barrel", "pincushion", "fisheye", "stretch", "squeeze"]
# Photos of each set, and bent copies of each.
PHOTOS, COPIES = {"lfw": 700, "age_asian": 250, "landmarks68": 150}, 4
N_COMPONENTS, N_HIDDEN, N_NETWORKS = 40, 24, 3
# A face bent by this share of its size is called distorted.
DEFECT = 0.06
# Share of straight photos above the threshold of `distortion`, that threshold, and the score of the middle one.
REFUSED, THRESHOLD, MIDDLE = 0.02, 0.85, 0.35


def shape_of(mesh, points, mean, weights):
    rotation, scale, (source, target) = best_similarity(mesh[:N_SKIN].astype(float), mean, weights)
    shape = (scale * (mesh[:N_SKIN] - source) @ rotation.T + target).ravel()
    return np.r_[shape, np.array(yaw_and_pitch(mesh[:N_SKIN].astype(float), points, mean, weights)) / 20]


def observe(arguments, networks, mean, weights):
    """Rows of shape, deformation, kind, strength, person, for bent and straight photos."""
    random, rows = np.random.default_rng(0), []
    for name, count in PHOTOS.items():
        kept, labels = splits.load(arguments.data, arguments.cache, name)
        persons = labels.identity.to_numpy() if "identity" in labels else labels.path.to_numpy()
        for row in range(0, len(labels), max(1, len(labels) // count)):
            photo = faces.read_photo(arguments.data, name, labels.path[row])
            mesh = kept["mesh"][row].astype(float)
            rows.append((shape_of(mesh, kept["points"][row].astype(float), mean, weights), 0.0, -1, 0.0, f"{name}/{persons[row]}", row, name))
            height, width = photo.shape[:2]
            for _ in range(COPIES):
                kind, strength = int(random.integers(len(KINDS))), random.uniform(0.05, 1)
                centre = np.array([width, height]) * (0.5 + random.normal(0, 0.05, 2))
                bend = distort.Bend(KINDS[kind], strength, centre, max(width, height) / 2)
                bent = bend.photo(photo)
                face = faces.detect(networks, bent)
                if face is None:
                    continue
                true = distort.deformation(mesh[:N_SKIN, :2], distort.forward(bend, mesh[:N_SKIN, :2]))
                seen, _ = faces.mesh(networks, bent, face)
                rows.append((shape_of(seen, face.points, mean, weights), true, kind, strength, f"{name}/{persons[row]}", row, name))
    return rows


def fit(x, y, seed=0):
    pca = PCA(N_COMPONENTS, whiten=True, random_state=0).fit(x[:, :-2])
    inputs = np.c_[pca.transform(x[:, :-2]), x[:, -2:]]
    networks = [MLPRegressor(hidden_layer_sizes=(N_HIDDEN,), alpha=3.0, max_iter=150, early_stopping=True, random_state=seed + k).fit(inputs, y) for k in range(N_NETWORKS)]
    return pca, networks


def predict(model, x):
    pca, networks = model
    inputs = np.c_[pca.transform(x[:, :-2]), x[:, -2:]]
    return np.mean([network.predict(inputs) for network in networks], axis=0)


def numbers(model):
    """Components, hidden layers, outputs and offset in one row, whitening folded in: as expression.bin."""
    pca, networks = model
    components = pca.components_ / np.sqrt(pca.explained_variance_)[:, None]
    hidden = np.concatenate([n.coefs_[0].T for n in networks])
    bias = np.concatenate([n.intercepts_[0] for n in networks]) - hidden[:, :N_COMPONENTS] @ (components @ pca.mean_)
    output = np.concatenate([n.coefs_[1].ravel() for n in networks]) / N_NETWORKS
    return np.r_[components.ravel(), np.c_[hidden, bias].ravel(), output, np.mean([n.intercepts_[1][0] for n in networks])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "cache", "work", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    table = np.fromfile(arguments.tables / "head_pose.bin", "<f4").reshape(N_SKIN, 4).astype(float)
    stored = arguments.work / "bent.npz"
    if not stored.exists():
        rows = observe(arguments, faces.Networks(arguments.models), table[:, :3], table[:, 3])
        shape, true, kind, strength, person, row, name = (np.array(column) for column in zip(*rows))
        arguments.work.mkdir(parents=True, exist_ok=True)
        np.savez(stored, shape=shape.astype(np.float32), true=true, kind=kind, strength=strength, person=person, row=row, name=name)
    kept = np.load(stored)
    x, true, kind, strength, person = (kept[key] for key in ("shape", "true", "kind", "strength", "person"))
    target = np.sqrt(true)
    said = np.zeros(len(x))
    for known, unknown in tables.folds(person, 5):
        said[unknown] = predict(fit(x[known], target[known]), x[unknown])
    print(f"{len(x)} shapes; Spearman with the deformation, persons not fitted: {spearmanr(said, true)[0]:.3f}")
    straight, bent = said[kind == -1], said[true > DEFECT]
    print(f"deformed by more than {DEFECT} or straight: AUC {tables.auc(bent, straight):.3f}")
    # The threshold of `distortion` where few straight photos lie above, the middle one well below.
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    low, high = np.quantile(straight, [0.5, 1 - REFUSED])
    slope = (logit(THRESHOLD) - logit(MIDDLE)) / (high - low)
    offset = logit(THRESHOLD) - slope * high
    by_kind = {}
    for number, name in enumerate(KINDS):
        inside = (kind == number) | (kind == -1)
        by_kind[name] = spearmanr(said[inside], strength[inside])[0]
    seen = (said > high)[true > 2 * DEFECT].mean()
    print(f"above the threshold: {seen:.3f} of those deformed by more than {2 * DEFECT}")
    tables.write_numbers(arguments.tables / "distortion.bin", numbers(fit(x, target)))
    (arguments.tables / "distortion.toml").write_text(f"""\
# How much a lens, or a short distance, has bent a face, from the shape of its mesh: {N_COMPONENTS} components,
# {N_HIDDEN * N_NETWORKS} hidden units. The numbers are in distortion.bin. Written by training/attributes/fit_distortion.py.
data = "lfw, age_asian and landmarks68, straight and bent in known ways"
shapes = {len(x)}
date = "{datetime.date.today().isoformat()}"
components = {N_COMPONENTS}
hidden = {N_HIDDEN * N_NETWORKS}
# Rank correlation with the deformation, over photos of persons that were not fitted; .8 was aimed at. Faces differ from
# each other about as much as a weak lens bends them.
rank_correlation = {spearmanr(said, true)[0]:.3f}
# Part of the straight photos above the threshold of `distortion`, and of those deformed by more than {2 * DEFECT}.
straight_refused = {REFUSED}
bent_refused = {seen:.3f}
# AUC of deformed by more than {DEFECT} against straight.
auc = {tables.auc(bent, straight):.3f}

# From the network's output, the square root of the deformation, to log-odds.
[score]
slope = {slope:.3f}
offset = {offset:.3f}

# Rank correlation with the strength of each kind.
[by_kind]
{chr(10).join(f"{name} = {value:.3f}" for name, value in by_kind.items())}
""")
    print((arguments.tables / "distortion.toml").read_text())


if __name__ == "__main__":
    main()
