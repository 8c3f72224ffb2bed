"""Trains the deepfake detector; a checkpoint every few minutes, from which the next start goes on.

    python train.py --data DATA --cache CACHE --run RUN --steps 2000 [--side 224] [--leave-out GENERATOR] [--texture-only]

A batch of 32: nine real and swapped frames of one DFDC scene each; four photos of any source beside their self-blended
selves; six portraits, half of them generated. Two crops that belong together are looked at in the same way, so that
nothing but the forgery tells them apart. Every real photo counts for both answers, every fake for its own only.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import data  # puts the shared folders on the path
import batches
import synthesis
from network import TEXTURE_BLOCK, Detector, as_input, move_average, predict

N_SWAPS, N_BLENDED, N_PORTRAITS = 9, 4, 6
SOURCES = ("deepfake", "lfw", "utkface", "age_asian")
SMOOTHING = 0.05
RANKING = 0.5
AVERAGING = 0.998
DECAY = 0.02


class Batches:
    """Endless batches: photos (n x 3 x side x side bytes) and targets (n x 2: 0 real, 1 fake, -1 not judged)."""

    def __init__(self, sets, seed, side, left_out, portraits_only):
        self.rng, self.side = np.random.default_rng(seed), side
        deepfake = sets["deepfake"]
        rows = deepfake.rows[deepfake.rows.part == "train"]
        swaps = rows[rows.pipeline == "dfdc"]
        scenes = swaps.reset_index().pivot(index="scene", columns="label", values="index").dropna()
        self.pairs = [] if portraits_only else scenes.astype(int)[["real", "fake"]].to_numpy()
        portraits = rows[rows.pipeline == "portrait"]
        self.real = [list(part.index) for _, part in portraits[portraits.label == "real"].groupby("source")]
        fakes = portraits[(portraits.label == "fake") & (portraits.generator != left_out)]
        self.generated = [list(part.index) for _, part in fakes.groupby("generator")]
        self.crops, self.places = deepfake.wide, deepfake.rows[["x", "y", "w", "h"]].to_numpy()
        self.genuine = [
            (crops.wide, crops.rows.index[(crops.rows.part == "train") & (crops.rows.label == "real")], crops.rows)
            for crops in sets.values()
        ]

    def swapped(self):
        real, fake = self.pairs[self.rng.integers(len(self.pairs))]
        view = synthesis.Views(self.rng, self.side)
        forged = self.crops[fake]
        if self.rng.random() < 0.35:
            forged = synthesis.weakened(forged, self.crops[real], self.places[real], self.rng)
        return [(view(self.crops[real]), (0, 0)), (view(forged), (1, -1))]

    def blended(self):
        wide, index, rows = self.genuine[self.rng.choice(len(self.genuine), p=[0.4, 0.25, 0.25, 0.1])]
        row = self.rng.choice(index)
        crop, place = wide[row], rows.loc[row, ["x", "y", "w", "h"]].to_numpy(float)
        view = synthesis.Views(self.rng, self.side)
        return [(view(crop), (0, 0)), (view(synthesis.self_blended(crop, place, self.rng)), (1, -1))]

    def portrait(self, fake):
        of_source = self.generated if fake else self.real
        row = self.rng.choice(of_source[self.rng.integers(len(of_source))])
        return [(synthesis.Views(self.rng, self.side)(self.crops[row]), (-1, 1) if fake else (0, 0))]

    def next(self):
        parts = []
        if len(self.pairs):
            for _ in range(N_SWAPS):
                parts += self.swapped()
            for _ in range(N_BLENDED):
                parts += self.blended()
        for place in range(N_PORTRAITS if len(self.pairs) else 32):
            parts += self.portrait(place % 2 == 0)
        photos = np.stack([photo for photo, _ in parts]).transpose(0, 3, 1, 2)
        return np.ascontiguousarray(photos), np.array([target for _, target in parts], np.float32)


def loss_of(logits, targets):
    """Cross entropy of what is judged, and a penalty wherever a real photo is called as forged as a fake one."""
    loss = 0
    for answer in range(2):
        real, fake = logits[targets[:, answer] == 0, answer], logits[targets[:, answer] == 1, answer]
        if not len(fake):
            continue
        soft = torch.cat([torch.full_like(real, SMOOTHING), torch.full_like(fake, 1 - SMOOTHING)])
        weights = torch.cat([torch.full_like(real, 0.5 / len(real)), torch.full_like(fake, 0.5 / len(fake))])
        entropy = functional.binary_cross_entropy_with_logits(torch.cat([real, fake]), soft, reduction="none")
        ranking = functional.softplus(real[:, None] - fake[None, :]).mean()
        loss = loss + (entropy * weights).sum() + RANKING * ranking
    # Real and forged frame of one scene stand next to each other.
    pairs = (targets[:-1, 0] == 0) & (targets[1:, 0] == 1)
    if pairs.any():
        loss = loss + RANKING * functional.softplus(logits[:-1, 0][pairs] - logits[1:, 0][pairs]).mean()
    return loss


def ranked(rows, logits, part):
    """AUC of each generator against the real photos of its pipeline."""
    found = {}
    for generator in sorted(set(rows.generator) - {""}):
        answer = int(rows.pipeline[rows.generator == generator].iloc[0] != "dfdc")
        inside = rows.part == part
        fake = inside & (rows.generator == generator)
        real = inside & (rows.label == "real") & rows.pipeline.isin(set(rows.pipeline[fake]))
        if fake.any():
            found[generator] = round(data.tables.auc(logits[fake, answer], logits[real, answer]), 4)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "run"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--side", type=int, default=160)
    parser.add_argument("--start", type=Path, default=None, help="a finished run to go on from, at another side say")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leave-out", default=None, help="a generator that is not trained on")
    parser.add_argument("--texture-only", action="store_true", help="the short network, on portraits alone")
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(arguments.seed)
    sets = {name: data.load(arguments.data, arguments.cache, name) for name in SOURCES}
    how = (arguments.seed, arguments.side, arguments.leave_out, arguments.texture_only)
    queue = batches.endless(Batches, sets, *how)
    build = {"last_block": TEXTURE_BLOCK} if arguments.texture_only else {"inside_out": arguments.start is not None}
    model, average = (Detector(**build).to(device, memory_format=torch.channels_last) for _ in range(2))
    if arguments.start:
        model.go_on_from(torch.load(arguments.start / "checkpoint.pt", weights_only=False)["average"])
    average.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), arguments.rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, arguments.rate, total_steps=arguments.steps, pct_start=0.06, div_factor=10, final_div_factor=100
    )
    arguments.run.mkdir(parents=True, exist_ok=True)
    checkpoint, done = arguments.run / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        for part, name in ((model, "model"), (average, "average"), (optimizer, "optimizer"), (schedule, "schedule")):
            part.load_state_dict(state[name])
        done = state["done"]
    rows = sets["deepfake"].rows
    judged = np.flatnonzero(rows.part == "validation")
    exact = sets["deepfake"].engine(arguments.data, judged, arguments.side)
    losses, start, saved = [], time.time(), time.time()
    for step in range(done, arguments.steps):
        model.train()
        photos, targets = queue.get()
        loss = loss_of(model(as_input(photos).to(device)), torch.from_numpy(targets).to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        schedule.step()
        move_average(average, model, min(AVERAGING, (step + 1) / (step + 10)))
        losses.append(float(loss.detach()))
        last = step + 1 == arguments.steps
        if last or time.time() - saved > 240:
            part = rows.iloc[judged].reset_index(drop=True)
            scores = ranked(part, predict(average.cpu() if device == "cpu" else average, exact), "validation")
            state = {"model": model.state_dict(), "average": average.state_dict(), "done": step + 1}
            state |= {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
            torch.save(state, checkpoint)
            saved = time.time()
            line = {"step": step + 1, "loss": round(float(np.mean(losses)), 4), "seconds": round(saved - start)}
            print(json.dumps(line | scores), flush=True)
            losses = []


if __name__ == "__main__":
    main()
