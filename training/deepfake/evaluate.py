"""Exports the trained networks, measures all on what they never saw, and fits their scale.

    python evaluate.py --data DATA --cache CACHE --run RUN --closer CLOSER --weights models/trained
    python evaluate.py --data DATA --cache CACHE --weights models/trained --tables models/calibration
    python evaluate.py --data DATA --cache CACHE --run RUN --left-out GENERATOR

The first writes faceward-deepfake-1.onnx (of RUN) and faceward-swap-1.onnx (of CLOSER, trained on at 224 pixels). The second
writes models/calibration/deepfake.toml, after heads.py; figures are those of the exported files in OpenVINO, of the first
two averaged over the photo and its mirror image, and "swapped" over both, as in the engine. On the sets on which
faceward-deepfake-2 was fitted whole, figures are those of it alone, by fits without the photo's group. `--conditions` measures as well what
photos go through on their way. The third prints how a network that was trained without one generator does on all of its
photos.
"""

import argparse
import io
import json
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
# Eyes or mouth nearer to the photo's edge, in distances between the eyes: docs/accuracy.md has what was measured.
NEAR_EDGE = 1.2
# Of the genuine photos that the scale is fitted on, each answer alone may call so many forged.
REFUSED = 0.006
RECENT = ("faceward-deepfake-2", 224)
ANSWERS = ("swapped", "generated")
ORDINARY = ("lfw", "utkface", "age_asian", "landmarks68", "pad")


class Shipped:
    """The exported networks as the engine runs them."""

    def __init__(self, folder, weights):
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        self.folder = folder
        files = [f"{name}.onnx" for name, _ in (*NETWORKS, RECENT)]
        self.compiled = [openvino.Core().compile_model(weights / file, "CPU", options) for file in files]

    def __call__(self, crops, rows, change=None):
        """Log-odds of these rows of a set: swapped and generated, and what the recent network says of both, n x 4."""
        both = [seen(network, crops.engine(self.folder, rows, side, change)) for network, (_, side) in zip(self.compiled, NETWORKS)]
        first, second = both
        recent = seen(self.compiled[2], crops.engine(self.folder, rows, RECENT[1], change), mirrored=False)
        return np.c_[(first[:, 0] + second[:, 0]) / 2, first[:, 1], recent]


def seen(compiled, photos, mirrored=True):
    """The log-odds of one network for crops [n, side, side, 3], averaged over each and its mirror image if `mirrored`."""
    odds = []
    for photo in photos:
        planar = photo.transpose(2, 0, 1)[None].astype(np.float32)
        views = (planar, planar[..., ::-1]) if mirrored else (planar,)
        odds.append(sum(compiled([np.ascontiguousarray(view)])[0][0] for view in views) / len(views))
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


# Generator, framing and pipeline of the sets that faceward-deepfake-2 was fitted on.
RECENT_COMPARISONS = {"swaps_live": (("deepfacelive", "dfl"),), "generated2": tuple(
    (generator, f"t2i_{framing}") for generator in ("sdxl", "flux1_schnell") for framing in ("portrait", "wide")
)}  # fmt: skip
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
        "# Scale of faceward-deepfake-1, faceward-swap-1 and faceward-deepfake-2 (recent_*). Written by",
        "# training/deepfake/evaluate.py, which says how.",
        "# score = sigmoid(min over the answers of (offset - slope * log-odds of forgery)); higher is more likely genuine.",
        f'data = "deepfake, {", ".join((*RECENT_COMPARISONS, *ORDINARY))}"',
        f"genuine = {genuine_count}",
        f'date = "{tables.today()}"',
        f"operating_point = {OPERATING_POINT}",
        "# Distances between the eyes; eyes or mouth nearer to the photo's edge: the answer names the reason `near_edge`.",
        f"near_edge = {NEAR_EDGE}",
    ]
    for answer, (slope, offset) in scales.items():
        lines += ["", f"[{answer}]", f"slope = {slope:.4f}", f"offset = {offset:.4f}"]
    lines += ["", "# Errors at the operating point on photos that were neither trained on nor fitted: genuine ones called"]
    lines += ["# forged, forged ones called genuine. swaps_live and generated2: by faceward-deepfake-2 alone, fitted without the"]
    lines += ["# photo's scene, face put in or group."]
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


def exported(arguments):
    """Writes the two trained networks and prints how far the files are from the framework."""
    arguments.weights.mkdir(parents=True, exist_ok=True)
    deepfake = data.load(arguments.data, arguments.cache, "deepfake")
    for run, (name, side) in zip((arguments.run, arguments.closer), NETWORKS):
        model, file = trained(run), arguments.weights / f"{name}.onnx"
        n_bytes = export.written(model, side, file, name)
        sample = np.ascontiguousarray(deepfake.engine(arguments.data, range(32), side).transpose(0, 3, 1, 2))
        print(f"{file}: {n_bytes} bytes, log-odds differ by at most {export.difference(model, file, sample):.4f}")


