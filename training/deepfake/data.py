"""Which crop belongs to which part: persons, near-duplicates, training and test.

Reads what crops.py kept. DFDC is split by actors, which recur from scene to scene: clusters of the SFace embeddings of
the real crops. Live swaps are split by scene and by the face put in: scenes that share a face stay together. The other
sets are split by person where the set names them, else by near-duplicate.
"""

from dataclasses import dataclass
from pathlib import Path
import sys

import numpy as np
import pandas
from scipy.cluster.hierarchy import fcluster, linkage

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("calibration", "common")]
import crops  # noqa: E402
import faces  # noqa: E402
import tables  # noqa: E402

# Mean cosine distance above which two clusters of DFDC embeddings are different actors. On the safe side: too large
# merges actors, which costs training data; too small would let an actor be on both sides.
ACTOR_DISTANCE = 0.75
TEST, VALIDATION = 0.15, 0.05
# Sets that hold forged photos, and those of them that are too small to keep a part for judging: all is trained on, and
# judged by fits without its group.
FORGED = ("deepfake", "swaps_live", "generated2")
CROSSED = ("swaps_live", "generated2")
# Only to be judged on, never trained on: what the network does to photos of a source that it has never seen.
UNSEEN_SOURCES = ("landmarks68", "pad")


@dataclass
class Crops:
    """Training crops (n x 224 x 224 x 3), boxes (n x 4) and sizes (n x 2) in pixels, and one row of labels for each."""

    name: str
    wide: np.ndarray
    boxes: np.ndarray
    sizes: np.ndarray
    rows: pandas.DataFrame

    def engine(self, folder, rows, side, change=None):
        """The crops that the engine makes of these rows, cut from the photos in `folder`, each altered by `change` first."""
        made = []
        for row in rows:
            photo = faces.read_photo(folder, self.name, self.rows.path[row])
            photo = change(photo) if change else photo
            box = self.boxes[row] * (photo.shape[1] / self.sizes[row][0])
            made.append(crops.cut(photo, *crops.square(photo, box, crops.MARGIN), side))
        return np.array(made)


def load(data, cache, name):
    """A set with the columns label (real, fake), source, generator, pipeline, group, part (train, validation, test)."""
    stored, labels = tables.load(data, cache, name)
    rows = pandas.DataFrame({"path": labels.path})
    rows["source"] = labels.source if name in FORGED else name
    rows["label"] = labels.label.replace({"live": "real", "spoof": "attack"}) if "label" in labels else "real"
    rows["generator"] = labels.generator if "generator" in labels else ""
    rows["pipeline"] = labels.pipeline if "pipeline" in labels else name
    if name == "generated2":
        rows["pipeline"] = "t2i_" + rows.pipeline
    rows["scene"] = labels.group if name == "deepfake" else labels.pair if "pair" in labels else ""
    rows["n_pixels"] = np.max(stored["box"][:, 2:] - stored["box"][:, :2], axis=1)
    rows["group"] = groups(name, rows, labels, stored)
    rows["part"] = parts(name, rows.group)
    # Where the face lies in the training crop: centre and half sides of the box, in shares of its side.
    rows[["x", "y", "w", "h"]] = [place(box, size) for box, size in zip(stored["box"], stored["size"])]
    wide = np.load(Path(cache) / f"{name}.npy", mmap_mode="r")
    return Crops(name, wide, stored["box"], stored["size"], rows)


def place(box, size):
    photo = np.empty((size[1], size[0], 0), np.uint8)
    left, top, side = crops.square(photo, box, crops.TRAINING_MARGIN)
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    return [(centre[0] - left) / side, (centre[1] - top) / side, *(half / side)]


def groups(name, rows, labels, stored):
    """What must not be on both sides of a split."""
    if name == "deepfake":
        duplicates = tables.near_duplicates(stored["hash"])
        group = rows.source + "/" + pandas.Series(duplicates).astype(str)
        swaps = (rows.pipeline == "dfdc").to_numpy()
        group[swaps] = actors(rows[swaps], stored["embedding"][swaps])
        return group
    if name == "swaps_live":
        return "face/" + components(labels.group, labels.celeb_model)
    if "identity" in labels:
        return name + "/" + labels.identity
    if "group" in labels:
        return name + "/" + labels.group
    return name + "/" + pandas.Series(tables.near_duplicates(stored["hash"])).astype(str)


def actors(rows, embeddings):
    """The cluster of each row: of its scene's real crop, by average linkage."""
    real = (rows.label == "real").to_numpy()
    cluster = fcluster(linkage(embeddings[real], "average", metric="cosine"), ACTOR_DISTANCE, "distance")
    of_scene = dict(zip(rows.scene[real], cluster))
    # A fake whose real partner has no visible face is a group of its own.
    return ("actor/" + rows.scene.map(lambda scene: str(of_scene.get(scene, scene)))).to_numpy()


def components(scenes, put_in):
    """The first name of all that hang together: scenes by the faces put in, faces by their scenes."""
    name_of = {name: name for name in {*scenes, *put_in}}
    changed = True
    while changed:
        changed = False
        for pair in set(zip(scenes, put_in)):
            least = min(name_of[name] for name in pair)
            changed |= any(name_of[name] != least for name in pair)
            name_of |= dict.fromkeys(pair, least)
    return scenes.map(name_of)


def parts(name, group):
    """train, validation or test for each row; the same for a group, and the same in every run."""
    if name in UNSEEN_SOURCES or name in CROSSED:
        return np.full(len(group), "test" if name in UNSEEN_SOURCES else "train")
    names = np.array(sorted(set(group)))
    place_of = dict(zip(names, np.random.default_rng(0).permutation(len(names)) / len(names)))
    share = group.map(place_of).to_numpy()
    return np.where(share < TEST, "test", np.where(share < TEST + VALIDATION, "validation", "train"))
