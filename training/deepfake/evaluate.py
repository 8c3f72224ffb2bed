"""Exports the trained networks, measures them on what they never saw, and fits their scale.

    python evaluate.py --data DATA --cache CACHE --run RUN --closer CLOSER --weights models/trained --tables models/calibration
    python evaluate.py --data DATA --cache CACHE --run RUN --left-out GENERATOR

The first writes faceward-deepfake-1.onnx (of RUN) and faceward-swap-1.onnx (of CLOSER, trained on at 224 pixels) and
models/calibration/deepfake.toml; figures are those of the exported files in OpenVINO, averaged over the photo and its
mirror image, and "swapped" over both networks, as in the engine. The second prints how a network that was trained without
one generator does on all of its photos.
"""

import argparse
import io
from pathlib import Path

import numpy as np
import openvino
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression

import data  # puts the shared folders on the path
import export
import tables
from network import N_FACE, N_TEXTURE, TEXTURE_BLOCK, Detector, predict

# Of both networks: name, and side of what it sees. The second knows swaps better, the first generated faces.
NETWORKS = (("faceward-deepfake-1", 160), ("faceward-swap-1", 224))
OPERATING_POINT = 0.9
# Of the genuine photos that the scale is fitted on, each answer alone may call so many forged.
REFUSED = 0.006
ANSWERS = ("swapped", "generated")
ORDINARY = ("lfw", "utkface", "age_asian", "landmarks68", "pad")


class Shipped:
    """The exported networks as the engine runs them."""

    def __init__(self, folder, weights):
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        self.folder = folder
        self.compiled = [openvino.Core().compile_model(weights / f"{name}.onnx", "CPU", options) for name, _ in NETWORKS]

    def __call__(self, crops, rows, change=None):
        """Log-odds of swapped and generated, n x 2, of these rows of a set."""
        both = [seen(network, crops.engine(self.folder, rows, side, change)) for network, (_, side) in zip(self.compiled, NETWORKS)]
        first, second = both
        return np.c_[(first[:, 0] + second[:, 0]) / 2, first[:, 1]]


def seen(compiled, photos):
    """The log-odds of one network for crops [n, side, side, 3], averaged over each and its mirror image."""
    odds = []
    for photo in photos:
        planar = photo.transpose(2, 0, 1)[None].astype(np.float32)
        odds.append(sum(compiled([np.ascontiguousarray(p)])[0][0] for p in (planar, planar[..., ::-1])) / 2)
    return np.array(odds)


# ---- What happens to photos on their way


def recompressed(quality):
    def change(photo):
        buffer = io.BytesIO()
        Image.fromarray(photo).save(buffer, "JPEG", quality=quality)
        return np.asarray(Image.open(buffer))

    return change


def resized(factor, back=True):
    def change(photo):
        height, width = photo.shape[:2]
        size = (round(width * factor), round(height * factor))
        small = Image.fromarray(photo).resize(size, Image.BICUBIC)
        return np.asarray(small.resize((width, height), Image.BICUBIC) if back else small)

    return change


def screenshot(photo):
    """Shown larger by a viewer, captured, sent on as a JPEG by a messenger that shrinks it."""
    shown = resized(1.7, back=False)(photo)
    return resized(1 / 1.7, back=False)(recompressed(80)(shown))


CONDITIONS = {
    "as they are": None,
    "JPEG 95": recompressed(95),
    "JPEG 85": recompressed(85),
    "JPEG 70": recompressed(70),
    "halved and enlarged": resized(0.5),
    "screenshot": screenshot,
}


# ---- Figures


def interval(values, forged, groups, rounds=500):
    """95 % of the AUC of `values` over resampled groups; `forged` says which are forged."""
    rng, found = np.random.default_rng(0), []
    names, inverse = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(inverse == place) for place in range(len(names))]
    for _ in range(rounds):
        rows = np.concatenate([members[place] for place in rng.integers(len(names), size=len(names))])
        if forged[rows].any() and not forged[rows].all():
            found.append(tables.auc(values[rows][forged[rows]], values[rows][~forged[rows]]))
    return np.quantile(found, [0.025, 0.975])


def against(rows, generator, source=None):
    """Forged photos of a generator and the genuine ones that they are compared with: of its pipeline, or of a source."""
    fake = (rows.generator == generator).to_numpy()
    pipeline = rows.pipeline[fake].iloc[0]
    real = ((rows.label == "real") & (rows.pipeline == pipeline)).to_numpy()
    return fake, real & (rows.source == source).to_numpy() if source else real


