"""Trains what embedding-attributes-1 says of age, gender and race, from the embedding of a face.

    python train_people.py --data DATA --cache CACHE --work WORK --tables models/calibration --judged docs/judged

Needs chips.py and embeddings.py of SETS, and train_embedding.py, whose network has a quarter of the say in gender and race: it has seen more
views of fewer people. Of each embedding the first two views are used, the face and its mirror image. Writes WORK/people.pt, and WORK/people_apart.npz: what is said of each face of utk_more by a network that saw neither it nor anybody like it. They
are five, each without a fifth of utk_more and without all that is judged; the first is the one that ships, its fifth is judged.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas
import torch

import splits
import train_embedding
import train_face
from fit_utility import fused
from train_embedding import N_INPUTS, EmbeddingNetwork

SETS = ("utkface", "utk_more", "age_asian")
N_FOLDS, N_HIDDEN, DROPPED, VIEWS = 5, 512, 0.7, 2
STEPS, BATCH, RATE, DECAY = 2000, 64, 2e-3, 0.05
# Part of the photos that come from age_asian, which has no race.
SHARE_ASIAN = 0.21
# Share of the other network in the logits of gender and race, and what "Others" is worth less: it is what is left over, and said for
# too many Black and Indian faces otherwise.
OTHER_SHARE, LEFT_OVER = 0.25, 0.2


class People:
    """The faces of SETS: embeddings [n, VIEWS, 640], labels, and for each the fold that it is left out of; -1 for none."""

    def __init__(self, arguments):
        parts = [self.of_set(arguments, name) for name in SETS]
        for key in parts[0]:
            setattr(self, key, np.concatenate([part[key] for part in parts]))
        self.alike = self.kept_alike(arguments.cache)

    @staticmethod
    def of_set(arguments, name):
        kept, labels = splits.load(arguments.data, arguments.cache, name)
        views = np.load(arguments.cache / f"embeddings-{name}.npz")["views"][:, :VIEWS].astype(np.float32)
        vectors = fused(views.reshape(-1, N_INPUTS), arguments.tables)[0].astype(np.float32)
        if name == "utk_more":
            fold = splits.folds(name, splits.groups(kept), labels.path.tolist(), N_FOLDS)
        else:
            # There is enough of the other sets: what is not judged is always trained on.
            fold = np.where(labels.path.isin(pandas.read_csv(arguments.judged / f"{name}.csv").path), 0, -1)
        return {
            "name": np.full(len(labels), name),
            "path": labels.path.to_numpy().astype(str),
            "vectors": vectors.reshape(views.shape),
            "age": labels.age.astype(float).to_numpy(),
            "male": (labels.gender == "male").to_numpy().astype(int),
            "race": labels.race.map(train_face.RACES.index).to_numpy() if "race" in labels else np.full(len(labels), train_face.UNKNOWN),
            "fold": fold,
        }

    @staticmethod
    def kept_alike(cache):
        """Whether two faces are one photo or one person: [n, n], none across sources."""
        kept = {name: np.load(cache / f"{name}.npz") for name in SETS}
        one = {key: np.concatenate([kept[name][key] for name in SETS[:2]]) for key in ("hash", "chip", "raw")}
        sources = [splits.alike(one), splits.alike(kept["age_asian"])]
        count = [len(source) for source in sources]
        found = np.zeros((sum(count), sum(count)), bool)
        found[: count[0], : count[0]], found[count[0] :, count[0] :] = sources
        return found

    def apart_from(self, fold):
        """Rows to train on when this fold is left out, and what is judged: neither they nor anybody like them."""
        out = (self.fold == 0) | (self.fold == fold)
        return np.flatnonzero(~out & ~self.alike[:, out].any(1))


def weights(people, rows):
    """How often each row is drawn: as train_face.weights, with age_asian at its share."""
    weight = np.ones(len(rows))
    race, age = people.race[rows], people.age[rows]
    for one in range(len(train_face.RACES)):
        weight[race == one] *= np.sqrt((race >= 0).sum() / len(train_face.RACES) / max(1, (race == one).sum()))
    weight[age < 15] *= 0.45
    weight[age >= 55] *= 1.5
    asian = people.name[rows] == "age_asian"
    weight[asian] *= SHARE_ASIAN / weight[asian].sum()
    weight[~asian] *= (1 - SHARE_ASIAN) / weight[~asian].sum()
    return weight


def trained(people, rows, seed=0):
    """A network that has seen these rows only."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    inputs = torch.from_numpy(people.vectors[rows])
    neutral = np.full(len(rows), train_face.UNKNOWN)
    labels = torch.from_numpy(np.stack([people.age[rows], people.male[rows], people.race[rows], neutral], 1).astype(np.float32))
    flat = inputs.reshape(-1, N_INPUTS)
    network = EmbeddingNetwork(flat.mean(0), 1 / flat.std(0).mean(), N_HIDDEN, DROPPED)
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS + 1, pct_start=0.1)
    counts = np.bincount(people.race[rows][people.race[rows] >= 0])
    race_weights = torch.from_numpy((counts.mean() / counts).astype(np.float32))
    picks = random.choice(len(rows), (STEPS, BATCH), p=weights(people, rows))
    views = random.integers(VIEWS, size=(STEPS, BATCH))
    for batch, view in zip(picks, views):
        loss = train_embedding.loss_of(network(inputs[batch, view]), labels[batch], race_weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def joined(people, other):
    """One network of two, by their weights: age is the first's, neutrality the other's, gender and race are shared."""
    parts = [people, other]
    # Each standardises its inputs in its own way, which its first layer can do as well.
    weight = torch.cat([part["hidden.weight"] * part["scale"] for part in parts])
    bias = torch.cat([part["hidden.bias"] - part["hidden.weight"] @ part["mean"] * part["scale"] for part in parts])
    network = EmbeddingNetwork(n_hidden=len(weight))
    # Of each of the 28 logits, what is the other's.
    share = torch.cat([torch.zeros(21), torch.full((6,), OTHER_SHARE), torch.ones(1)])
    shares = [1 - share, share]
    head = torch.cat([part["head.weight"] * share[:, None] for part, share in zip(parts, shares)], 1)
    offset = sum(part["head.bias"] * share for part, share in zip(parts, shares))
    offset[26] -= LEFT_OVER
    network.load_state_dict(network.state_dict() | {"hidden.weight": weight, "hidden.bias": bias, "head.weight": head, "head.bias": offset})
    return network.eval()


def said(network, vectors):
    """Years, log-odds of male, five logits of race: what export.py's network answers."""
    with torch.no_grad():
        logits = network(torch.from_numpy(np.ascontiguousarray(vectors)))
    return np.c_[train_face.expected_age(logits).numpy(), logits[:, 21:27].numpy()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work", "tables", "judged"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    people = People(arguments)
    other = torch.load(arguments.work / "embedding.pt")
    more = people.name == "utk_more"
    apart = np.full((len(more), 7), np.nan, np.float32)
    for fold in range(N_FOLDS):
        rows = people.apart_from(fold)
        network = trained(people, rows)
        if fold == 0:
            torch.save(network.state_dict(), arguments.work / "people.pt")
        left_out = more & (people.fold == fold)
        apart[left_out] = said(joined(network.state_dict(), other), people.vectors[left_out, 0])
        print(f"fold {fold}: trained on {len(rows)} faces, {left_out.sum()} of utk_more left out", flush=True)
    np.savez(arguments.work / "people_apart.npz", path=people.path[more], fold=people.fold[more], said=apart[more])


if __name__ == "__main__":
    main()
