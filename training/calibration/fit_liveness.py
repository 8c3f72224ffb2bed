"""Fits the fusion of the two liveness networks and its scale: models/calibration/liveness.toml.

    python fit_liveness.py --data DATA --cache CACHE --tables models/calibration

evidence = squash(log-odds of fr-liveness) + 1.2 * squash(log-odds of minifasnet-2.7), squash(x) = 8 tanh(x / 8)
score = sigmoid(slope(context) * evidence + offset(context)), straight between the knots of context

Context is how many times the face box fits into the photo, at most 2.7. Slopes and offsets come from logistic regression
with sets, attacks and classes balanced. Then the scale: 0.85 is where 2 % of ordinary photos with context are
refused; with little context the offsets are lower, so that few attacks pass, whatever that costs.
Judged on groups (persons, clips) that were not fitted.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas
from scipy.optimize import minimize

import faces
import tables

KNOTS = np.array([1.0, 1.5, 2.0])
CEILING = 8.0
# Of minifasnet-2.7 beside fr-liveness: pad is best with 0.7 to 1, pad_casia with 1.2 to 2.
WEIGHT = 1.2
OPERATING_POINT = 0.85
# What the fit aims at; on people who were not fitted it comes out near 2 %.
BPCER = 0.015
# Context from which on a photo shows what the networks want to see, and below which confidence is lowered.
FULL, LITTLE = 1.75, 1.5
# Taken off the log-odds at each knot. Faces that fill the photo hide the edge of a print or screen: there the networks'
# word counts less, and more photos of both kinds are refused (the measured rows say how many).
COSTS = np.array([3.0, 1.75, 0.0])
# Black is what deep-funnelling leaves at the corners of lfw: a frame, which is what attacks have.
MOST_BLACK = 0.03
SETS = ("pad", "pad_casia", "lfw", "landmarks68")


def samples(data, cache):
    """One row for each photo and context: set, group, bona fide or attack, log-odds of both networks, context."""
    parts = []
    for name in SETS:
        outputs, labels = tables.load(data, cache, name)
        live = (labels.label == "live") if "label" in labels else np.ones(len(labels), bool)
        black = [black_share(data, name, p) for p in labels.path] if name == "lfw" else np.zeros(len(labels))
        group = labels.source + "/" + labels.group if "group" in labels else labels.identity
        n_contexts = outputs["liveness"].shape[1]
        for place in range(n_contexts):
            logits = outputs["liveness"][:, place].astype(float)
            part = {"set": name, "group": name + "/" + group, "live": live, "black": np.array(black)}
            part["attack"] = labels.attack.where(~live, "") if "attack" in labels else ""
            part["native"] = place == n_contexts - 1
            part["fr"] = logits[:, 0] - np.logaddexp(logits[:, 1], logits[:, 2])
            part["mini"] = logits[:, 4] - np.logaddexp(logits[:, 3], logits[:, 5])
            part["context"] = logits[:, 6]
            parts.append(pandas.DataFrame(part))
    table = pandas.concat(parts, ignore_index=True).dropna()
    # A context that the photo does not have was computed anyway, at the photo's own.
    simulated = ~table.native & table.duplicated(["set", "group", "fr", "mini"], keep="last")
    return table[~simulated].reset_index(drop=True)


def black_share(data, name, path):
    return float((faces.read_photo(data, name, path).max(2) < 8).mean())


def hats(context):
    """Weight of each knot: straight lines between them."""
    context = np.clip(np.asarray(context), KNOTS[0], KNOTS[-1])
    return np.stack([np.interp(context, KNOTS, row) for row in np.eye(len(KNOTS))], axis=1)


def squashed(table):
    return CEILING * np.tanh(table[["fr", "mini"]].to_numpy() / CEILING)


def balance(table):
    """Weights: in each range of context both classes alike, in a class each set and attack, in those each group."""
    ranges = np.digitize(table.context, [1.35, FULL])
    blocks = table.assign(range=ranges, one=1.0)
    by_group = ["range", "live", "set", "attack", "group"]
    weights = 1.0 / blocks.groupby(by_group).one.transform("sum")
    for keys in (["range", "live", "set", "attack"], ["range", "live"]):
        weights = weights / weights.groupby([blocks[key] for key in keys]).transform("sum")
    return weights.to_numpy()


def logit(parameters, table):
    """The log-odds of bona fide; `parameters` are the slopes and the offsets at the knots."""
    evidence, knots = squashed(table) @ [1.0, WEIGHT], hats(table.context)
    return (knots @ parameters[:3]) * evidence + knots @ parameters[3:]


def fit_logistic(table):
    evidence, knots, weights = squashed(table) @ [1.0, WEIGHT], hats(table.context), balance(table)
    inputs = np.c_[knots * evidence[:, None], knots]
    sign = np.where(table.live, 1.0, -1.0)

    def loss(parameters):
        penalty = 0.02 * (parameters[:3] ** 2).sum() + 0.004 * (parameters[3:] ** 2).sum()
        return weights @ np.logaddexp(0, -sign * (inputs @ parameters)) + penalty

    bounds = [(0.0, None)] * 3 + [(None, None)] * 3
    return minimize(loss, [0.4] * 3 + [0.0] * 3, bounds=bounds, method="L-BFGS-B").x


def fit(table):
    """Slopes and offsets, scaled so that the operating point has its meaning."""
    usable = table[table.black <= MOST_BLACK]
    parameters = fit_logistic(usable)
    value = logit(parameters, usable)
    ordinary = (usable.live & usable.native & (usable.context >= FULL)).to_numpy()
    least = np.quantile(value[ordinary], BPCER)
    parameters[3:] += np.log(OPERATING_POINT / (1 - OPERATING_POINT)) - least
    parameters[3:] -= COSTS
    return parameters


def scores(parameters, table):
    return 1 / (1 + np.exp(-logit(parameters, table)))


RANGES = ((FULL, 2.71), (LITTLE, FULL), (1.2, LITTLE), (0.9, 1.2))


def measured(table, score):
    """Error rates at the operating point: BPCER of each set, APCER of each attack, by range of context."""
    rows = []
    for low, high in RANGES:
        # With full context only photos as they are: a simulated loss of context is not what a user would send.
        inside = (table.context > low) & (table.context <= high) & (table.native | (high <= FULL))
        for (name, attack), part in table[inside].assign(score=score[inside]).groupby(["set", "attack"]):
            clean = part[part.black <= MOST_BLACK]
            if len(clean) < 10:
                continue
            wrong = (clean.score >= OPERATING_POINT) if attack else (clean.score < OPERATING_POINT)
            rows.append((name, attack or "bona fide", (low, high), len(clean), clean.group.nunique(), wrong.mean()))
    return rows


def ranking(table, score, folds):
    """AUC and APCER at BPCER 5 % of each attack, computed inside each fold and averaged."""
    rows = []
    native = table.native.to_numpy()
    for name, attack in (("pad", "replay"), *(("pad_casia", a) for a in ("print_warped", "print_cut", "tablet_video"))):
        sums = np.zeros(3)
        # The persons of pad are too few for figures inside a fold.
        parts = [unknown for _, unknown in folds] if name == "pad_casia" else [np.arange(len(table))]
        for unknown in parts:
            part = table.iloc[unknown][native[unknown]].assign(score=score[unknown][native[unknown]])
            part = part[part.set == name]
            live, attacks = part.score[part.live], part.score[part.attack == attack]
            if len(live) and len(attacks):
                passing = (attacks >= np.quantile(live, 0.05)).mean()
                sums += len(attacks) * np.array([1, tables.auc(live, attacks), passing])
        if sums[0]:
            rows.append((name, attack, int(sums[0]), *(sums[1:] / sums[0])))
    return rows


def text_of(parameters, table, rows, ranks):
    bona_fide, attacks = (table[table.native & (table.live == live)] for live in (True, False))
    lines = [
        "# Fusion of fr-liveness and minifasnet-2.7. Written by training/calibration/fit_liveness.py, which says how.",
        "# score = sigmoid(slope * evidence + offset), slope and offset straight between the knots of context;",
        "# evidence = squash(log-odds of fr-liveness) + weight * squash(log-odds of minifasnet-2.7),",
        "# squash(x) = ceiling * tanh(x / ceiling). Context: how many face boxes fit into the photo, at most 2.7.",
        f'data = "{", ".join(SETS)}"',
        f"bona_fide = {len(bona_fide)}",
        f"attacks = {len(attacks)}",
        f'date = "{tables.today()}"',
        f"ceiling = {CEILING}",
        f"weight = {WEIGHT}",
        f"operating_point = {OPERATING_POINT}",
        f"# The offsets at the knots are {COSTS[0]}, {COSTS[1]} and {COSTS[2]} lower than the evidence alone would have them; below this",
        "# context the answer names the reason `little_context`.",
        f"little_context = {LITTLE}",
    ]
    for knot, slope, offset in zip(KNOTS, parameters[:3], parameters[3:]):
        lines += ["", "[[knot]]", f"context = {knot}", f"slope = {slope:.4f}", f"offset = {offset:.4f}"]
    lines += [
        "",
        "# Errors at the operating point on groups (persons, clips) that were not fitted: bona fide refused, attacks passed.",
        "# From context 1.75 on the photos are as they are; below also photos cut down to less context.",
        "# lfw without the photos that deep-funnelling gave black corners.",
    ]
    for name, kind, (low, high), count, groups, error in rows:
        lines += ["[[measured]]", f'set = "{name}"', f'kind = "{kind}"', f"context = [{low}, {min(high, 2.7)}]"]
        lines += [f"photos = {count}", f"groups = {groups}", f"error = {error:.4f}"]
    lines += ["", "# The same photos as they are, ranked: AUC, and attacks that pass where 5 % of the bona fide are refused."]
    for name, attack, count, auc, passing in ranks:
        lines += ["[[ranked]]", f'set = "{name}"', f'kind = "{attack}"', f"photos = {count}"]
        lines += [f"auc = {auc:.4f}", f"apcer_at_bpcer_5 = {passing:.4f}"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    table = samples(arguments.data, arguments.cache)
    score = np.empty(len(table))
    folds = tables.folds(table.group, 5)
    for known, unknown in folds:
        score[unknown] = scores(fit(table.iloc[known]), table.iloc[unknown])
    framed = (table.set == "lfw") & table.native & (table.black > MOST_BLACK)
    print(f"lfw with black corners, {framed.sum()} photos: BPCER {(score[framed] < OPERATING_POINT).mean():.4f}")
    text = text_of(fit(table), table, measured(table, score), ranking(table, score, folds))
    (arguments.tables / "liveness.toml").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
