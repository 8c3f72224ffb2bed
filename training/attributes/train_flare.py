"""Trains flare-1: how strongly light that shines into the lens veils a face. RGB squares of 64 pixels.

    python train_flare.py --data DATA --cache CACHE --work WORK [--steps 450]

The flare is synthetic: a source in or outside of the picture, a glow, a veil, streaks and ghosts, each in random parts.
Everything else that a photo may suffer (exposure, contrast, colour, blur, noise, compression, things in front of the
face) is drawn for all photos alike, so that it says nothing. Judged on persons of lfw that were not trained on.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from scipy.stats import spearmanr

import augment
import splits
from chips import faces
from parts import Small

SIDE, KEPT = 64, 88
# Of what cameras store.
GAMMA = 2.2
# Side of the square in longer sides of the detector box.
BOXES = 2.2
TRAINED, JUDGED = ("lfw", "mask", "utkface", "landmarks68"), "lfw"


class FlareNetwork(Small):
    """[n, 3, 64, 64], (RGB - 127) / 64, to one logit: sigmoid is the strength."""

    def __init__(self):
        super().__init__(SIDE, (16, 24, 32, 48), 1, 0.1)
        self.body[0] = torch.nn.Conv2d(3, 16, 3, padding=1, bias=False)


def region(photo, box, side, margin=0):
    """The square round the box; the photo is mirrored at its edges."""
    centre, length = (box[:2] + box[2:]) / 2, BOXES * (box[2:] - box[:2]).max() * (1 + 2 * margin)
    linear = np.eye(2) * length / side
    return faces.warped(photo, linear, centre - length / 2, side, cv2.BORDER_REFLECT_101)


def flared(photo, strength, random):
    """`photo` with a flare of `strength`, 0 (none) to 1 (hardly a face left)."""
    if strength <= 0:
        return photo
    height, width = photo.shape[:2]
    size = max(height, width)
    angle, far = random.uniform(0, 2 * np.pi), random.uniform(0.05, 0.75)
    source = np.array([width, height]) / 2 + size * far * np.array([np.cos(angle), np.sin(angle)])
    y, x = np.mgrid[:height, :width].astype(np.float32) + 0.5
    x, y = (x - source[0]) / size, (y - source[1]) / size
    distance = np.hypot(x, y) + 1e-6
    tint = 1 + random.uniform(-0.2, 0.1, 3) if random.random() < 0.5 else np.ones(3)
    glow_size, veil = random.uniform(0.12, 0.45), random.uniform(0, 0.6)
    light = random.uniform(0.5, 1.1) * np.exp(-((distance / glow_size) ** random.choice([1.0, 2.0])))
    light = light + veil * 0.75
    core = random.uniform(0.02, 0.13) * (0.4 + strength)
    light = light + 1.5 * np.exp(-((distance / core) ** 2))
    if random.random() < 0.4:
        turn, count = random.uniform(0, np.pi), random.integers(1, 5)
        streaks = np.abs(np.cos(count * np.arctan2(y, x) + turn)) ** random.uniform(20, 90)
        light = light + random.uniform(0.2, 0.6) * streaks * np.exp(-distance / random.uniform(0.15, 0.5))
    light = light[..., None] * tint
    if random.random() < 0.4:
        middle = (np.array([width, height]) / 2 - source) / size
        for _ in range(random.integers(1, 5)):
            place, radius = middle * random.uniform(0.4, 2.2), random.uniform(0.02, 0.1)
            disc = 1 / (1 + np.exp((np.hypot(x - place[0], y - place[1]) - radius) / 0.006))
            light = light + disc[..., None] * random.uniform(0.05, 0.25) * random.uniform(0.4, 1, 3)
    if random.random() < 0.5:
        return veiled(photo, strength * np.clip(light / light.max(), 0, 1))
    light = strength * light
    lit = photo * (1 - 0.3 * np.clip(light, 0, 1)) + 255 * random.uniform(0.75, 1) * light
    return np.clip(lit, 0, 255).astype(np.uint8)


def veiled(photo, white):
    """The share `white` of every pixel's light is white light: what a lens adds, before a camera stores it."""
    light = (photo / 255.0) ** GAMMA
    return np.clip(255 * (light * (1 - white) + white) ** (1 / GAMMA), 0, 255).astype(np.uint8)