def ordinary(arguments, network):
    """Of each ordinary set: log-odds of its genuine photos that were not trained on, and which of them fit the scale."""
    genuine = {}
    for name in ORDINARY:
        other = data.load(arguments.data, arguments.cache, name)
        unknown = np.flatnonzero((other.rows.label == "real") & (other.rows.part != "train"))
        # Of a source that is never trained on, half of the groups fit the scale and half are measured.
        fitted = other.rows.part[unknown] == "validation"
        if name in data.UNSEEN_SOURCES and name != "pad":
            fitted = other.rows.group[unknown].map(lambda group: sum(group.encode()) % 2 == 0)
        genuine[name] = (network(other, unknown), fitted.to_numpy())
    return genuine


def by_source(rows, scores):
    """(source, kind, count, share that is wrong at 0.9) for the genuine of each source and the forged of each generator."""
    for kind, mask in [("genuine", rows.label == "real"), *((g, rows.generator == g) for g in sorted(set(rows.generator) - {""}))]:
        for source in sorted(set(rows.source[mask])):
            chosen = (mask & (rows.source == source)).to_numpy()
            wrong = (scores[chosen] < OPERATING_POINT) if kind == "genuine" else (scores[chosen] >= OPERATING_POINT)
            yield source, kind, int(chosen.sum()), float(wrong.mean())


def recent(arguments, scales):
    """Errors and rankings on the sets that faceward-deepfake-2 was fitted on: by it alone, fitted without the photo's group."""
    errors, ranks, stored = [], [], np.load(arguments.cache / "heads.npz")
    for name, comparisons in RECENT_COMPARISONS.items():
        kept = data.load(arguments.data, arguments.cache, name)
        scores = score({answer: scales[answer] for answer in scales if answer.startswith("recent")}, stored[name])
        for pipeline in sorted({pipeline for _, pipeline in comparisons}):
            part = (kept.rows.pipeline == pipeline).to_numpy() & (kept.rows.generator != "dalle3").to_numpy()
            found = list(by_source(kept.rows[part], scores[part]))
            errors += [(f"{source}, {pipeline}", *rest) for source, *rest in found]
        ranks += list(ranking(kept.rows.assign(generator=kept.rows.generator + "/" + kept.rows.pipeline), -scores,
                              [(f"{generator}/{pipeline}", None) for generator, pipeline in comparisons]))  # fmt: skip
    return errors, ranks


def judge(arguments):
    deepfake = data.load(arguments.data, arguments.cache, "deepfake")
    network, rows = Shipped(arguments.data, arguments.weights), deepfake.rows
    test, validation = (np.flatnonzero(rows.part == part) for part in ("test", "validation"))
    genuine = ordinary(arguments, network)
    odds = network(deepfake, validation)
    real = (rows.label[validation] == "real").to_numpy()
    for_fit = [values[fitted] for values, fitted in genuine.values() if fitted.any()] + [odds[real]]
    scales = fit(for_fit, rows.iloc[validation], odds)
    fits = json.loads((arguments.cache / "heads.json").read_text())
    scales |= {f"recent_{answer}": (fits[answer]["slope"], fits[answer]["offset"]) for answer in ANSWERS}

    measured, ranked, part = [], [], rows.iloc[test].reset_index(drop=True)
    for condition, change in CONDITIONS.items() if arguments.conditions else [("as they are", None)]:
        odds = network(deepfake, test, change)
        scores, before = score(scales, odds), score(dict(list(scales.items())[:2]), odds[:, :2])
        print(condition, "by the first two alone", *by_source(part, before), sep="\n")
        found, errors = list(ranking(part, -scores, COMPARISONS)), list(by_source(part, scores))
        print(condition, [(g, s, n, round(a, 4), np.round(ends, 3).tolist()) for g, s, n, a, ends in found], flush=True)
        print(*errors, sep="\n")
        if change is None:
            measured, ranked = errors, found
    for name, (values, fitted) in genuine.items():
        print(name, "by the first two alone", (score(dict(list(scales.items())[:2]), values[~fitted, :2]) < OPERATING_POINT).mean())
        refused = score(scales, values[~fitted]) < OPERATING_POINT
        measured.append((name, "genuine", len(refused), refused.mean()))
    errors, ranks = recent(arguments, scales)
    print(*errors, *ranks, sep="\n")
    write(arguments.tables / "deepfake.toml", scales, sum(len(values) for values in for_fit), measured + errors, ranked + ranks)


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
    for name in ("data", "cache"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    for name in ("run", "closer", "weights", "tables"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--left-out", default=None)
    parser.add_argument("--conditions", action="store_true")
    arguments = parser.parse_args()
    if arguments.left_out:
        left_out(arguments)
    elif arguments.run:
        exported(arguments)
    else:
        judge(arguments)


if __name__ == "__main__":
    main()