def ranking(rows, values, comparisons):
    """One row a comparison: generator, against, count, AUC, interval."""
    for generator, source in comparisons:
        fake, real = against(rows, generator, source)
        both = fake | real
        ends = interval(values[both], fake[both], rows.group.to_numpy()[both])
        auc = tables.auc(values[fake], values[real])
        yield generator, source or rows.pipeline[fake].iloc[0], int(fake.sum()), auc, ends


COMPARISONS = [("dfdc_swap", None)] + [
    (generator, source)
    for generator in ("stylegan2_studio", "stable_diffusion_2_1", "stylegan_ffhq")
    for source in (None, "ffhq")
]


# ---- Scale


def fit(genuine, deepfake_rows, odds):
    """Slope and offset of each answer: 0.9 where few genuine photos are refused, slope by logistic regression.

    `genuine`: log-odds of genuine photos of each source, none of them trained on.
    """
    scales = {}
    for place, answer in enumerate(ANSWERS):
        forged = (deepfake_rows.label == "fake") & ((deepfake_rows.pipeline == "dfdc") == (place == 0))
        used = (forged | (deepfake_rows.label == "real")).to_numpy()
        model = LogisticRegression(C=1e3, class_weight="balanced").fit(odds[used, place, None], forged[used])
        slope = float(model.coef_[0, 0])
        limit = max(np.quantile(values[:, place], 1 - REFUSED) for values in genuine)
        scales[answer] = (slope, float(np.log(OPERATING_POINT / (1 - OPERATING_POINT)) + slope * limit))
    return scales


def score(scales, odds):
    """The engine's score: 0 forged to 1 genuine."""
    worse = np.min([offset - slope * odds[:, place] for place, (slope, offset) in enumerate(scales.values())], axis=0)
    return 1 / (1 + np.exp(-worse))


def write(path, scales, genuine_count, measured, ranked):
    lines = [
        "# Scale of faceward-deepfake-1 and faceward-swap-1. Written by training/deepfake/evaluate.py, which says how.",
        "# score = sigmoid(min over the answers of (offset - slope * log-odds of forgery)); higher is more likely genuine.",
        f'data = "deepfake, {", ".join(ORDINARY)}"',
        f"genuine = {genuine_count}",
        f'date = "{tables.today()}"',
        f"operating_point = {OPERATING_POINT}",
    ]
    for answer, (slope, offset) in scales.items():
        lines += ["", f"[{answer}]", f"slope = {slope:.4f}", f"offset = {offset:.4f}"]
    lines += ["", "# Errors at the operating point on photos that were neither trained on nor fitted: genuine ones called"]
    lines += ["# forged, forged ones called genuine."]
    for name, kind, count, error in measured:
        lines += ["[[measured]]", f'set = "{name}"', f'kind = "{kind}"', f"photos = {count}", f"error = {error:.4f}"]
    lines += ["", "# Ranking of photos that were not trained on, with 95 % intervals over actors or photos."]
    for generator, source, count, auc, ends in ranked:
        lines += ["[[ranked]]", f'generator = "{generator}"', f'against = "{source}"', f"photos = {count}"]
        lines += [f"auc = {auc:.4f}", f"interval = [{ends[0]:.4f}, {ends[1]:.4f}]"]
    path.write_text("\n".join(lines) + "\n")


def trained(run):
    """The averaged network of a run, whichever of its forms it has."""
    state = torch.load(run / "checkpoint.pt", weights_only=False, map_location="cpu")["average"]
    short = not any(name.startswith(f"blocks.{TEXTURE_BLOCK + 1}.") for name in state)
    n_features = N_TEXTURE + (0 if short else N_FACE)
    build = {"last_block": TEXTURE_BLOCK} if short else {}
    model = Detector(pretrained=False, inside_out=state["head.weight"].shape[1] > n_features, **build)
    model.load_state_dict(state)
    return model.eval()


