"""Joins what three networks say of age, gender and race: [age], [male] and [race] of models/calibration/face_attributes.toml.

    python fit_people.py --data DATA --cache CACHE --work WORK --models models/trained --tables models/calibration --judged docs/judged

Needs chips.py of SETS, embeddings.py of what is judged, and what train_people.py wrote. Fitted and judged on faces that no network in
question was trained on: those that are kept for judging of utkface and age_asian, and all of utk_more, each fifth of it as said by a network
that was trained without it. Figures come from fits on one half of the persons, judged on the other, both ways; what ships is
fitted on both.
"""

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
import pandas
from sklearn.linear_model import LogisticRegression

import calibrate
import chips
import splits
import train_face
from fit_utility import fused
from splits import tables

SETS = ("utkface", "utk_more", "age_asian")
# Years between which a band lies, by its true age; the last is open. Bias is held down in those from 18 to 74.
BANDS = list(itertools.pairwise([0, 10, 18, 30, 45, 60, 75, 120]))
HELD = BANDS[2:-1]
MOST_BIAS = 2.5
# Share of the embedding in the years, and its weight beside the other network's logits for race.
SHARE, RACE_WEIGHT = 0.75, 4.0
# Between the framework and the exported network with its short weights, in years and logits.
MOST_ROUNDING = 0.1


class Said:
    """Of each judged face: what face-attributes-1 and embedding-attributes-1 answer (n x 7), gender-v1's log-odds, and its labels."""

    def __init__(self, arguments):
        parts = [self.of_set(arguments, name) for name in SETS]
        for key in parts[0]:
            setattr(self, key, np.concatenate([part[key] for part in parts]))
        one_source = self.name != "age_asian"
        group = np.arange(len(self.name)) + len(self.name)
        group[one_source] = splits.persons(self.raw[one_source])
        self.half = np.array([splits.zlib.crc32(f"half/{person}".encode()) % 2 == 0 for person in group])

    @staticmethod
    def of_set(arguments, name):
        kept, labels = splits.load(arguments.data, arguments.cache, name)
        listed = labels.path if name == "utk_more" else pandas.read_csv(arguments.judged / f"{name}.csv").path
        rows = np.flatnonzero(labels.path.isin(listed))
        labels, m, side = labels.iloc[rows], chips.MARGIN, chips.SIDE
        seen = train_face.tensor(kept["chip"][rows][:, m : m + side, m : m + side]).numpy()
        views = np.load(arguments.cache / f"embeddings-{name}.npz")["views"][rows, 0]
        vectors = fused(views.astype(np.float32), arguments.tables)[0].astype(np.float32)
        answers = lambda network, given: calibrate.answers(calibrate.session(arguments.models, network), given)[:, :7]  # noqa: E731
        unknown = np.full(len(rows), train_face.UNKNOWN)
        of_embedding = answers("embedding-attributes-1", vectors)
        if name == "utk_more":
            of_embedding = Said.apart(arguments.work, labels.path, of_embedding)
        return {
            "name": np.full(len(rows), name),
            "raw": kept["raw"][rows],
            "face": answers("face-attributes-1", seen),
            "embedding": of_embedding,
            "male_v1": calibrate.odds_of(kept["male"][rows]),
            "age": labels.age.astype(float).to_numpy(),
            "male": (labels.gender == "male").to_numpy().astype(int),
            "race": labels.race.map(train_face.RACES.index).to_numpy() if "race" in labels else unknown,
        }

    @staticmethod
    def apart(work, paths, shipped):
        """What the networks say that did not see these faces. The first of them ships: its answers must be `shipped`'s."""
        kept = np.load(work / "people_apart.npz")
        if kept["path"].tolist() != paths.tolist():
            raise ValueError("people_apart.npz is about other faces: run train_people.py")
        own = np.abs(kept["said"] - shipped).max(1) < MOST_ROUNDING
        if not own[kept["fold"] == 0].all():
            raise ValueError("embedding-attributes-1 is not what train_people.py trained: run export.py embedding")
        return kept["said"]


# ---- Age


def joined(said):
    return (1 - SHARE) * said.face[:, 0] + SHARE * said.embedding[:, 0]


def line(knots, years):
    """Straight between knots, by the slope 1 beyond them, never below 0."""
    x, y = np.array(knots).T
    inside = np.interp(years, x, y)
    return np.maximum(np.where(years < x[0], years - x[0] + y[0], np.where(years > x[-1], years - x[-1] + y[-1], inside)), 0)


