"""Labelled photos, the detector and the crops, as the engine makes them.

Coordinates are pixels of the photo with pixel centres at .5. Photos are RGB arrays of height x width x 3 bytes.
The engine is the reference: whoever changes a crop there changes it here.
"""

import functools
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import openvino
import pandas
from PIL import Image

# Where the five points (eyes, nose, mouth corners; image-left first) lie on ArcFace's chip of 112 pixels, which SFace sees too.
ARCFACE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


@dataclass
class Face:
    """What the detector says: box (left, top, right, bottom), five points, score."""

    box: np.ndarray
    points: np.ndarray
    score: float


def index_of(data, name):
    """The labels of the set `name` in the folder `data`, one row a photo."""
    return pandas.read_csv(Path(data) / name / "index.csv", keep_default_na=False)


def read_photo(data, name, path):
    """A photo of a set, RGB."""
    return np.asarray(Image.open(Path(data) / name / path).convert("RGB"))


class Networks:
    """Networks by file name, wherever below `folder` they lie; computed on one thread, the detector in f32 whatever the others."""

    def __init__(self, folder, precision="f32"):
        self.folder, self.precision = Path(folder), precision
        self.core = openvino.Core()

    @functools.cache
    def load(self, file, shape=None):
        found = next(self.folder.rglob(f"*-{file}"), None)
        if found is None:
            raise FileNotFoundError(f"{file} is not below {self.folder}: run `faceward models fetch`")
        model = self.core.read_model(found)
        if shape:
            model.reshape(list(shape))
        precision = "f32" if "yunet" in file else self.precision
        options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1}
        return self.core.compile_model(model, "CPU", options).create_infer_request()

    def run(self, file, tensor, shape=None):
        """Every output of the network for one input tensor."""
        request = self.load(file, shape)
        request.infer([np.ascontiguousarray(tensor, dtype=np.float32)])
        return [request.get_output_tensor(i).data.copy() for i in range(len(request.model_outputs))]


# ---- Crops


def convolved(photo, box, width, height):
    """The part of the photo under `box` at another size: triangle filter, antialiased."""
    image = Image.fromarray(photo).resize((width, height), Image.BILINEAR, box=tuple(map(float, box)))
    return np.asarray(image)


def warped(photo, linear, shift, side, border=cv2.BORDER_CONSTANT):
    """A square chip; `linear` @ chip position + `shift` is the place in the photo. Black outside unless told otherwise."""
    scale = math.sqrt(abs(np.linalg.det(linear)))
    if scale > 1.5:
        corners = np.array([[0, 0], [side, 0], [0, side], [side, side]]) @ linear.T + shift
        size = np.array(photo.shape[1::-1])
        low = np.clip(np.floor(corners.min(0)) - 1, 0, size)
        high = np.clip(np.ceil(corners.max(0)) + 1, 0, size)
        width, height = (max(1, round(length / scale)) for length in high - low)
        photo = convolved(photo, (*low, *high), width, height)
        shrink = np.array([width, height]) / (high - low)
        linear, shift = linear * shrink[:, None], (shift - low) * shrink
    matrix = np.c_[linear, shift - 0.5 + linear @ [0.5, 0.5]]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    chip = cv2.warpAffine(photo.astype(np.float32), matrix, (side, side), flags=flags, borderMode=border)
    return np.rint(chip).astype(np.uint8)


def levelled_square(photo, centre, length, along, side):
    """A square of `length` pixels round `centre`, upright on the direction `along`, and its map back."""
    cos, sin = along / np.linalg.norm(along)
    linear = np.array([[cos, -sin], [sin, cos]]) * length / side
    shift = centre - linear @ [side / 2, side / 2]
    return warped(photo, linear, shift, side), linear, shift


# ---- Detector


def detect(networks, photo):
    """The largest face, or None."""
    return max(detect_all(networks, photo), key=lambda f: np.prod(f.box[2:] - f.box[:2]), default=None)