def judge(arguments):
    arguments.weights.mkdir(parents=True, exist_ok=True)
    deepfake = data.load(arguments.data, arguments.cache, "deepfake")
    for run, (name, side) in zip((arguments.run, arguments.closer), NETWORKS):
        model, file = trained(run), arguments.weights / f"{name}.onnx"
        n_bytes = export.written(model, side, file, name)
        sample = np.ascontiguousarray(deepfake.engine(arguments.data, range(32), side).transpose(0, 3, 1, 2))
        print(f"{file}: {n_bytes} bytes, log-odds differ by at most {export.difference(model, file, sample):.4f}")
    network, rows = Shipped(arguments.data, arguments.weights), deepfake.rows
    test, validation = (np.flatnonzero(rows.part == part) for part in ("test", "validation"))

    genuine = {}
    for name in ORDINARY:
        other = data.load(arguments.data, arguments.cache, name)
        unknown = np.flatnonzero((other.rows.label == "real") & (other.rows.part != "train"))
        # Of a source that is never trained on, half of the groups fit the scale and half are measured.
        fitted = other.rows.part[unknown] == "validation"
        if name in data.UNSEEN_SOURCES and name != "pad":
            fitted = other.rows.group[unknown].map(lambda group: sum(group.encode()) % 2 == 0)
        genuine[name] = (network(other, unknown), fitted.to_numpy())
    odds = network(deepfake, validation)
    real = (rows.label[validation] == "real").to_numpy()
    for_fit = [values[fitted] for values, fitted in genuine.values() if fitted.any()] + [odds[real]]
    scales = fit(for_fit, rows.iloc[validation], odds)

    measured, ranked = [], []
    for condition, change in CONDITIONS.items():
        odds = network(deepfake, test, change)
        part, values = rows.iloc[test].reset_index(drop=True), -score(scales, odds)
        found = list(ranking(part, values, COMPARISONS))
        print(condition, [(g, s, n, round(a, 4), np.round(ends, 3).tolist()) for g, s, n, a, ends in found], flush=True)
        own = {g: round(tables.auc(odds[f, int(g != "dfdc_swap")], odds[r, int(g != "dfdc_swap")]), 4)
               for g in ("dfdc_swap", "stylegan2_studio", "stable_diffusion_2_1", "stylegan_ffhq")
               for f, r in [against(part, g)]}  # fmt: skip
        print("  by its own answer alone", own)
        for kind, mask in [("genuine", part.label == "real"), *((g, part.generator == g) for g in set(part.generator) - {""})]:
            for source in sorted(set(part.source[mask])):
                chosen = (mask & (part.source == source)).to_numpy()
                wrong = (values[chosen] > -OPERATING_POINT) if kind == "genuine" else (values[chosen] <= -OPERATING_POINT)
                print("  ", kind, source, int(chosen.sum()), "wrong at 0.9:", round(float(wrong.mean()), 4))
                if change is None:
                    measured.append((source, kind, int(chosen.sum()), wrong.mean()))
        if change is None:
            ranked = found
    for name, (values, fitted) in genuine.items():
        refused = score(scales, values[~fitted]) < OPERATING_POINT
        print("genuine", name, len(refused), "refused:", round(float(refused.mean()), 4))
        measured.append((name, "genuine", len(refused), refused.mean()))
    count = sum(len(values) for values in for_fit)
    write(arguments.tables / "deepfake.toml", scales, count, measured, ranked)


def left_out(arguments):
    """All photos of a generator that was not trained on, against the test part of the genuine portraits."""
    deepfake = data.load(arguments.data, arguments.cache, "deepfake")
    rows = deepfake.rows
    unknown = (rows.generator == arguments.left_out) | ((rows.label == "real") & (rows.part == "test"))
    chosen = np.flatnonzero(unknown & (rows.pipeline == "portrait"))
    model, exact = trained(arguments.run), deepfake.engine(arguments.data, chosen, NETWORKS[0][1])
    values = (predict(model, exact) + predict(model, exact[:, :, ::-1]))[:, 1] / 2
    part = rows.iloc[chosen].reset_index(drop=True)
    for source in (None, "ffhq"):
        for generator, name, count, auc, ends in ranking(part, values, [(arguments.left_out, source)]):
            print(f"left out {generator} against {name}: {count} photos, AUC {auc:.4f} {np.round(ends, 3).tolist()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "run"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    for name in ("closer", "weights", "tables"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--left-out", default=None)
    arguments = parser.parse_args()
    left_out(arguments) if arguments.left_out else judge(arguments)


if __name__ == "__main__":
    main()
