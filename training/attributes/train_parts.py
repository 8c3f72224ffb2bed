"""Trains eye-state-1 and mouth-state-1: is this eye, this mouth open? Grey crops of 32 pixels, a minute or two each.

    python train_parts.py --data DATA --cache CACHE --work WORK --out DIR eyes|mouth

Three kinds of crops: the sets of single eyes and mouths; those of landmarks68, with labels from its true points; and
those of utkface and age_asian on which the mesh is sure. Judged by five folds over near-duplicates and persons on the
first two; the third only teaches. What is shipped is trained on everything.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as functional

import parts
import splits
from chips import faces
from outputs import difference_hash
from splits import tables

KEPT = 48
LIDS = (((160, 144), (159, 145), (158, 153)), ((387, 373), (386, 374), (385, 380)))


# ---- Labelled crops


def whole(photo, task):
    """A crop of the set as the engine takes it: a square in its middle; for a mouth as high as the crop."""
    height, width = photo.shape[:2]
    side = width if task == "eyes" else min(width, height)
    return parts.square(photo, np.array([width, height]) / 2, side, np.array([1.0, 0.0]), KEPT)


def from_set(data, task):
    labels = faces.index_of(data, task)
    photos = [faces.read_photo(data, task, path) for path in labels.path]
    group = tables.near_duplicates(np.array([difference_hash(photo) for photo in photos]), 6)
    crops = [parts.grey(whole(photo, task)) for photo in photos]
    return crops, (labels.label == "open").to_numpy().astype(int), group


def distance(points, a, b):
    return np.linalg.norm(points[..., a, :2] - points[..., b, :2], axis=-1)


def lid_gaps(mesh):
    """[n, 2]: height of each eye's opening over its width, on the mesh."""
    heights = np.stack([np.mean([distance(mesh, *pair) for pair in lids], axis=0) for lids in LIDS], -1)
    return heights / np.stack([distance(mesh, *corners) for corners in faces.EYES], -1)


def lip_gap(mesh):
    return distance(mesh, 13, 14) / distance(mesh, 78, 308)


def cut(data, name, kept, labels, rows, task):
    """Crops of the photos `rows` of a set: two eyes each, or a mouth."""
    crops = []
    for row in rows:
        photo, mesh = faces.read_photo(data, name, labels.path[row]), kept["mesh"][row].astype(float)
        if task == "eyes":
            crops += [parts.grey(parts.eye_square(photo, mesh, eye, KEPT)) for eye in faces.EYES]
        else:
            crops.append(parts.grey(parts.mouth_square(photo, mesh, KEPT)))
    return crops


def from_landmarks(data, cache, task):
    """Crops, labels (-1 where the opening is neither), persons, and what the mesh alone says."""
    kept, labels = splits.load(data, cache, "landmarks68")
    true = np.array([np.array(text.split(), dtype=float).reshape(68, 2) for text in labels.points])
    crops = cut(data, "landmarks68", kept, labels, range(len(labels)), task)
    if task == "eyes":
        ratio = np.stack([(distance(true, f + 1, f + 5) + distance(true, f + 2, f + 4)) / 2 / distance(true, f, f + 3) for f in (36, 42)], 1)
        label = np.where(ratio > 0.25, 1, np.where(ratio < 0.15, 0, -1))
        label[distance(true, 36, 45) <= 45] = -1
        return crops, label.ravel(), np.repeat(labels.identity.to_numpy(), 2), lid_gaps(kept["mesh"].astype(float)).ravel()
    ratio = np.mean([distance(true, a, b) for a, b in ((61, 67), (62, 66), (63, 65))], axis=0) / distance(true, 60, 64)
    label = np.where(ratio > 0.2, 1, np.where(ratio < 0.1, 0, -1))
    return crops, label, labels.identity.to_numpy(), lip_gap(kept["mesh"].astype(float))


def from_mesh(data, cache, task, most=900):
    """Crops of other faces on which the mesh is sure; for eyes, of both."""
    crops, label, random = [], [], np.random.default_rng(0)
    for name in ("utkface", "age_asian"):
        kept, labels = splits.load(data, cache, name)
        mesh = kept["mesh"].astype(float)
        if task == "eyes":
            gaps = lid_gaps(mesh)
            state = np.where(gaps > 0.24, 1, np.where(gaps < 0.1, 0, -1))
            rows = np.flatnonzero((state >= 0).all(1))
        else:
            gap = lip_gap(mesh)
            state = np.where(gap > 0.3, 1, np.where(gap < 0.03, 0, -1))
            rows = np.flatnonzero(state >= 0)
        key = state[rows].min(1) if task == "eyes" else state[rows]
        rows = np.concatenate([random.permutation(rows[key == value])[:most] for value in (0, 1)])
        crops += cut(data, name, kept, labels, rows, task)
        label.append(state[rows].ravel())
    return crops, np.concatenate(label)


# ---- Training