def detect_all(networks, photo):
    """Every face. The longer side is 320 pixels for small photos, 640 for others."""
    longest = max(photo.shape[:2])
    side = 320 if longest <= 400 else 640
    faces = _detect(networks, photo, side)
    if not faces:
        margin = int(0.35 * longest)
        padded = cv2.copyMakeBorder(photo, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
        faces = [Face(f.box - margin, f.points - margin, f.score) for f in _detect(networks, padded, side)]
    return faces


def _detect(networks, photo, side, least_score=0.6):
    scale = side / max(photo.shape[:2])
    height, width = (max(1, round(length * scale)) for length in photo.shape[:2])
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[:height, :width] = convolved(photo, (0, 0, photo.shape[1], photo.shape[0]), width, height)
    tensor = canvas[None, :, :, ::-1].transpose(0, 3, 1, 2)
    outputs = networks.run("yunet-2023mar.onnx", tensor, (1, 3, side, side))
    found = []
    for level, stride in enumerate((8, 16, 32)):
        scores = np.sqrt(np.clip(outputs[level][0, :, 0], 0, 1) * np.clip(outputs[3 + level][0, :, 0], 0, 1))
        boxes, points = outputs[6 + level][0], outputs[9 + level][0].reshape(-1, 5, 2)
        for cell in np.flatnonzero(scores > least_score):
            corner = np.array([cell % (side // stride), cell // (side // stride)])
            centre, size = (corner + boxes[cell, :2]) * stride, np.exp(boxes[cell, 2:]) * stride
            box = np.r_[centre - size / 2, centre + size / 2] / scale
            found.append(Face(box, (points[cell] + corner) * stride / scale, float(scores[cell])))
    kept = []
    for face in sorted(found, key=lambda f: -f.score):
        if all(_overlap(face.box, other.box) < 0.3 for other in kept):
            kept.append(face)
    return kept


def _overlap(a, b):
    common = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
    return common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common)


# ---- Networks on faces


def mesh(networks, photo, face):
    """478 points (x, y in the photo, depth in pixels) and the log-odds of a face being there."""
    centre, size = (face.box[:2] + face.box[2:]) / 2, face.box[2:] - face.box[:2]
    chip, linear, shift = levelled_square(photo, centre, 1.4 * size.max(), face.points[1] - face.points[0], 256)
    outputs = networks.run("face_landmarks_detector.tflite", chip[None] / 255, (1, 256, 256, 3))
    points = outputs[0].reshape(478, 3)
    scale = math.sqrt(abs(np.linalg.det(linear)))
    return np.c_[points[:, :2] @ linear.T + shift, points[:, 2] * scale], float(outputs[1].ravel()[0])


def surroundings(photo, box, most):
    """The box `most` times as large, smaller where the photo ends, shifted into the photo; and that factor."""
    height, width = photo.shape[:2]
    size = box[2:] - box[:2]
    factor = min((width - 1) / size[0], (height - 1) / size[1], most)
    low = (box[:2] + box[2:] - size * factor) / 2
    low = np.clip(low, 0, [width - 1, height - 1] - size * factor)
    high = np.minimum(np.floor(low + size * factor) + 1, [width, height])
    return np.r_[np.maximum(np.floor(low), 0), high], factor


def liveness_chip(photo, box, side):
    """Bilinear as in OpenCV, from a copy of at most four times the side: aliasing as in training, no more."""
    width, height = (box[2:] - box[:2]).astype(int)
    shrink = min(1, 4 * side / max(width, height))
    seen = convolved(photo, box, max(1, round(width * shrink)), max(1, round(height * shrink)))
    return cv2.resize(seen, (side, side), interpolation=cv2.INTER_LINEAR)


def liveness_outputs(networks, photo, face, most=2.7):
    """Outputs of fr-liveness, outputs of minifasnet-2.7, factor of the surroundings: 7 numbers."""
    box, factor = surroundings(photo, face.box, most)
    planar = liveness_chip(photo, box, 128)[None, :, :, ::-1].transpose(0, 3, 1, 2)
    first = networks.run("fr_liveness.onnx", planar)[0].ravel()
    second = networks.run("anti_spoof.tflite", liveness_chip(photo, box, 80)[None, :, :, ::-1])[0].ravel()
    return np.r_[first, second, factor]


# The points that the blendshapes network takes, in its order.
BLENDSHAPE_POINTS = [
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478),
]  # fmt: skip
# Corners of the image-left and of the image-right eye, outer first.
EYES = ((33, 133), (263, 362))


def eye_line(points):
    """Unit vector from the image-left to the image-right eye of a mesh."""
    left, right = (points[list(corners), :2].mean(0) for corners in EYES)
    return (right - left) / np.linalg.norm(right - left)


def blendshapes(networks, points):
    """52 coefficients from a mesh, turned so that its eyes are level."""
    cos, sin = eye_line(points)
    level = points[BLENDSHAPE_POINTS, :2] @ np.array([[cos, -sin], [sin, cos]])
    return networks.run("face_blendshapes.tflite", level[None])[0].ravel()


# dlib's five points (eye corners: image-right outer, inner, image-left outer, inner; base of the nose) in a chip whose
# face has no padding, from its get_face_chip_details; and the mesh points that stand for them.
DLIB_POINTS = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
DLIB_MESH_POINTS = [263, 362, 33, 133, 2]


def gender_output(networks, photo, points):
    """Probability of male by gender-v1, on a 32 px chip with padding 0.2."""
    chip_points = (DLIB_POINTS + 0.2) / 1.4 * 32
    linear, shift = similarity(chip_points, points[DLIB_MESH_POINTS, :2])
    chip = warped(photo, linear, shift, 32)
    tensor = (chip - np.array([122.782, 117.001, 104.298])) / 256
    return networks.run("gender-v1.onnx", tensor.transpose(2, 0, 1)[None], (1, 3, 32, 32))[0].ravel()[1]


def similarity(source, target):
    """The similarity that takes `source` closest to `target` (Umeyama 1991): target = linear @ source + shift."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    centred = source - source_mean
    u, values, vt = np.linalg.svd((target - target_mean).T @ centred)
    signs = np.array([1, np.sign(np.linalg.det(u @ vt))])
    linear = u @ np.diag(signs) @ vt * (values * signs).sum() / (centred**2).sum()
    return linear, target_mean - linear @ source_mean