def regions(data, cache, name, every=1):
    kept, labels = splits.load(data, cache, name)
    rows = range(0, len(labels), every)
    crops = [region(faces.read_photo(data, name, labels.path[row]), kept["box"][row].astype(float), KEPT, 0.12) for row in rows]
    group = labels.identity.iloc[list(rows)].to_numpy() if "identity" in labels else labels.path.iloc[list(rows)].to_numpy()
    return crops, np.array([splits.zlib.crc32(str(g).encode()) % 5 == 0 for g in group])


def varied(crop, random):
    side = crop.shape[0]
    cut = int(random.uniform(0, 0.2) * side)
    left, top = random.integers(0, cut + 1, 2)
    crop = crop[top : top + side - cut, left : left + side - cut]
    return cv2.resize(crop[:, ::-1] if random.random() < 0.5 else crop, (96, 96), interpolation=cv2.INTER_LINEAR)


def sample(crop, random):
    """A picture and the strength of its flare."""
    image = varied(crop, random)
    if random.random() < 0.5:
        image = augment.recorded(image, random, 1.5)
    elif random.random() < 0.3:
        image = np.clip((image.astype(np.float32) - 128) * random.uniform(0.3, 1) + random.uniform(70, 180), 0, 255).astype(np.uint8)
    strength = 0.0 if random.random() < 0.3 else random.uniform(0.02, 1)
    image = flared(image, strength, random)
    if random.random() < 0.3:
        image = augment.recorded(image, random, 0.5)
    return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA), strength


def tensor(images):
    planar = np.ascontiguousarray(np.asarray(images).transpose(0, 3, 1, 2)).astype(np.float32)
    return torch.from_numpy((planar - 127) / 64)


def says(network, images):
    with torch.no_grad():
        return np.concatenate([network(tensor(images[i : i + 256])).sigmoid().numpy().ravel() for i in range(0, len(images), 256)])


def judge(network, crops, seed=7):
    """Spearman of score and strength in steps, and what other defects do to photos without flare."""
    random = np.random.default_rng(seed)
    base = [cv2.resize(crop[10:-10, 10:-10], (96, 96)) for crop in crops]
    small = lambda image: cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)  # noqa: E731
    steps = np.linspace(0, 1, 6)
    scores = np.array([says(network, [small(flared(image, s, random)) for image in base]) for s in steps])
    within = np.mean([spearmanr(steps, column)[0] for column in scores.T])
    print(f"flare: Spearman pooled {spearmanr(np.repeat(steps, len(base)), scores.ravel())[0]:.3f}, within a photo {within:.3f}; "
          f"means {scores.mean(1).round(3)}; clean above 0.5: {(scores[0] > 0.5).mean():.4f}")  # fmt: skip
    for name, change in {
        "brighter": lambda im, s: np.clip(im * (1 + 1.2 * s), 0, 255).astype(np.uint8),
        "darker": lambda im, s: (im * (1 - 0.8 * s)).astype(np.uint8),
        "flatter": lambda im, s: ((im - 128.0) * (1 - 0.7 * s) + 128).astype(np.uint8),
        "blur": lambda im, s: cv2.GaussianBlur(im, (0, 0), 0.01 + 3 * s),
        "jpeg": lambda im, s: cv2.imdecode(cv2.imencode(".jpg", im, [1, int(95 - 85 * s)])[1], 1),
    }.items():
        scores = np.array([says(network, [small(change(image, s)) for image in base]) for s in steps])
        print(f"  {name}: Spearman {spearmanr(np.repeat(steps, len(base)), scores.ravel())[0]:.3f}, means {scores.mean(1).round(3)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=1000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    train, judged = [], []
    for name in TRAINED:
        crops, apart = regions(arguments.data, arguments.cache, name, 3 if name == "utkface" else 1)
        train += [crop for crop, out in zip(crops, apart) if not out]
        judged += [crop for crop, out in zip(crops, apart) if out and name == JUDGED]
    print(f"{len(train)} photos to train on, {len(judged)} to judge", flush=True)
    network = FlareNetwork()
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=arguments.steps)
    losses = []
    for step in range(arguments.steps):
        images, strength = zip(*(sample(train[i], random) for i in random.integers(0, len(train), 48)))
        loss = functional.binary_cross_entropy_with_logits(network(tensor(images)).ravel(), torch.tensor(strength, dtype=torch.float32))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 100 == 99:
            print(step + 1, np.mean(losses[-100:]), flush=True)
    network.eval()
    arguments.work.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), arguments.work / "flare.pt")
    judge(network, judged[:150])


if __name__ == "__main__":
    main()
