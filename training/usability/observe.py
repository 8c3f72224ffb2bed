"""Runs the engine's networks over photos, as they are and changed, and keeps what they say: CACHE/<part>-<number>.npz.

    python observe.py --data DATA --models MODELS --cache CACHE [--pictures PICTURES] alike|people|photos|art

alike: two photos of persons of lfw and one of others, in every kind of kinds.py, several strengths of each, the same for all photos:
who picks both photos ruins them alike. What the similarity is fitted to.
people: the same photos, the strength drawn for each photo: what the floor is fitted to.
photos: ordinary photos of every set. art: photos through every filter of art.py, faces drawn and shaped there, and PICTURES,
drawings that a package carries (pictures.py). What is there already is not made again.
"""

import argparse
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "calibration"), str(HERE.parent / "attributes")]
import art  # noqa: E402
import chips  # noqa: E402
import faces  # noqa: E402
import fit_embedding  # noqa: E402
import kinds  # noqa: E402

# Pixels beside the face chip in which training moves.
MARGIN = 8
SHARD = 300
# Photos of each set that `photos` and `art` take.
ORDINARY = {"utkface": 1000, "utk_more": 250, "age_asian": 450, "mask": 300, "eyes_faces": 300, "deepfake": 400, "pad": 60, "pad_casia": 100, "landmarks68": 150, "lfw": 500}
TURNED_TO_ART = {"utkface": 90, "age_asian": 40, "mask": 20, "deepfake": 60, "lfw": 60}
PAIRED, SINGLE = 130, 110
VECTOR_FACES, STATUES = 700, 450
# Persons with two photos and with one that `alike` takes. None of the persons on which `faceward eval` judges.
ALIKE = (25, 45)
# Strengths of each kind, and of those that have a direction or a length that no other strength stands for.
STRENGTHS, MORE_STRENGTHS = 8, {"motion": 48, "waves": 24, "median": 12, "disc": 12, "gauss": 12}
JUDGED = HERE.parents[1] / "docs" / "judged" / "lfw_few.csv"


def seed(*parts):
    return zlib.crc32("/".join(map(str, parts)).encode())


def look(networks, photo, embedded=2):
    """What is kept of the largest face, or None. `embedded`: how many of the face and its mirror image are embedded."""
    photo = np.ascontiguousarray(photo)
    face = faces.detect(networks, photo)
    if face is None or min(face.box[2:] - face.box[:2]) < 16:
        return None
    points, presence = faces.mesh(networks, photo, face)
    near = fit_embedding.refined_points(networks, photo, face)
    kept = {"score": face.score, "box": face.box, "presence": presence, "chip": chips.face_chip(photo, near, MARGIN)}
    kept["mesh"] = points.astype(np.float32)
    inner = np.ascontiguousarray(kept["chip"][MARGIN:-MARGIN, MARGIN:-MARGIN])
    planar = (inner.transpose(2, 0, 1)[None].astype(np.float32) - 127) / 128
    kept["attributes"] = networks.run("face-attributes-1.onnx", planar)[0].ravel()
    chip = fit_embedding.aligned(photo, fit_embedding.halfway(near, points[fit_embedding.MESH_POINTS, :2], OFFSETS))
    kept["grey"] = np.array([(chip @ kinds.GREY).mean(), (chip @ kinds.GREY).std()])
    views = [chip, np.ascontiguousarray(chip[:, ::-1])][:embedded]
    kept["raw"] = np.array([chips.raw_embeddings(networks, view) for view in views] + [np.zeros(640)] * (2 - embedded), np.float32)
    return kept


OFFSETS = np.array([[0.46, 0.34], [0.05, 0.49], [0.14, 2.64], [0.15, 0.65], [-0.06, 0.7]])


def of_identities(data, n_paired=PAIRED, n_single=SINGLE, without=frozenset()):
    """Photos of lfw: two of each of `n_paired` persons, one of each of `n_single` others."""
    index = faces.index_of(data, "lfw")
    index = index[[seed(name) % 2 == 0 and name not in without for name in index.identity]]
    grouped = sorted(((seed("person", name), name, rows.path.tolist()) for name, rows in index.groupby("identity")))
    several = [(name, paths[:2]) for _, name, paths in grouped if len(paths) > 1][:n_paired]
    alone = [(name, paths[:1]) for _, name, paths in grouped if len(paths) == 1][:n_single]
    mixed = [pair for both in zip(several, alone + [None] * len(several)) for pair in both if pair]
    return [("lfw", path, name) for name, paths in mixed for path in paths]


def of_sets(data, counts):
    """Photos of the sets, genuine ones only, in an order that mixes them."""
    found = []
    for name, count in counts.items():
        index = faces.index_of(data, name)
        if "label" in index and name in ("deepfake", "pad", "pad_casia"):
            index = index[index.label.isin(["real", "live"])]
        if "flag" in index:
            index = index[index.flag != "artwork"]
        paths = sorted(index.path, key=lambda path: seed("ordinary", name, path))[:count]
        found += [(seed("mix", name, path), (name, path, path)) for path in paths]
    return [entry for _, entry in sorted(found)]


