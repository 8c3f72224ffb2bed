"""Cuts the face out of every photo once and keeps what training needs: CACHE/<set>.npz and CACHE/<set>.npy.

    python crops.py --data DATA --models MODELS --cache CACHE deepfake swaps_live generated2 lfw utkface age_asian pad landmarks68

The .npy holds crops of 224 x 224 RGB bytes for training, which cuts smaller ones out of them at random; the .npz holds
the row of the index, the perceptual hash, the box and score of the face, the size of the photo, and of DFDC's real frames
the SFace embedding, which groups them by actor (zeros elsewhere). Photos without a face are left out. Where the index
says where the face is (`box`), it is the detected one that lies there, and both photos of a `pair` are cut alike.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("calibration", "common")]
import faces  # noqa: E402
import harvest  # noqa: E402
import outputs  # noqa: E402

# How much of the photo is seen: a square of this many times the longer side of the face box.
MARGIN = 1.2
# What training sees is a little larger, so that a random crop of it is on average what the engine cuts.
TRAINING_MARGIN = 1.3
TRAINING_SIDE = 224


def square(photo, box, margin):
    """Left, top and side of the square round the face: inside the photo where it fits, never smaller than the face.

    Of `margin` times the longer side of the box; less where the photo is smaller, and shifted into the photo. Only a face
    that the edge cuts, or that is larger than the shorter side of the photo, makes a square that sticks out.
    """
    height, width = photo.shape[:2]
    longest = max(box[2] - box[0], box[3] - box[1])
    side = min(margin * longest, max(longest, min(width, height)))
    corner = (box[:2] + box[2:] - side) / 2
    room = np.array([width, height]) - side
    # A face that the edge cuts stays where whole faces lie; its mirror image fills the rest.
    is_cut = (box[:2] < 0) | (box[2:] > [width, height])
    inside = np.where(is_cut, corner, np.clip(corner, 0, np.maximum(room, 0)))
    corner = np.where(room > 0, inside, room / 2)
    return corner[0], corner[1], side


def cut(photo, left, top, side, length):
    """The square at `length` x `length`, antialiased; what lies outside of the photo is its mirror image, never black."""
    height, width = photo.shape[:2]
    pad = max(0, int(np.ceil(max(-left, -top, left + side - width, top + side - height))))
    if pad:
        photo = cv2.copyMakeBorder(photo, pad, pad, pad, pad, cv2.BORDER_REFLECT_101)
        left, top = left + pad, top + pad
    return faces.convolved(photo, (left, top, left + side, top + side), length, length)


def embedding(networks, photo, face):
    """The SFace embedding, normalised: 128 numbers."""
    linear, shift = faces.similarity(faces.ARCFACE, face.points)
    chip = faces.warped(photo, linear, shift, 112)
    vector = networks.run("sface.onnx", chip.transpose(2, 0, 1)[None])[0].ravel()
    return vector / np.linalg.norm(vector)


def overlap(a, b):
    """Intersection over union of two boxes."""
    common = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
    return common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common)


def found(networks, photo, label):
    """The face that the label means: the one in its `box`, where it has one, else the largest; or None."""
    if not label.get("box"):
        return faces.detect(networks, photo)
    wanted = np.array(label["box"].split(), float)
    wanted = np.r_[wanted[:2], wanted[:2] + wanted[2:]]
    face = max(faces.detect_all(networks, photo), key=lambda face: overlap(face.box, wanted), default=None)
    return face if face is not None and overlap(face.box, wanted) > 0.3 else None


def cut_alike(index, rows, photos):
    """Both photos of a pair get the box of the real one: no framing may tell them apart."""
    box_of = {index.pair[r["row"]]: r["box"] for r in rows if index.label[r["row"]] == "real"}
    for row in rows:
        row["box"] = box_of.get(index.pair[row["row"]], row["box"])
    return [cut(photo, *square(photo, row["box"], TRAINING_MARGIN), TRAINING_SIDE) for row, photo in zip(rows, photos)]


def main():
    arguments, networks = harvest.asked(__doc__)
    for name in arguments.sets:
        index, rows, crops, photos = faces.index_of(arguments.data, name), [], [], []
        for row, label in enumerate(index.to_dict("records")):
            photo = faces.read_photo(arguments.data, name, label["path"])
            face = found(networks, photo, label)
            if face is None:
                continue
            crops.append(cut(photo, *square(photo, face.box, TRAINING_MARGIN), TRAINING_SIDE))
            actor = label.get("pipeline") == "dfdc" and label["label"] == "real"
            rows.append({
                "row": row,
                "hash": outputs.difference_hash(photo),
                "embedding": embedding(networks, photo, face) if actor else np.zeros(128, np.float32),
                "score": face.score,
                "box": face.box,
                "size": photo.shape[1::-1],
            })  # fmt: skip
            photos += [photo] if "pair" in index else []
        if photos:
            crops = cut_alike(index, rows, photos)
        np.save(arguments.cache / f"{name}.npy", np.array(crops))
        harvest.keep(arguments.cache, name, rows, len(index))


if __name__ == "__main__":
    main()
