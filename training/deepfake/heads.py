"""Fits the answers of faceward-deepfake-2 on what features.py kept, exports it, and says how it does on the unseen.

    python heads.py --data DATA --cache CACHE --weights models/trained

Its blocks are those of ImageNet, not trained here; an answer is one linear discriminant of their statistics: from the mean
of the genuine of a source to that of its forgeries, across what varies among genuine photos of all sources. Forgeries are
few and of one kind each: blocks trained on them would learn their scenes by heart. Writes CACHE/heads.json: slope and offset of
each answer, from scores of photos whose group no fit had seen; and CACHE/heads.npz, those scores, for evaluate.py.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
import torch

import data  # puts the shared folders on the path
import export
import network

NAME, SIDE = "faceward-deepfake-2", 224
ANSWERS = ("swapped", "generated")
# The forgeries that an answer is learnt on, and the source of the genuine photos that they stand against. The generators of
# before 2023 are left to faceward-deepfake-1: learnt beside the others, they cost more than they gave.
LEARNT_ON = {"swapped": (("deepfacelive",), "dfl"), "generated": (("sdxl", "flux1_schnell"), "ffhq256")}
ORDINARY = ("deepfake", "lfw", "utkface", "age_asian", "landmarks68", "pad")
# Shares of the covariance: of the genuine photos that the forgeries stand against, of all sources alike, of the forgeries;
# what is added to its diagonal, in variances; and the share of what degrading a genuine photo changes. Generated faces are
# told so easily that the answer can afford to overlook that; live swaps are not.
OWN, GENUINE, FORGERIES, RIDGE = 0.25, 0.5, 0.25, 0.1
CHANGES = {"swapped": 0.0, "generated": 0.2}
# A source of fewer photos says nothing about what varies.
LEAST = 30
OPERATING_POINT = 0.9
# Of the genuine photos of all sources together, and of any one source, so many may be called forged by an answer.
REFUSED, REFUSED_OF_SOURCE = 0.004, 0.01
FOLDS = 10


class Photos:
    """Features, rows and groups of all sets, view 0."""

    def __init__(self, data_folder, cache):
        features, tables, changed, changes = [], [], [], []
        for name in (*data.CROSSED, *ORDINARY):
            stored, start = np.load(cache / "features" / f"{name}-0.npz"), sum(map(len, tables))
            rows = data.load(data_folder, cache, name).rows
            features.append(stored["features"].astype(np.float64))
            tables.append(rows.iloc[stored["rows"]].assign(set=name))
            if (cache / "features" / f"{name}-1.npz").exists():
                other = np.load(cache / "features" / f"{name}-1.npz")
                place = np.full(len(rows), -1)
                place[stored["rows"]] = np.arange(len(stored["rows"]))
                known = (place[other["rows"]] >= 0) & (rows.label.iloc[other["rows"]] == "real").to_numpy()
                at = place[other["rows"][known]]
                changed.append(start + at)
                changes.append(other["features"][known] - features[-1][at])
        self.features, self.rows = np.concatenate(features), data.pandas.concat(tables).reset_index(drop=True)
        # Genuine photos of which there is a degraded view, and what that changes.
        self.changed, self.changes = np.concatenate(changed), np.concatenate(changes)
        self.genuine = (self.rows.label == "real").to_numpy()
        # What ships is fitted on these; every group of them is judged by a fit without it.
        self.train = (self.rows.part != "test").to_numpy()

    def genuine_of(self, sources):
        """Which photos are genuine and of these sources."""
        return self.genuine & self.rows.source.isin(sources).to_numpy()

    def made_by(self, generator):
        """Which photos a generator made."""
        return (self.rows.generator == generator).to_numpy()


def fitted(photos, answer, inside, without=()):
    """Weights and offset of an answer, from photos `inside`: 0 at the mean of genuine photos, each source alike."""
    generators, source = LEARNT_ON[answer]
    spread = photos.features[inside & photos.genuine].std(0) + 1e-6
    of = lambda mask: photos.features[inside & mask] / spread  # noqa: E731
    sources = sorted(set(photos.rows.source[inside & photos.genuine]))
    genuine = [part for part in (of(photos.genuine_of([name])) for name in sources) if len(part) >= LEAST]
    own, forged = of(photos.genuine_of([source])), [of(photos.made_by(made)) for made in generators if made not in without]
    covariance = OWN * np.cov(own.T) + GENUINE * np.mean([np.cov(part.T) for part in genuine], 0) + FORGERIES * np.mean([np.cov(part.T) for part in forged], 0)
    if CHANGES[answer]:
        changes = photos.changes[inside[photos.changed]] / spread
        covariance += CHANGES[answer] * changes.T @ changes / len(changes)
    difference = np.mean([part.mean(0) for part in forged], 0) - own.mean(0)
    weights = np.linalg.solve(covariance + RIDGE * np.eye(len(spread)), difference)
    return weights / spread, -float(weights @ np.mean([part.mean(0) for part in genuine], 0))


def folds(photos, rows):
    """Row numbers `rows` in FOLDS parts; a group is in one part, and each set is spread over all."""
    parts = [[] for _ in range(FOLDS)]
    for name in (*data.CROSSED, *ORDINARY):
        of_set = rows[(photos.rows.set[rows] == name).to_numpy()]
        groups = photos.rows.group.to_numpy()[of_set]
        if len(set(groups)) >= FOLDS:
            for part, (_, unknown) in zip(parts, GroupKFold(FOLDS).split(of_set, groups=groups)):
                part.append(of_set[unknown])
    return [np.concatenate(part) for part in parts]


def out_of_fold(photos, answer, inside, without=()):
    """Scores of the photos `inside`, each by a fit that did not see its group."""
    scores = np.full(len(photos.rows), np.nan)
    for unknown in folds(photos, np.flatnonzero(inside)):
        fold = inside.copy()
        fold[unknown] = False
        weights, offset = fitted(photos, answer, fold, without)
        scores[unknown] = photos.features[unknown] @ weights + offset
    return scores


def scale(photos, answer, scores):
    """Slope and offset: 0.9 where few genuine photos are refused, slope by logistic regression."""
    told = np.isfinite(scores)
    forged = np.any([photos.made_by(made) for made in LEARNT_ON[answer][0]], 0)
    used = told & (photos.genuine_of([LEARNT_ON[answer][1]]) | forged)
    slope = LogisticRegression(C=1e3, class_weight="balanced").fit(scores[used, None], forged[used]).coef_[0, 0]
    genuine = told & photos.genuine
    limits = [np.quantile(scores[genuine], 1 - REFUSED)]
    sources = photos.rows.source.to_numpy()
    for source in np.unique(sources[genuine]):
        of_source = scores[genuine & (sources == source)]
        if len(of_source) >= 100:
            limits.append(np.quantile(of_source, 1 - REFUSED_OF_SOURCE))
    return {"slope": float(slope), "offset": float(np.log(OPERATING_POINT / (1 - OPERATING_POINT)) + slope * max(limits))}


def limit_of(given):
    """The log-odds of forgery at which the score is 0.9."""
    return (given["offset"] - np.log(OPERATING_POINT / (1 - OPERATING_POINT))) / given["slope"]


def report(photos, answer, scores, inside, title, given):
    """AUC of each generator against the genuine of its pipeline, and who passes and who is refused at 0.9."""
    limit = limit_of(given)
    forged = inside & (photos.rows.label == "fake").to_numpy()
    for (name, generator, pipeline), part in photos.rows[forged].groupby(["set", "generator", "pipeline"]):
        real = inside & photos.genuine & (photos.rows.pipeline == pipeline).to_numpy() & (photos.rows.set == name).to_numpy()
        fake = scores[part.index.to_numpy()]
        if real.any():
            print(f"{title}: {answer}: {generator} {pipeline}, {len(part)} against {real.sum()}: AUC {data.tables.auc(fake, scores[real]):.3f}, passes {(fake <= limit).mean():.3f}")
    for source, part in photos.rows[inside & photos.genuine].groupby("source"):
        print(f"{title}: {answer}: genuine {source}, {len(part)}: refused {(scores[part.index.to_numpy()] > limit).mean():.4f}")


class Recent(torch.nn.Module):
    """The network that ships: statistics of the blocks, and a discriminant for each answer."""

    def __init__(self, answers):
        super().__init__()
        self.statistics = network.Statistics(network.trunk())
        self.head = torch.nn.Linear(len(answers[0][0]), len(answers))
        with torch.no_grad():
            self.head.weight.copy_(torch.tensor(np.array([weights for weights, _ in answers]), dtype=torch.float32))
            self.head.bias.copy_(torch.tensor([offset for _, offset in answers]))

    def forward(self, photo):
        return self.head(self.statistics(photo))


def degraded(photos, answer, given):
    """Genuine photos that were degraded, nearly half of them softened, denoised or halved: how many are refused at 0.9.

    By fits that saw neither the photo nor what degrading it changes.
    """
    limit = limit_of(given)
    scores = np.full(len(photos.changed), np.nan)
    for unknown in folds(photos, np.flatnonzero(photos.train)):
        fold = photos.train.copy()
        fold[unknown] = False
        weights, offset = fitted(photos, answer, fold)
        here = np.isin(photos.changed, unknown)
        scores[here] = (photos.features[photos.changed[here]] + photos.changes[here]) @ weights + offset
    for source, places in photos.rows.iloc[photos.changed].reset_index(drop=True).groupby("source").indices.items():
        print(f"degraded: {answer}: genuine {source}, {len(places)}: refused {(scores[places] > limit).mean():.4f}")


def left_out(photos):
    """Each family of generators by a fit that did not see it, on photos of groups not seen, against those of its pipeline."""
    for generator in LEARNT_ON["generated"][0]:
        scores = out_of_fold(photos, "generated", np.ones(len(photos.rows), bool), without=(generator,))
        for pipeline in sorted(set(photos.rows.pipeline[photos.made_by(generator)])):
            here = (photos.rows.pipeline == pipeline).to_numpy()
            fake, real = scores[here & photos.made_by(generator)], scores[here & photos.genuine]
            print(f"left out: {generator} {pipeline}: AUC {data.tables.auc(fake, real):.3f}")


def sharpness(photo):
    """Variance of the Laplacian of the grey crop."""
    return cv2.Laplacian(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()


def softness(folder, cache):
    """What "softer is forged" alone says of each kind of forgery."""
    for name, (generators, _) in zip(data.CROSSED, LEARNT_ON.values()):
        kept = data.load(folder, cache, name)
        soft = -np.array([sharpness(kept.wide[row]) for row in range(len(kept.rows))])
        for pipeline in sorted(set(kept.rows.pipeline)):
            here = (kept.rows.pipeline == pipeline).to_numpy()
            real = here & (kept.rows.label == "real").to_numpy()
            for generator in generators:
                fake = here & (kept.rows.generator == generator).to_numpy()
                print(f"softer is forged: {generator} {pipeline}: AUC {data.tables.auc(soft[fake], soft[real]):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "weights"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    photos, answers, scales, told = Photos(arguments.data, arguments.cache), [], {}, []
    for answer in ANSWERS:
        scores = out_of_fold(photos, answer, photos.train)
        scales[answer] = scale(photos, answer, scores)
        told.append(scores)
        report(photos, answer, scores, photos.train, "out of fold", scales[answer])
        degraded(photos, answer, scales[answer])
        answers.append(fitted(photos, answer, photos.train))
        weights, offset = answers[-1]
        report(photos, answer, photos.features @ weights + offset, ~photos.train, "unseen", scales[answer])
    left_out(photos)
    softness(arguments.data, arguments.cache)
    sets = photos.rows.set.to_numpy()
    np.savez(arguments.cache / "heads.npz", **{name: np.stack(told, 1)[sets == name] for name in data.CROSSED})
    (arguments.cache / "heads.json").write_text(json.dumps(scales, indent=1))
    model, file = Recent(answers).eval(), arguments.weights / f"{NAME}.onnx"
    n_bytes = export.written(model, SIDE, file, NAME)
    kept = data.load(arguments.data, arguments.cache, "swaps_live")
    sample = np.ascontiguousarray(kept.engine(arguments.data, range(0, len(kept.rows), 90), SIDE).transpose(0, 3, 1, 2))
    print(f"{file}: {n_bytes} bytes, log-odds differ by at most {export.difference(model, file, sample):.4f}")


if __name__ == "__main__":
    main()