def work(arguments):
    """(set, path, identity, kind) of everything to look at, in an order whose beginning is a fair sample."""
    if arguments.part == "alike":
        without = frozenset(pd.read_csv(JUDGED).identity)
        chosen = of_identities(arguments.data, *ALIKE, without)
        ways = [f"{kind}:{strength}" for kind in kinds.KINDS for strength in range(MORE_STRENGTHS.get(kind, STRENGTHS))]
        return [(*entry, way) for entry in chosen for way in ["as_is", *ways]]
    if arguments.part == "people":
        return [(*entry, kind) for entry in of_identities(arguments.data) for kind in ["as_is", *kinds.KINDS]]
    if arguments.part == "photos":
        return [(*entry, "as_is") for entry in of_sets(arguments.data, ORDINARY)]
    filters = [kind.__name__ for some in art.FILTERS.values() for kind in some]
    chosen = [(*entry, kind) for entry in of_sets(arguments.data, TURNED_TO_ART) for kind in filters]
    made = [("made", str(i), str(i), "vector_face") for i in range(VECTOR_FACES)] + [("made", str(i), str(i), "statue") for i in range(STATUES)]
    pictures = sorted(arguments.pictures.glob("*/*.png")) if arguments.pictures else []
    made += [("pictures", str(path), path.stem, path.parent.name) for path in pictures]
    return sorted(chosen + made, key=lambda entry: seed("order", entry[1], entry[3]) if entry[0] != "x" else 0)


class Maker:
    def __init__(self, arguments, networks):
        self.data, self.networks, self.boxes, self.meshes = arguments.data, networks, {}, []

    def original(self, name, path):
        """The photo and its face's box; None without a face."""
        photo = faces.read_photo(self.data, name, path)
        if (name, path) not in self.boxes:
            if len(self.boxes) > 2000:
                self.boxes.clear()
            face = faces.detect(self.networks, photo)
            self.boxes[name, path] = None if face is None else np.r_[face.box[:2], face.box[2:] - face.box[:2]]
        return photo, self.boxes[name, path]

    def picture(self, name, path, kind):
        kind, _, strength = kind.partition(":")
        # A strength with a number is the same on every photo.
        random = np.random.default_rng(seed(kind, strength) if strength else seed(name, path, kind))
        if kind == "vector_face":
            return art.vector_face(random, int(random.integers(120, 400)))
        if kind == "statue":
            return art.statue(random, self.shape(random), int(random.integers(140, 360)))
        if name == "pictures":
            return cv2.imread(path)[..., ::-1]
        photo, box = self.original(name, path)
        if kind == "as_is":
            return photo
        if box is None:
            return None
        change = kinds.KINDS.get(kind) or getattr(art, kind)
        return change(photo, box, random)

    def shape(self, random):
        if not self.meshes:
            for name, path, _ in of_sets(self.data, {"utkface": 40, "lfw": 40}):
                photo = faces.read_photo(self.data, name, path)
                face = faces.detect(self.networks, photo)
                if face is not None:
                    self.meshes.append(faces.mesh(self.networks, photo, face)[0])
        return self.meshes[random.integers(len(self.meshes))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "models", "cache"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--share", default="0/1", help="K/N: only every N-th shard, from the K-th on")
    parser.add_argument("part", choices=["alike", "people", "photos", "art"])
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    # Three times as fast here, where the processor has it.
    networks = faces.Networks(arguments.models, "bf16")
    maker, todo = Maker(arguments, networks), work(arguments)
    arguments.cache.mkdir(parents=True, exist_ok=True)
    first, step = map(int, arguments.share.split("/"))
    for start in range(first * SHARD, len(todo), step * SHARD):
        path = arguments.cache / f"{arguments.part}-{start // SHARD:04}.npz"
        if path.exists():
            continue
        rows = []
        for name, photo_path, identity, kind in todo[start : start + SHARD]:
            picture = maker.picture(name, photo_path, kind)
            found = None if picture is None else look(networks, picture, 1 if arguments.part == "art" else 2)
            rows.append({"set": name, "path": photo_path, "identity": identity, "kind": kind, "found": found is not None} | (found or {}))
        known = next((row for row in rows if row["found"]), None)
        blank = {key: np.zeros_like(value) for key, value in known.items() if key not in rows[0] or True} if known else {}
        columns = {key: np.array([row.get(key, blank.get(key)) for row in rows]) for key in (known or rows[0])}
        np.savez(path.with_suffix(".tmp.npz"), **columns)
        path.with_suffix(".tmp.npz").rename(path)
        print(f"{path.name}: {sum(row['found'] for row in rows)} of {len(rows)}", flush=True)


if __name__ == "__main__":
    main()