def varied(crop, random, side, task):
    """The crop moved, lit, blurred and recorded differently. Resolution says nothing: it is drawn for every crop."""
    zoom = random.uniform(-0.3, 0.3) if task == "eyes" else random.uniform(-0.15, 0.6)
    matrix = cv2.getRotationMatrix2D((KEPT / 2, KEPT / 2), random.uniform(-14, 14), np.exp(zoom) * side / KEPT)
    matrix[:, 2] += (side - KEPT) / 2 + random.uniform(-0.09, 0.09, 2) * side
    if random.random() < 0.5:
        crop = crop[:, ::-1]
    image = cv2.warpAffine(np.ascontiguousarray(crop), matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    if random.random() < 0.85:
        small = int(random.uniform(9, side))
        image = cv2.resize(cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA), (side, side), interpolation=cv2.INTER_LINEAR)
    image = 255 * np.clip(image / 255, 0, 1) ** np.exp(random.normal(0, 0.3))
    image = (image - image.mean()) * random.uniform(0.5, 1.4) + random.uniform(40, 200) * 0.5 + image.mean() * 0.5
    ramp = np.linspace(-1, 1, side, dtype=np.float32)
    image = image * (1 + random.normal(0, 0.15) * ramp[:, None] + random.normal(0, 0.15) * ramp[None])
    image = image + random.standard_normal(image.shape, np.float32) * random.uniform(0, 9)
    image = np.clip(image, 0, 255)
    if random.random() < 0.4:
        coded = cv2.imencode(".jpg", image.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(30, 95))])[1]
        image = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    return image


def plain(crop, side):
    return cv2.resize(np.ascontiguousarray(crop), (side, side), interpolation=cv2.INTER_AREA)


def train(crops, label, weight, task, steps, seed):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    side = parts.EYE_SIDE if task == "eyes" else parts.MOUTH_SIDE
    network = parts.Small(side, (16, 32, 48))
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    weight = weight * np.where(label == 1, 0.5 / weight[label == 1].sum(), 0.5 / weight[label == 0].sum())
    network.train()
    for _ in range(steps):
        rows = random.choice(len(label), 64, p=weight / weight.sum())
        images = parts.tensor([varied(crops[i], random, side, task) for i in rows])
        target = torch.tensor(label[rows]).float()[:, None] * 0.94 + 0.03
        loss = functional.binary_cross_entropy_with_logits(network(images), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def says(network, crops, task):
    """Log-odds of open."""
    side = parts.EYE_SIDE if task == "eyes" else parts.MOUTH_SIDE
    with torch.no_grad():
        straight = parts.tensor([plain(crop, side) for crop in crops])
        return network(straight).numpy().ravel()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("task", choices=["eyes", "mouth"])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    task = arguments.task
    first, first_label, first_group = from_set(arguments.data, task)
    second, second_label, second_group, mesh_says = from_landmarks(arguments.data, arguments.cache, task)
    third, third_label = from_mesh(arguments.data, arguments.cache, task)
    print(f"{task}: set {len(first)}, landmarks68 {(second_label >= 0).sum()} clear of {len(second)}, mesh {np.bincount(third_label)}", flush=True)
    crops = first + second + third
    label = np.r_[first_label, second_label, third_label]
    shares = (0.5, 0.2, 0.3)
    source = np.repeat([0, 1, 2], [len(first), len(second), len(third)])
    weight = np.select([source == s for s in range(3)], [share / max(1, ((source == s) & (label >= 0)).sum()) for s, share in enumerate(shares)])
    weight[label < 0] = 0
    odds = np.zeros(len(label))
    fold = np.full(len(label), -1)
    for s, group in ((0, first_group), (1, second_group)):
        rows = np.flatnonzero(source == s)
        for k, (_, unknown) in enumerate(tables.folds(group, 5)):
            fold[rows[unknown]] = k
    for k in range(arguments.folds):
        known = (fold != k) & (label >= 0)
        network = train([crops[i] for i in np.flatnonzero(known)], label[known], weight[known], task, arguments.steps, k)
        unknown = np.flatnonzero(fold == k)
        odds[unknown] = says(network, [crops[i] for i in unknown], task)
        of_fold = unknown[source[unknown] == 0]
        print(f"fold {k}: set AUC {tables.auc(odds[of_fold][label[of_fold] == 1], odds[of_fold][label[of_fold] == 0]):.4f}", flush=True)
    arguments.work.mkdir(parents=True, exist_ok=True)
    np.savez(arguments.work / f"{task}_odds.npz", odds=odds, label=label, source=source, fold=fold, folds=arguments.folds, mesh=np.r_[np.zeros(len(first)), mesh_says, np.zeros(len(third))])
    for s, name in ((0, "set"), (1, "landmarks68")):
        inside = (source == s) & (fold < arguments.folds)
        print(name, "network AUC", tables.auc(odds[inside & (label == 1)], odds[inside & (label == 0)]), inside.sum())
    inside = source == 1
    mesh = np.zeros(len(label))
    mesh[inside] = mesh_says
    print("landmarks68 mesh AUC", tables.auc(mesh[inside & (label == 1)], mesh[inside & (label == 0)]))
    keep = label >= 0
    network = train([crops[i] for i in np.flatnonzero(keep)], label[keep], weight[keep], task, arguments.steps, 99)
    torch.save(network.state_dict(), arguments.work / f"{task}.pt")


if __name__ == "__main__":
    main()
