"""Fits eyes, mouth and expression and measures gender: models/calibration/{eyes,mouth,expression,gender}.*.

    python fit_attributes.py --data DATA --cache CACHE --tables models/calibration

eyes        log-odds of open = lid_slope * (lid gap - lid_zero) + network_slope * reliance * squash(log-odds of fr-eye)
mouth       log-odds of open = slope * (lip gap - zero)
expression  one hidden layer on the mesh, turned and scaled onto the mean face, and on the blendshapes
gender      as gender-v1 says
The forms are those of crates/engine/src/attributes. Nothing is judged on a person, or a near-duplicate, that was fitted.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

import faces
import tables
from fit_head_pose import N_SKIN, best_similarity, yaw_and_pitch

CEILING = 8.0
# Upper and lower lid of the image-left and the image-right eye, outer to inner.
LIDS = (((160, 144), (159, 145), (158, 153)), ((387, 373), (386, 374), (385, 380)))


def squash(odds):
    return CEILING * np.tanh(odds / CEILING)


def distance(points, a, b):
    return np.linalg.norm(points[:, a, :2] - points[:, b, :2], axis=1)


def lid_gaps(mesh):
    """Mean height of each eye's opening over its width, [n, 2], and the widths in pixels."""
    widths = np.stack([distance(mesh, *corners) for corners in faces.EYES], 1)
    heights = np.stack([np.mean([distance(mesh, *pair) for pair in lids], axis=0) for lids in LIDS], 1)
    return heights / widths, widths


def true_points(labels):
    return np.array([np.array(text.split(), dtype=float).reshape(68, 2) for text in labels.points])


def logistic(x, y):
    """Slope and intercept, classes balanced."""
    model = LogisticRegression(class_weight="balanced", C=100).fit(np.reshape(x, (-1, 1)), y)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def write(arguments, name, text):
    (arguments.tables / f"{name}.toml").write_text(text)
    print(f"--- {name}\n{text}")


# ---- Eyes

# fr-eye sees nothing in an eye of a few pixels: it counts not at all below the first width, fully from the second.
NETWORK_WIDTHS = (12.0, 24.0)
# Both witnesses see the same eye: their log-odds are not added in full.
SHARED = 0.65
# The part of the eyes of lfw that the zero is set to call closed: among those below, most are, on a sample looked at.
CLOSED_SHARE = 0.035


def fit_eyes(arguments):
    crops, crop_labels = tables.load(arguments.data, arguments.cache, "eyes")
    is_open = (crop_labels.label == "open").to_numpy()
    network_slope, _ = logistic(squash(crops["eye"]), is_open)
    outputs, labels = tables.load(arguments.data, arguments.cache, "landmarks68")
    true = true_points(labels)
    ratio = np.stack([opening(true, first) for first in (36, 42)], 1)
    gaps, _ = lid_gaps(outputs["mesh"].astype(float))
    large = np.linalg.norm(true[:, 36] - true[:, 45], axis=1)[:, None] > 45
    clear = ((ratio < 0.15) | (ratio > 0.25)) & large
    lid_slope, _ = logistic(gaps[clear], ratio[clear] > 0.25)
    lid_auc = tables.auc(gaps[clear & (ratio > 0.25)], gaps[clear & (ratio < 0.15)])
    lid_slope, network_slope = lid_slope * SHARED, network_slope * SHARED
    ordinary, _ = tables.load(arguments.data, arguments.cache, "lfw")
    gaps, widths = lid_gaps(ordinary["mesh"].astype(float))
    reliance = np.clip((widths - NETWORK_WIDTHS[0]) / (NETWORK_WIDTHS[1] - NETWORK_WIDTHS[0]), 0, 1)
    value = lid_slope * gaps + network_slope * reliance * squash(ordinary["eyes"])
    zero = np.quantile(value, CLOSED_SHARE) / lid_slope
    n_photos = len(is_open) + len(labels) + len(value)
    shares = []
    for name in ("utkface", "age_asian"):
        others, _ = tables.load(arguments.data, arguments.cache, name)
        gaps, widths = lid_gaps(others["mesh"].astype(float))
        reliance = np.clip((widths - NETWORK_WIDTHS[0]) / (NETWORK_WIDTHS[1] - NETWORK_WIDTHS[0]), 0, 1)
        odds = lid_slope * (gaps - zero) + network_slope * reliance * squash(others["eyes"])
        shares.append(f'{name} = {(odds < 0).mean():.4f}')
    write(arguments, "eyes", f"""\
# Whether an eye is open, from the gap between its lids on the mesh and from the network fr-eye.
# Written by training/calibration/fit_attributes.py, which says how.
data = "eyes (slope of the network), landmarks68 (slope of the lids), lfw (zero)"
photos = {n_photos}
date = "{tables.today()}"
ceiling = {CEILING}
lid_slope = {lid_slope:.3f}
lid_zero = {zero:.4f}
network_slope = {network_slope:.4f}
# Width of an eye, in pixels of the photo, below which the network does not count and from which it counts in full.
network_widths = [{NETWORK_WIDTHS[0]}, {NETWORK_WIDTHS[1]}]
# AUC of the network alone on single eyes, and of the lids alone on faces of at least 45 pixels between the eye corners.
network_auc = {tables.auc(crops["eye"][is_open], crops["eye"][~is_open]):.4f}
network_photos = {len(is_open)}
lid_auc = {lid_auc:.4f}
lid_eyes = {int(clear.sum())}
# Part of the eyes called closed.
[called_closed]
lfw = {CLOSED_SHARE}
{chr(10).join(shares)}
""")  # fmt: skip


