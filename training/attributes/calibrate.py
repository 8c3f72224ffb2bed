"""Judges the trained networks on what they were not trained on, and writes the tables that turn their outputs into answers.

    python calibrate.py --data DATA --cache CACHE --work WORK --models models/trained --tables models/calibration [face|eyes|mouth]...

face   [neutral], [mask] and [occlusion] of face_attributes.toml, and the figures of its card: from the photos that splits.py keeps
       for judging. Age, gender and race: fit_people.py
eyes   eyes.toml: the network with the gap between the lids on the mesh
mouth  mouth.toml: the network with the gap between the lips

Fits of two or three numbers are made on one half of those photos and judged on the other, both ways; what ships is
fitted on both.
"""

import argparse
import datetime
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from sklearn.linear_model import LogisticRegression

import augment
import chips
import parts
import splits
import train_face
import train_parts
from chips import faces
from fit_attributes import Expression, expression_inputs
from fit_head_pose import N_SKIN
from fit_utility import fused
from splits import tables

CEILING = 8.0


def squash(odds):
    return CEILING * np.tanh(np.asarray(odds) / CEILING)


def session(models, identifier):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(models / f"{identifier}.onnx"), options, providers=["CPUExecutionProvider"])


def answers(network, tensors):
    given = network.get_inputs()[0].name
    return np.concatenate([network.run(None, {given: t[None]})[0] for t in tensors])


def interval(right, groups=None, draws=1000):
    """95 % bootstrap interval of a mean, over groups."""
    random = np.random.default_rng(0)
    groups = np.arange(len(right)) if groups is None else np.unique(groups, return_inverse=True)[1]
    sums, counts = np.bincount(groups, right), np.bincount(groups)
    picks = random.integers(0, len(sums), (draws, len(sums)))
    means = sums[picks].sum(1) / counts[picks].sum(1)
    return [round(float(x), 4) for x in np.quantile(means, [0.025, 0.975])]


def crossed(x, y, groups, positive_weight="balanced"):
    """Log-odds of a logistic fit, each half judged by the fit on the other; and the fit on all."""
    half = np.array([splits.zlib.crc32(str(g).encode()) % 2 for g in groups]) == 0
    odds, model = np.zeros(len(y)), lambda: LogisticRegression(C=100, class_weight=positive_weight)
    for known in (half, ~half):
        odds[~known] = model().fit(x[known], y[known]).decision_function(x[~known])
    whole = model().fit(x, y)
    return odds, whole.coef_[0].astype(float), float(whole.intercept_[0])


# ---- The face network


def judged_answers(arguments):
    """The judged photos, and what the network that sees the face says about each."""
    photos = train_face.Photos(arguments.data, arguments.cache)
    rows = np.flatnonzero(photos.judged)
    network = session(arguments.models, "face-attributes-1")
    m, side = chips.MARGIN, chips.SIDE
    seen = train_face.tensor(photos.chip[rows][:, m : m + side, m : m + side]).numpy()
    return photos, rows, answers(network, seen)


def behind(arguments):
    """What the network that sees the embedding says about the judged photos of expression."""
    kept, labels = splits.load(arguments.data, arguments.cache, "expression")
    apart = splits.judged("expression", splits.groups(kept), labels.path.tolist())
    views = np.load(arguments.cache / "embeddings-expression.npz")["views"][apart, 0]
    vectors = fused(views.astype(np.float32), arguments.tables)[0].astype(np.float32)
    return answers(session(arguments.models, "embedding-attributes-1"), vectors)


def odds_of(probability):
    return np.clip(np.log(probability / (1 - probability + 1e-9) + 1e-9), -CEILING, CEILING)


def occlusion(arguments, photos, rows):
    """Log-odds with and without something drawn over the face, by what it is; photos that wear a mask apart."""
    network, random = session(arguments.models, "face-attributes-1"), np.random.default_rng(5)
    m, side = chips.MARGIN, chips.SIDE
    plain = rows[(photos.mask[rows] != 1) & (photos.name[rows] != "expression")]
    textures = [photos.chip[i] for i in rows[::9]]
    free, covered = [], []
    for i in plain:
        chip = photos.chip[i]
        free.append(chip[m : m + side, m : m + side])
        drawn, kind = augment.covered(chip, photos.mesh[i], random, textures)
        if augment.cover_of_face(chip, drawn, photos.mesh[i]) > train_face.LEAST_COVER:
            covered.append((kind, drawn[m : m + side, m : m + side]))
    kinds = np.array([kind for kind, _ in covered])
    said = lambda images: answers(network, train_face.tensor(np.array(images)).numpy())[:, 8]  # noqa: E731
    return said(free), said([image for _, image in covered]), kinds


