"""Trains the liveness network on the surroundings of faces.

    python train.py --data DATA --cache CACHE --run RUN --steps 400 [--fold 0] [--without pad]

With --fold K the subjects and clips of that fold are left out (RUN/fold-K.pt), with --without SET all of that set
(RUN/without-SET.pt): evaluate.py judges those. Without either everything is trained on, and RUN/final.pt is the network for
export. A batch of 32: five bona fide and five attacks of pad_casia, three and three of pad, and eight photos of other sets
beside eight simulated attacks with the same photos, looked at in the same way: that no source is always bona fide.
"""

import argparse
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("calibration", "common")]
import batches  # noqa: E402
import network  # noqa: E402
import tables  # noqa: E402
import views  # noqa: E402
from recapture import recaptured  # noqa: E402

SIDE = 128
N_FOLDS = 4
LABELLED = ("pad_casia", "pad")
# Sets without attacks, and how often a photo comes from each.
ORDINARY = {"lfw": 0.35, "landmarks68": 0.2, "deepfake": 0.15, "utkface": 0.2, "age_asian": 0.1}
# Bona fide and attacks of each labelled set in a batch, then pairs of the others.
N_OF_SET, N_SIMULATED = {"pad_casia": 5, "pad": 3}, 8


def load(data, cache, name):
    """Crops of a set with its labels: live, attack, group, fold."""
    stored, labels = tables.load(data, cache, name)
    rows = labels[[]].copy()
    rows["live"] = labels.label.isin(["live", "real"]) if "label" in labels else True
    rows["attack"] = labels.attack if "attack" in labels else ""
    named = [column for column in ("identity", "group", "path") if column in labels]
    group = labels[named[0]]
    rows["group"] = name + "/" + (labels.source + "/" if "source" in labels else "") + group.astype(str)
    rows["fold"] = folds(name, rows.group)
    return stored, rows


def folds(name, group):
    """The fold of each row; groups stay together. Folds of other sets only matter where they are judged."""
    names = sorted(set(group))
    # pad has few groups: neighbours in the order of names are of one source, so they are dealt out in turn.
    order = names if name == "pad" else np.random.default_rng(0).permutation(names)
    return group.map({group: place % N_FOLDS for place, group in enumerate(order)}).to_numpy()


class Batches:
    """Endless batches: photos (n x 3 x side x side bytes), targets (1 bona fide, 0 attack)."""

    def __init__(self, sets, seed, fold, without):
        self.rng = np.random.default_rng(seed)
        self.sets = {name: stored for name, (stored, _) in sets.items()}
        self.kinds = {}
        for name in (name for name in LABELLED if name != without):
            rows = sets[name][1]
            known = rows[rows.fold != fold]
            live = [part.index.to_numpy() for _, part in known[known.live].groupby("group")]
            attacks = [[p.index.to_numpy() for _, p in a.groupby("group")] for _, a in known[~known.live].groupby("attack")]
            self.kinds[name] = (live, attacks)
        self.ordinary = {name: np.flatnonzero(sets[name][1].fold != fold) for name in ORDINARY}

    def pick(self, groups):
        return self.rng.choice(groups[self.rng.integers(len(groups))])

    def labelled(self, name):
        live, attacks = self.kinds[name]
        wide, box = self.sets[name]["wide"], self.sets[name]["box"]
        for _ in range(N_OF_SET[name]):
            attack = attacks[self.rng.integers(len(attacks))]
            for row, target in ((self.pick(live), 1), (self.pick(attack), 0)):
                yield self.view(wide[row], box[row], self.rng.integers(2**31)), target

    def simulated(self):
        for _ in range(N_SIMULATED):
            names = self.rng.choice(list(ORDINARY), 2, p=list(ORDINARY.values()))
            row, other = (self.rng.choice(self.ordinary[name]) for name in names)
            wide, seed = self.sets[names[0]]["wide"][row], self.rng.integers(2**31)
            attack = recaptured(wide, self.sets[names[1]]["wide"][other], self.rng)
            for photo, target in ((wide, 1), (attack, 0)):
                yield self.view(photo, self.sets[names[0]]["box"][row], seed), target

    def view(self, wide, box, seed):
        """The face with a random part of its surroundings, turned a little, mirrored, degraded."""
        rng = np.random.default_rng(seed)
        side = wide.shape[0]
        kept = rng.uniform(0, 0.35, 4) if rng.random() < 0.5 else rng.uniform(0, 0.06, 4)
        low, high = box[:2] * kept[:2], 1 - (1 - box[2:]) * kept[2:]
        low, high = np.clip(low, 0, 0.45) * side, np.clip(high, 0.55, 1) * side
        source = np.float32([low, [high[0], low[1]], [low[0], high[1]]])
        angle = rng.normal(0, 0.05)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        target = (np.float32([[0, 0], [SIDE, 0], [0, SIDE]]) - SIDE / 2) @ turn + SIDE / 2
        if rng.random() < 0.5:
            target[:, 0] = SIDE - target[:, 0]
        matrix = cv2.getAffineTransform(source, target.astype(np.float32))
        seen = cv2.warpAffine(wide, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return views.degraded(seen, rng, least_scale=0.35)

    def next(self):
        parts = [part for name in self.kinds for part in self.labelled(name)] + list(self.simulated())
        photos = np.stack([photo for photo, _ in parts]).transpose(0, 3, 1, 2)
        return np.ascontiguousarray(photos), np.array([target for _, target in parts], np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "run"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--fold", type=int, default=None)
    parser.add_argument("--without", choices=LABELLED, default=None)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    sets = {name: load(arguments.data, arguments.cache, name) for name in (*LABELLED, *ORDINARY)}
    queue = batches.endless(Batches, sets, 1, arguments.fold, arguments.without)
    build = {"answers": 1, "last_block": network.TEXTURE_BLOCK}
    model, average = (network.Detector(**build).to(memory_format=torch.channels_last) for _ in range(2))
    average.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), arguments.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, arguments.rate, total_steps=arguments.steps, pct_start=0.1, div_factor=10, final_div_factor=100
    )
    arguments.run.mkdir(parents=True, exist_ok=True)
    losses, start = [], time.time()
    for step in range(arguments.steps):
        model.train()
        photos, targets = queue.get()
        soft = torch.from_numpy(targets)[:, None] * 0.9 + 0.05
        loss = functional.binary_cross_entropy_with_logits(model(network.as_input(photos)), soft)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        schedule.step()
        network.move_average(average, model, min(0.99, (step + 1) / (step + 10)))
        losses.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            print(step + 1, round(float(np.mean(losses[-100:])), 4), round(time.time() - start), flush=True)
    torch.save(average.state_dict(), arguments.run / f"{part_name(arguments)}.pt")


def part_name(arguments):
    """What the weights of this run are called."""
    if arguments.without:
        return f"without-{arguments.without}"
    return "final" if arguments.fold is None else f"fold-{arguments.fold}"


if __name__ == "__main__":
    main()
