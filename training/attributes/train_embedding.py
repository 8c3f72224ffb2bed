"""Trains what embedding-attributes-1 says of neutrality, from the embedding of a face.

    python train_embedding.py --data DATA --cache CACHE --work WORK --tables models/calibration [--epochs 100]

Needs embeddings.py. Two layers on a vector that the engine has anyway; a minute on one core. What the vector is, the table
embedding.toml says: with another one, train anew. Age, gender and race are learned beside it: a quarter of what ships for gender and
race, the rest comes from train_people.py.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

import train_face
from fit_utility import fused

SETS = ("utkface", "age_asian", "expression")
N_INPUTS, N_HIDDEN = 640, 512
# Outputs before reading: 21 bins of age, male, five races, neutral.
N_AGES, N_OUTPUTS = 21, 28
BATCH, RATE, DECAY = 128, 2e-3, 0.05
# Of the standardised inputs: noise that is added, and the part of the hidden layer that is dropped.
NOISE, DROPPED = 0.6, 0.5


class EmbeddingNetwork(torch.nn.Module):
    """[n, 640], fused embeddings, to 21 age bins, gender, five races, neutral: 28 logits."""

    def __init__(self, mean=None, scale=1.0, n_hidden=N_HIDDEN, dropped=DROPPED):
        super().__init__()
        self.dropped = dropped
        self.register_buffer("mean", torch.zeros(N_INPUTS) if mean is None else mean)
        self.register_buffer("scale", torch.tensor(float(scale)))
        self.hidden = torch.nn.Linear(N_INPUTS, n_hidden)
        self.head = torch.nn.Linear(n_hidden, N_OUTPUTS)

    def forward(self, embedding):
        standardised = (embedding - self.mean) * self.scale
        if self.training:
            standardised = standardised + NOISE * torch.randn_like(standardised)
        hidden = functional.dropout(functional.relu(self.hidden(standardised)), self.dropped, self.training)
        return self.head(hidden)


def vectors(photos, cache, tables):
    """The embeddings of all views [n, views, 640]; not a number for the photos of other sets."""
    found = None
    for name in SETS:
        views = np.load(cache / f"embeddings-{name}.npz")["views"]
        joined = fused(views.reshape(-1, N_INPUTS).astype(np.float32), tables)[0]
        found = np.full((len(photos), *views.shape[1:]), np.nan, np.float32) if found is None else found
        found[photos.name == name] = joined.reshape(views.shape)
    return found


def loss_of(logits, labels, race_weights):
    """As train_face.loss_of, without mask and occlusion; a race counts as if all were equally frequent."""
    age, male, race, neutral = labels.unbind(1)
    unknown = torch.full_like(age, train_face.UNKNOWN)
    columns = torch.stack([age, male, unknown, unknown, unknown, neutral], 1)
    padded = torch.cat([logits[:, :27], torch.zeros(len(logits), 2), logits[:, 27:]], 1)
    total = train_face.loss_of(padded, columns)
    known = race >= 0
    if known.any():
        of_race = functional.cross_entropy(logits[known, 22:27], race[known].long(), race_weights, label_smoothing=0.08)
        total = total + 0.8 * of_race
    return total


def trained(photos, embeddings, epochs, seed=0):
    """The network after `epochs` over the photos that are not judged."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(~photos.judged & np.isin(photos.name, SETS))
    inputs = torch.from_numpy(embeddings[rows])
    columns = (photos.age, photos.male, photos.race, photos.neutral)
    labels = torch.from_numpy(np.stack(columns, 1)[rows].astype(np.float32))
    flat = inputs.reshape(-1, N_INPUTS)
    network = EmbeddingNetwork(flat.mean(0), 1 / flat.std(0).mean())
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    steps = epochs * len(rows) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.1)
    counts = np.bincount(photos.race[rows][photos.race[rows] >= 0])
    race_weights = torch.from_numpy((counts.mean() / counts).astype(np.float32))
    weight = train_face.weights(photos)[rows]
    share = weight / weight.sum()
    for _ in range(steps):
        batch = random.choice(len(rows), BATCH, p=share)
        view = random.integers(inputs.shape[1], size=BATCH)
        loss = loss_of(network(inputs[batch, view]), labels[batch], race_weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(f"{steps} steps, loss {loss.item():.3f}")
    return network.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--epochs", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    photos = train_face.Photos(arguments.data, arguments.cache)
    network = trained(photos, vectors(photos, arguments.cache, arguments.tables), arguments.epochs)
    arguments.work.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), arguments.work / "embedding.pt")


if __name__ == "__main__":
    main()