def opening(points, first):
    """Height over width of an eye of the 68 points."""
    height = (distance(points, first + 1, first + 5) + distance(points, first + 2, first + 4)) / 2
    return height / distance(points, first, first + 3)


# ---- Mouth


def fit_mouth(arguments):
    outputs, labels = tables.load(arguments.data, arguments.cache, "landmarks68")
    true, mesh = true_points(labels), outputs["mesh"].astype(float)
    lips = np.mean([distance(true, a, b) for a, b in ((61, 67), (62, 66), (63, 65))], axis=0) / distance(true, 60, 64)
    gap = distance(mesh, 13, 14) / distance(mesh, 78, 308)
    clear, is_open = (lips < 0.1) | (lips > 0.2), lips > 0.2
    right, scores = 0, np.zeros(len(gap))
    for known, unknown in tables.folds(labels.identity):
        inside = clear[known]
        slope, intercept = logistic(gap[known][inside], is_open[known][inside])
        scores[unknown] = slope * gap[unknown] + intercept
    slope, intercept = logistic(gap[clear], is_open[clear])
    right = [((scores > 0) == is_open)[clear & (is_open == state)].mean() for state in (True, False)]
    wide = lips > 0.25
    write(arguments, "mouth", f"""\
# Whether the mouth is open, from the gap between the lips on the mesh over the width of the mouth.
# Written by training/calibration/fit_attributes.py. Labels: the true points; open from a gap of 0.2 on, closed below 0.1.
data = "landmarks68"
photos = {int(clear.sum())}
open = {int((clear & is_open).sum())}
date = "{tables.today()}"
slope = {slope:.3f}
zero = {-intercept / slope:.4f}
# On persons that were not fitted; the second AUC is for mouths open by at least 0.25.
auc = {tables.auc(scores[clear & is_open], scores[clear & ~is_open]):.4f}
auc_wide_open = {tables.auc(scores[wide], scores[clear & ~is_open]):.4f}
balanced_accuracy = {np.mean(right):.4f}
""")  # fmt: skip


# ---- Expression

N_COMPONENTS, N_HIDDEN, N_NETWORKS = 80, 32, 4


def expression_inputs(outputs, mean, weights):
    """Meshes on the mean face [n, 1404], and blendshapes with yaw and pitch [n, 106]."""
    shapes, angles = [], []
    for mesh, points in zip(outputs["mesh"][:, :N_SKIN].astype(float), outputs["points"].astype(float)):
        rotation, scale, (source, target) = best_similarity(mesh, mean, weights)
        shapes.append((scale * (mesh - source) @ rotation.T + target).ravel())
        angles.append(yaw_and_pitch(mesh, points, mean, weights) / 20)
    blendshapes = outputs["blendshapes"].astype(float)
    return np.array(shapes), np.c_[np.log(blendshapes + 1e-3), blendshapes, np.array(angles)]