def fit_age(said, rows):
    """Knots from the mean of what is said of each band towards its true mean: as little of the way as keeps the bias down.

    The whole way would make every band right on average, and each answer more wrong: bias is paid for in error.
    """
    age, years = said.age[rows], joined(said)[rows]
    inside = [(age >= low) & (age < high) for low, high in BANDS]
    means = [(years[band].mean(), age[band].mean()) for band in inside if band.sum() >= 20]
    held = [(age >= low) & (age < high) for low, high in HELD]
    for part in np.arange(0, 1.01, 0.1):
        knots = [[said_mean, said_mean + part * (true_mean - said_mean)] for said_mean, true_mean in means]
        error = line(knots, years) - age
        if max(abs(error[band].mean()) for band in held) <= MOST_BIAS:
            break
    return knots


def years_of(said, knots):
    return line(knots, joined(said))


# ---- Gender


def witnesses(said):
    squashed = lambda odds: np.clip(odds, -calibrate.CEILING, calibrate.CEILING)  # noqa: E731
    return np.c_[squashed(said.face[:, 1]), squashed(said.embedding[:, 1]), said.male_v1]


def fit_male(said, rows):
    adults = rows & (said.age >= 18)
    model = LogisticRegression(C=100, class_weight="balanced").fit(witnesses(said)[adults], said.male[adults])
    return model.coef_[0], float(model.intercept_[0])


def male_of(said, fit):
    return witnesses(said) @ fit[0] + fit[1] > 0


# ---- Figures


def halves(said, fit, answer):
    """The answer for each half by the fit on the other."""
    found = np.where(said.half, answer(said, fit(said, ~said.half)), answer(said, fit(said, said.half)))
    return found


def share(right):
    return {"n": len(right), "right": round(float(right.mean()), 4), "interval": calibrate.interval(right.astype(float))}


def figures(said, years, male):
    adult = said.age >= 18
    found = {"age": {}, "race": {}, "gender": {}}
    of = {"adults": adult, "minors": ~adult} | {f"{low}-{high - 1}": (said.age >= low) & (said.age < high) for low, high in BANDS}
    of |= {f"adults {name}": adult & (said.name == name) for name in SETS}
    of |= {f"adults {name}": adult & (said.race == c) for c, name in enumerate(train_face.RACES)}
    for key, inside in of.items():
        error = (years - said.age)[inside]
        low, high = calibrate.interval(np.abs(error))
        found["age"][key] = {"n": int(inside.sum()), "mae": round(float(np.abs(error).mean()), 2), "interval": [low, high], "bias": round(float(error.mean()), 2)}
        found["gender"][key] = share((male == (said.male == 1))[inside])
    best = np.argmax(said.face[:, 2:7] + RACE_WEIGHT * said.embedding[:, 2:7], 1)
    for who, inside in {"everybody": said.race >= 0, "adults": (said.race >= 0) & adult}.items():
        rates = {name: share((best == c)[inside & (said.race == c)]) for c, name in enumerate(train_face.RACES)}
        found["race"][who] = {"balanced": round(float(np.mean([rate["right"] for rate in rates.values()])), 4)} | rates
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "work", "models", "tables", "judged"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    said = Said(arguments)
    found = figures(said, *(halves(said, *both) for both in ((fit_age, years_of), (fit_male, male_of))))
    arguments.work.mkdir(parents=True, exist_ok=True)
    (arguments.work / "people_figures.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found, indent=1))
    everybody = np.ones(len(said.age), bool)
    knots, (weights, offset) = fit_age(said, everybody), fit_male(said, everybody)
    numbers = ", ".join(f"[{years:.2f}, {true:.2f}]" for years, true in knots)
    path = arguments.tables / "face_attributes.toml"
    text = tables.section(path.read_text(), "age", [f"embedding = {SHARE}", f"knots = [{numbers}]"])
    text = tables.section(text, "race", [f"embedding = {RACE_WEIGHT}"])
    male = [f"{key} = {value:.4f}" for key, value in zip(("face", "embedding", "other", "offset"), (*weights, offset))]
    text = tables.section(text, "male", male)
    path.write_text("\n".join(f'date = "{tables.today()}"' if line.startswith("date =") else line for line in text.split("\n")))


if __name__ == "__main__":
    main()