def face(arguments):
    photos, rows, said = judged_answers(arguments)
    name, figures = photos.name[rows], {}
    # Mask: on photos as they are, and on grey and small ones.
    mask = photos.mask[rows]
    known = mask >= 0
    mask_odds, mask_weights, mask_offset = crossed(said[known, 7:8], mask[known], rows[known])
    m, side = chips.MARGIN, chips.SIDE
    variants = {"as they are": said[known, 7]}
    random = np.random.default_rng(3)
    network = session(arguments.models, "face-attributes-1")
    crops = [photos.chip[i][m : m + side, m : m + side] for i in rows[known]]
    variants["recorded anew"] = answers(network, train_face.tensor(np.array([augment.recorded(crop, random) for crop in crops])).numpy())[:, 7]
    small = [cv2.resize(cv2.resize(crop, (40, 40), interpolation=cv2.INTER_AREA), (side, side)) for crop in crops]
    grey = [np.repeat(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None], 3, 2) for crop in small]
    variants["40 pixels, grey"] = answers(network, train_face.tensor(np.array(grey)).numpy())[:, 7]
    for key, scores in variants.items():
        figures[f"mask {key}"] = {"photos": len(scores), "masks": int(mask[known].sum()), "auc": round(tables.auc(scores[mask[known] == 1], scores[mask[known] == 0]), 4)}
    wrong = (mask_odds > 0) != (mask[known] == 1)
    figures["mask at 0.5"] = {"missed": round(float(wrong[mask[known] == 1].mean()), 4), "false": round(float(wrong[mask[known] == 0].mean()), 4)}
    others = (name == "utkface") | (name == "age_asian")
    figures["mask called on faces of other sets"] = {"photos": int(others.sum()), "share": round(float((said[others, 7] * mask_weights[0] + mask_offset > 0).mean()), 4)}
    # Occlusion.
    free, covered, kinds = occlusion(arguments, photos, rows)
    x, y = np.r_[free, covered], np.r_[np.zeros(len(free)), np.ones(len(covered))].astype(int)
    _, occlusion_weights, occlusion_offset = crossed(x[:, None], y, np.arange(len(y)))
    figures["occlusion"] = {"free": len(free), "covered": len(covered), "auc": round(tables.auc(covered, free), 4), **{f"auc {kind}": round(tables.auc(covered[kinds == kind], free), 4) for kind in sorted(set(kinds))},
                            "real masks auc": round(tables.auc(said[mask == 1, 8], said[mask == 0, 8]), 4),
                            "called at 0.5": round(float((free * occlusion_weights[0] + occlusion_offset > 0).mean()), 4)}  # fmt: skip
    # Neutral: with mesh and blendshapes, which must not have seen these photos either.
    kept, labels = splits.load(arguments.data, arguments.cache, "expression")
    numbers = np.fromfile(arguments.tables / "head_pose.bin", "<f4").reshape(N_SKIN, 4).astype(float)
    shapes, inputs = expression_inputs(kept, numbers[:, :3], numbers[:, 3])
    neutral = (labels.emotion == "neutral").to_numpy()
    apart = photos.judged[photos.name == "expression"]
    mesh_odds = Expression(shapes[~apart], inputs[~apart], neutral[~apart]).log_odds(shapes[apart], inputs[apart])
    inside = name == "expression"
    truth = photos.neutral[rows][inside]
    x = np.clip(np.c_[said[inside, 9], behind(arguments)[:, 7], mesh_odds], -CEILING, CEILING)
    odds, neutral_weights, neutral_offset = crossed(x, truth, rows[inside])
    auc = lambda score: round(tables.auc(score[truth == 1], score[truth == 0]), 4)  # noqa: E731
    right = (odds > 0) == (truth == 1)
    figures["neutral"] = {"photos": len(truth), "neutral": int(truth.sum()), "auc face": auc(x[:, 0]), "auc embedding": auc(x[:, 1]), "auc mesh": auc(x[:, 2]), "auc fused": auc(odds), "balanced": round(float(np.mean([right[truth == s].mean() for s in (0, 1)])), 4)}
    (arguments.work / "face_figures.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))
    line = lambda keys, values: [f"{key} = {value:.4f}" for key, value in zip(keys, values)]  # noqa: E731
    path = arguments.tables / "face_attributes.toml"
    text = tables.section(path.read_text(), "neutral", line(("face", "embedding", "other", "offset"), (*neutral_weights, neutral_offset)))
    text = tables.section(text, "mask", line(("slope", "offset"), (mask_weights[0], mask_offset)))
    text = tables.section(text, "occlusion", line(("slope", "offset"), (occlusion_weights[0], occlusion_offset)))
    path.write_text(text)


# ---- Eyes and mouth


def part_odds(arguments, name, task, every):
    """What the network says about the eyes (two a face) or the mouth of every face of a set."""
    kept, labels = splits.load(arguments.data, arguments.cache, name)
    side = parts.EYE_SIDE if task == "eyes" else parts.MOUTH_SIDE
    network = session(arguments.models, "eye-state-1" if task == "eyes" else "mouth-state-1")
    said = []
    for path, mesh in zip(labels.path[::every], kept["mesh"][::every].astype(float)):
        photo = faces.read_photo(arguments.data, name, path)
        crops = [parts.eye_square(photo, mesh, eye) for eye in faces.EYES] if task == "eyes" else [parts.mouth_square(photo, mesh)]
        said.append(answers(network, parts.tensor([parts.grey(crop) for crop in crops]).numpy()).ravel())
    return np.array(said), kept["mesh"][::every].astype(float)


# An eye of a few pixels shows the network nothing: it counts not at all below the first width, fully from the second.
NETWORK_WIDTHS = (10.0, 20.0)
# Both witnesses see the same eye: their log-odds are not added in full.
SHARED = 0.65
# The part of the eyes of lfw that the zero is set to call closed: among those below, most are, on a sample looked at.
CLOSED_SHARE = 0.035


def slope_of(x, y):
    return float(LogisticRegression(class_weight="balanced", C=100).fit(np.reshape(x, (-1, 1)), y).coef_[0, 0])


def reliance(mesh):
    widths = np.stack([train_parts.distance(mesh, *corners) for corners in faces.EYES], -1)
    return np.clip((widths - NETWORK_WIDTHS[0]) / (NETWORK_WIDTHS[1] - NETWORK_WIDTHS[0]), 0, 1)


def eyes(arguments):
    kept = np.load(arguments.work / "eyes_odds.npz")
    odds, label, source, fold, gap = (kept[key] for key in ("odds", "label", "source", "fold", "mesh"))
    crops = (source == 0) & (fold < kept["folds"])
    network_slope = slope_of(squash(odds[crops]), label[crops])
    clear = (source == 1) & (label >= 0)
    lid_slope = slope_of(gap[clear], label[clear]) * SHARED
    network_slope = min(network_slope, 1.0) * SHARED
    unseen = clear & (fold < kept["folds"])
    known, _ = splits.load(arguments.data, arguments.cache, "landmarks68")
    trust = np.zeros(len(odds))
    trust[source == 1] = reliance(known["mesh"].astype(float)).ravel()
    fused = lid_slope * gap + network_slope * trust * squash(odds)
    auc = lambda score, rows: tables.auc(score[rows & (label == 1)], score[rows & (label == 0)])  # noqa: E731
    values = {}
    for name in ("lfw", "utkface", "age_asian"):
        said, mesh = part_odds(arguments, name, "eyes", arguments.every)
        values[name] = lid_slope * train_parts.lid_gaps(mesh) + network_slope * reliance(mesh) * squash(said)
    zero = np.quantile(values["lfw"], CLOSED_SHARE) / lid_slope
    shares = {name: (value < lid_slope * zero).mean() for name, value in values.items()}
    (arguments.tables / "eyes.toml").write_text(f"""\
# Whether an eye is open, from the gap between its lids on the mesh and from the network eye-state-1.
# Written by training/attributes/calibrate.py, which says how.
data = "eyes (slope of the network), landmarks68 (slope of the lids), lfw (zero)"
photos = {int(crops.sum() + clear.sum() + len(values["lfw"]))}
date = "{datetime.date.today().isoformat()}"
ceiling = {CEILING}
lid_slope = {lid_slope:.3f}
lid_zero = {zero:.4f}
network_slope = {network_slope:.4f}
# Width of an eye, in pixels of the photo, below which the network does not count and from which it counts in full.
network_widths = [{NETWORK_WIDTHS[0]}, {NETWORK_WIDTHS[1]}]
# AUC of the network alone on single eyes that it was not trained on.
network_auc = {auc(odds, crops):.4f}
network_photos = {int(crops.sum())}
# AUC on faces of at least 45 pixels between the outer eye corners: of the lids alone, and fused on persons that the
# network was not trained on. Few of these eyes are closed, and their labels are semi-automatic.
lid_auc = {auc(gap, clear):.4f}
lid_eyes = {int(clear.sum())}
fused_auc = {auc(fused, unseen):.4f}
fused_eyes = {int(unseen.sum())}
fused_closed = {int((unseen & (label == 0)).sum())}
# Part of the eyes called closed.
[called_closed]
lfw = {CLOSED_SHARE}
utkface = {shares["utkface"]:.4f}
age_asian = {shares["age_asian"]:.4f}
""")
    print((arguments.tables / "eyes.toml").read_text())


def mouth(arguments):
    kept = np.load(arguments.work / "mouth_odds.npz")
    odds, label, source, fold, gap = (kept[key] for key in ("odds", "label", "source", "fold", "mesh"))
    crops = (source == 0) & (fold < kept["folds"])
    unseen = (source == 1) & (fold < kept["folds"]) & (label >= 0)
    _, labels = splits.load(arguments.data, arguments.cache, "landmarks68")
    x, y = np.c_[gap[unseen], squash(odds[unseen])], label[unseen]
    persons = labels.identity.to_numpy()[np.flatnonzero(unseen) - np.flatnonzero(source == 1)[0]]
    said, weights, offset = crossed(x, y, persons)
    true = np.array([np.array(text.split(), dtype=float).reshape(68, 2) for text in labels.points])
    lips = np.mean([train_parts.distance(true, a, b) for a, b in ((61, 67), (62, 66), (63, 65))], axis=0) / train_parts.distance(true, 60, 64)
    wide = lips[np.flatnonzero(unseen) - np.flatnonzero(source == 1)[0]] > 0.25
    right = [((said > 0) == (y == 1))[y == state].mean() for state in (1, 0)]
    auc = lambda score, rows: tables.auc(score[rows & (label == 1)], score[rows & (label == 0)])  # noqa: E731
    (arguments.tables / "mouth.toml").write_text(f"""\
# Whether the mouth is open, from the gap between the lips on the mesh over the width of the mouth, and from the network
# mouth-state-1. Written by training/attributes/calibrate.py. Labels: the true points; open from a gap of 0.2 on, closed
# below 0.1.
data = "landmarks68"
photos = {int(unseen.sum())}
open = {int(y.sum())}
date = "{datetime.date.today().isoformat()}"
ceiling = {CEILING}
lip_slope = {weights[0]:.3f}
lip_zero = {-offset / weights[0]:.4f}
network_slope = {weights[1]:.4f}
# On persons that neither the network nor the fit has seen; the second AUC is for mouths open by at least 0.25.
auc = {tables.auc(said[y == 1], said[y == 0]):.4f}
auc_wide_open = {tables.auc(said[wide], said[y == 0]):.4f}
lip_auc = {auc(gap, unseen):.4f}
# On mouth crops, all cut to squares, that the network was not trained on.
network_auc = {auc(odds, crops):.4f}
balanced_accuracy = {np.mean(right):.4f}
""")
    print((arguments.tables / "mouth.toml").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work", "models", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--every", type=int, default=1, help="look at every so many photos for the shares of closed eyes")
    parser.add_argument("tasks", nargs="*")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    tasks = {"face": face, "eyes": eyes, "mouth": mouth}
    for task in arguments.tasks or tasks:
        tasks[task](arguments)


if __name__ == "__main__":
    main()