class Expression:
    """Principal components of the shape and the other inputs, standardised; the mean of several small networks."""

    def __init__(self, shapes, others, neutral):
        self.pca = PCA(N_COMPONENTS, whiten=True, random_state=0).fit(shapes)
        self.mean, self.deviation = others.mean(0), others.std(0) + 1e-9
        x = self.inputs(shapes, others)
        self.networks = [
            MLPClassifier((N_HIDDEN,), alpha=3, max_iter=60, early_stopping=True, random_state=seed).fit(x, neutral)
            for seed in range(N_NETWORKS)
        ]
        # The set has more of the other expressions: a score of 0.5 shall lean to neither side.
        self.balance = np.log((~neutral).sum() / neutral.sum())

    def inputs(self, shapes, others):
        return np.c_[self.pca.transform(shapes), (others - self.mean) / self.deviation]

    def log_odds(self, shapes, others):
        x = self.inputs(shapes, others)
        outputs = [np.maximum(x @ n.coefs_[0] + n.intercepts_[0], 0) @ n.coefs_[1] + n.intercepts_[1] for n in self.networks]
        return np.mean(outputs, axis=0).ravel() + self.balance

    def numbers(self):
        """Everything as one row of numbers: components, then the hidden layer, then the output; whitening folded in."""
        components = self.pca.components_ / np.sqrt(self.pca.explained_variance_)[:, None]
        hidden = np.concatenate([n.coefs_[0].T for n in self.networks])
        bias = np.concatenate([n.intercepts_[0] for n in self.networks])
        own = hidden[:, N_COMPONENTS:] / self.deviation
        bias = bias - own @ self.mean - hidden[:, :N_COMPONENTS] @ (components @ self.pca.mean_)
        output = np.concatenate([n.coefs_[1].ravel() for n in self.networks]) / N_NETWORKS
        output_bias = np.mean([n.intercepts_[1][0] for n in self.networks]) + self.balance
        hidden = np.c_[hidden[:, :N_COMPONENTS], own]
        return np.r_[components.ravel(), np.c_[hidden, bias].ravel(), output, output_bias]


def fit_expression(arguments):
    outputs, labels = tables.load(arguments.data, arguments.cache, "expression")
    numbers = np.fromfile(arguments.tables / "head_pose.bin", "<f4").reshape(N_SKIN, 4).astype(float)
    shapes, others = expression_inputs(outputs, numbers[:, :3], numbers[:, 3])
    neutral = (labels.emotion == "neutral").to_numpy()
    groups = tables.near_duplicates(outputs["hash"])
    odds = np.zeros(len(neutral))
    for known, unknown in tables.folds(groups, 5):
        odds[unknown] = Expression(shapes[known], others[known], neutral[known]).log_odds(shapes[unknown], others[unknown])
    model = Expression(shapes, others, neutral)
    tables.write_numbers(arguments.tables / "expression.bin", model.numbers())
    right = [((odds > 0) == neutral)[neutral == state].mean() for state in (True, False)]
    write(arguments, "expression", f"""\
# Whether the expression is neutral, from the mesh on the mean face and the blendshapes: {N_COMPONENTS} components, {N_HIDDEN * N_NETWORKS} hidden units.
# The numbers are in expression.bin. Written by training/calibration/fit_attributes.py.
data = "expression (FER2013, 48 pixels, noisy labels)"
photos = {len(neutral)}
neutral = {int(neutral.sum())}
date = "{tables.today()}"
components = {N_COMPONENTS}
hidden = {N_HIDDEN * N_NETWORKS}
# On photos that were not fitted (5 folds, near-duplicates together). The network fr-expression, which was trained on the
# larger part of these photos, reaches 0.889 on the 689 others, at 66 ms.
auc = {tables.auc(odds[neutral], odds[~neutral]):.4f}
balanced_accuracy = {np.mean(right):.4f}
""")  # fmt: skip


# ---- Gender


def measure_gender(arguments):
    rows = []
    for name in ("utkface", "age_asian"):
        outputs, labels = tables.load(arguments.data, arguments.cache, name)
        male, age = (labels.gender == "male").to_numpy(), labels.age.astype(float).to_numpy()
        right = (outputs["male"] > 0.5) == male
        for group, inside in (("adults", age >= 18), ("minors", age < 18)):
            balanced = np.mean([right[inside & (male == state)].mean() for state in (True, False)])
            ranked = tables.auc(outputs["male"][inside & male], outputs["male"][inside & ~male])
            rows.append(f'[[measured]]\nset = "{name}"\ngroup = "{group}"\nphotos = {inside.sum()}\n'
                        f"accuracy = {right[inside].mean():.4f}\nbalanced_accuracy = {balanced:.4f}\nauc = {ranked:.4f}")  # fmt: skip
    write(arguments, "gender", f"""\
# How right gender-v1 is on chips cut by the mesh (its authors cut them by another detector's points). Nothing was fitted.
# Written by training/calibration/fit_attributes.py.
date = "{tables.today()}"
{chr(10).join(rows)}
""")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    fit_eyes(arguments)
    fit_mouth(arguments)
    fit_expression(arguments)
    measure_gender(arguments)


if __name__ == "__main__":
    main()
