"""Fits expression and measures gender: models/calibration/{expression,gender}.*. (Eyes and mouth: training/attributes.)

    python fit_attributes.py --data DATA --cache CACHE --tables models/calibration

expression  one hidden layer on the mesh, turned and scaled onto the mean face, and on the blendshapes
gender      as gender-v1 says
The forms are those of crates/engine/src/attributes. Nothing is judged on a person, or a near-duplicate, that was fitted.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier

import faces
import tables
from fit_head_pose import N_SKIN, best_similarity, yaw_and_pitch

def write(arguments, name, text):
    (arguments.tables / f"{name}.toml").write_text(text)
    print(f"--- {name}\n{text}")


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
    fit_expression(arguments)
    measure_gender(arguments)


if __name__ == "__main__":
    main()
