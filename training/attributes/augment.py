"""Photos as other cameras and other senders would have made them, and things that cover a face."""

import cv2
import numpy as np


def shaken(chip, random, side, scale=0.12, degrees=12, shift=6):
    """The middle of `chip` at `side` pixels: turned, scaled, moved and mirrored a little; and the map to it."""
    angle, zoom = random.uniform(-degrees, degrees), np.exp(random.uniform(-scale, scale))
    matrix = cv2.getRotationMatrix2D((chip.shape[1] / 2, chip.shape[0] / 2), angle, zoom)
    matrix[:, 2] += (side - np.array(chip.shape[1::-1])) / 2 + random.uniform(-shift, shift, 2)
    seen = cv2.warpAffine(chip, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return seen[:, ::-1] if random.random() < 0.5 else seen


def tightened(chip, random):
    """As if the photo ended near the face: what lies outside is mirrored."""
    side = chip.shape[0]
    low, high = random.uniform(0, 0.14, 2) * side, side - random.uniform(0, 0.14, 2) * side
    (left, top), (right, bottom) = low.astype(int), high.astype(int)
    inside = chip[top:bottom, left:right]
    return cv2.copyMakeBorder(inside, top, side - bottom, left, side - right, cv2.BORDER_REFLECT_101)


def recorded(chip, random, strength=1.0):
    """Another camera: light, colour, focus, noise, size and compression."""
    image = chip.astype(np.float32)
    if random.random() < 0.8:
        image = 255 * np.clip(image / 255, 0, 1) ** np.exp(random.normal(0, 0.25 * strength))
        image = (image - 110) * random.uniform(1 - 0.35 * strength, 1 + 0.3 * strength) + 110
        image = image + random.normal(0, 16 * strength) + random.normal(0, 7 * strength, 3)
    saturation = 0.0 if random.random() < 0.15 else random.uniform(0.5, 1.4) if random.random() < 0.6 else 1.0
    if saturation != 1.0:
        grey = image @ np.array([0.299, 0.587, 0.114], np.float32)
        image = grey[..., None] + saturation * (image - grey[..., None])
    image = np.clip(image, 0, 255)
    side = chip.shape[0]
    if random.random() < 0.45:
        small = int(side * random.uniform(0.3, 0.9))
        image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
        image = cv2.resize(image, (side, side), interpolation=random.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    if random.random() < 0.25:
        image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.6))
    elif random.random() < 0.1:
        kernel = np.zeros((9, 9), np.float32)
        kernel[4, :] = 1
        turn = cv2.getRotationMatrix2D((4, 4), random.uniform(0, 180), random.uniform(0.3, 0.9))
        kernel = cv2.warpAffine(kernel, turn, (9, 9))
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-3))
    if random.random() < 0.25:
        image = image + random.standard_normal(image.shape, np.float32) * np.float32(random.uniform(2, 12))
    image = np.clip(image, 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(30, 95))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return image


# ---- Things that cover a face. Drawn, not photographed: what is learned from them is said to be so.

JAW = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454]
OUTLINE = [10, 338, 297, 332, 284, 251, 389, 356, *JAW[::-1], 127, 162, 21, 54, 103, 67, 109]


def covered(chip, mesh, random, textures):
    """`chip` with something in front of the face that the 478 points `mesh` outline. Returns it and what it is."""
    kind = random.choice(["mask", "glasses", "hand", "hair", "object"], p=[0.2, 0.2, 0.22, 0.13, 0.25])
    alpha, colour = {"mask": _mask, "glasses": _glasses, "hand": _hand, "hair": _hair, "object": _object}[kind](
        chip, mesh, random, textures
    )
    alpha = cv2.GaussianBlur(alpha, (0, 0), random.uniform(0.4, 1.3))[..., None]
    shade = chip.astype(np.float32)
    if random.random() < 0.5:
        shadow = cv2.GaussianBlur(np.roll(alpha[..., 0], (3, 2), (0, 1)), (0, 0), 3)[..., None]
        shade = shade * (1 - 0.35 * shadow)
    return np.clip(shade * (1 - alpha) + colour * alpha, 0, 255).astype(np.uint8), kind


def cover_of_face(before, after, mesh):
    """Part of the face's outline that differs between two chips."""
    inside = np.zeros(before.shape[:2], np.uint8)
    cv2.fillPoly(inside, [mesh[OUTLINE].astype(np.int32)], 1)
    differs = np.abs(before.astype(int) - after).max(2) > 20
    return (differs & (inside > 0)).sum() / max(1, inside.sum())


def _canvas(chip):
    return np.zeros(chip.shape[:2], np.float32)


def _texture(chip, random, textures):
    """Something of one colour, of a pattern, or of another photo."""
    side = chip.shape[0]
    flat = np.ones((side, side, 3), np.float32) * random.uniform(0, 255, 3)
    choice = random.random()
    if choice < 0.35:
        return flat + random.normal(0, 6, flat.shape)
    if choice < 0.5:
        rough = random.uniform(0, 255, (random.integers(2, 12), random.integers(2, 12), 3)).astype(np.float32)
        return cv2.resize(rough, (side, side), interpolation=random.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
    if choice < 0.6:
        place = np.arange(side)[None, :, None] * random.uniform(0.2, 1.5)
        return flat + 60 * np.sign(np.sin(place)) * np.ones((side, 1, 1))
    other = textures[random.integers(len(textures))]
    part = int(random.integers(16, 60))
    top, left = random.integers(0, other.shape[0] - part, 2)
    other = cv2.resize(other[top : top + part, left : left + part], (side, side)).astype(np.float32)
    return np.roll(other, random.integers(0, 3), 2)


def _shaded(colour, random):
    """Light from one side."""
    side = colour.shape[0]
    ramp = np.linspace(-1, 1, side)
    light = np.outer(ramp * random.normal(0, 1), np.ones(side)) + np.outer(np.ones(side), ramp * random.normal(0, 1))
    return colour * (1 + 0.18 * light)[..., None]


def _mask(chip, mesh, random, textures):
    top = mesh[random.choice([197, 5, 4, 2])]
    points = np.r_[mesh[JAW][3:-3], [mesh[JAW][-3] * 0.6 + top * 0.4, top, mesh[JAW][3] * 0.6 + top * 0.4]]
    points = (points - points.mean(0)) * random.uniform(0.95, 1.12) + points.mean(0) + random.normal(0, 1, 2)
    alpha = _canvas(chip)
    cv2.fillPoly(alpha, [points.astype(np.int32)], 1)
    plain = [(235, 238, 240), (120, 170, 215), (25, 25, 28), (200, 60, 80), (90, 90, 100), (240, 200, 210)]
    colour = np.ones((*chip.shape[:2], 3), np.float32) * plain[random.integers(len(plain))]
    if random.random() < 0.35:
        colour = _texture(chip, random, textures)
    folds = 8 * np.sin(np.arange(chip.shape[0]) * random.uniform(0.3, 1.2))[:, None, None]
    return alpha, _shaded(colour + folds + random.normal(0, 3, colour.shape), random)


def _glasses(chip, mesh, random, textures):
    left, right = mesh[[33, 133]].mean(0), mesh[[263, 362]].mean(0)
    width = np.linalg.norm(right - left)
    angle = np.degrees(np.arctan2(*(right - left)[::-1]))
    size = width * random.uniform(0.3, 0.46), width * random.uniform(0.24, 0.38)
    alpha = _canvas(chip)
    for eye in (left, right):
        centre = eye + [0, 0.06 * width]
        if random.random() < 0.5:
            cv2.ellipse(alpha, (tuple(map(float, centre)), (2 * size[0], 2 * size[1]), angle), 1, -1)
        else:
            box = cv2.boxPoints((tuple(map(float, centre)), (1.9 * size[0], 1.7 * size[1]), angle))
            cv2.fillPoly(alpha, [box.astype(np.int32)], 1)
    cv2.line(alpha, tuple(map(int, left)), tuple(map(int, right)), 1, 2)
    dark = random.uniform(5, 70) + random.uniform(-10, 25, 3)
    colour = np.ones((*chip.shape[:2], 3), np.float32) * np.clip(dark, 0, 120)
    if random.random() < 0.4:
        colour = colour + _texture(chip, random, textures) * random.uniform(0.05, 0.3)
    return alpha * random.uniform(0.85, 1), _shaded(colour, random)


def _inside(mesh, random):
    """A place on the face."""
    weights = random.dirichlet(np.ones(6) * 0.6)
    return weights @ mesh[[4, 13, 159, 386, 50, 280]]


def _hand(chip, mesh, random, textures):
    alpha, lines = _canvas(chip), _canvas(chip)
    side = chip.shape[0]
    thick = side * random.uniform(0.065, 0.11)
    tip, direction = _inside(mesh, random), random.uniform(0, 2 * np.pi)
    along = np.array([np.cos(direction), np.sin(direction)])
    across = np.array([-along[1], along[0]])
    n_fingers = random.integers(2, 5)
    for finger in range(n_fingers):
        bend = 0.12 * (finger - n_fingers / 2)
        start = tip + across * (finger - (n_fingers - 1) / 2) * thick * 1.05 + along * random.normal(0, thick / 2)
        end = start + (along + across * bend) * side * random.uniform(0.35, 0.7)
        cv2.line(alpha, tuple(map(int, start)), tuple(map(int, end)), 1, int(thick))
        cv2.line(lines, tuple(map(int, start + across * thick / 2)), tuple(map(int, end + across * thick / 2)), 1, 1)
    palm = tip + along * side * random.uniform(0.45, 0.7)
    cv2.ellipse(alpha, (tuple(map(float, palm)), (n_fingers * thick * 1.2, side * 0.45), np.degrees(direction) + 90), 1, -1)
    skin = chip[np.clip(mesh[[50, 280, 151], 1].astype(int), 0, side - 1), np.clip(mesh[[50, 280, 151], 0].astype(int), 0, side - 1)]
    colour = np.ones((side, side, 3), np.float32) * skin.mean(0) * random.uniform(0.7, 1.25) + random.normal(0, 8, 3)
    rough = cv2.resize(random.normal(0, 9, (18, 18)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(alpha, 0, 1), _shaded(colour + rough[..., None], random) - 45 * cv2.GaussianBlur(lines, (0, 0), 0.8)[..., None]


def _hair(chip, mesh, random, textures):
    alpha, side = _canvas(chip), chip.shape[0]
    top, width = mesh[10], np.linalg.norm(mesh[454] - mesh[234])
    start_x = random.uniform(-0.45, 0.45)
    for _ in range(random.integers(40, 120)):
        x = start_x + random.normal(0, 0.16)
        start = top + [x * width, -0.12 * width]
        bend = random.normal(0, 0.12)
        length = width * random.uniform(0.5, 1.1)
        points = [start + [bend * width * t * t, length * t] for t in np.linspace(0, 1, 8)]
        cv2.polylines(alpha, [np.array(points).astype(np.int32)], False, 1, int(random.integers(1, 4)))
    tone = np.array([[20, 18, 18], [60, 42, 30], [120, 85, 50], [150, 145, 140]])[random.integers(4)]
    grain = random.normal(0, 14, (1, side, 1)) + random.normal(0, 8, (side, side, 1))
    return np.clip(alpha, 0, 1), np.ones((side, side, 3), np.float32) * tone + grain


def _object(chip, mesh, random, textures):
    alpha, side = _canvas(chip), chip.shape[0]
    centre, size = _inside(mesh, random), side * random.uniform(0.2, 0.55, 2)
    shape, angle = random.integers(3), random.uniform(0, 180)
    if shape == 0:
        cv2.ellipse(alpha, (tuple(map(float, centre)), tuple(map(float, size)), angle), 1, -1)
    elif shape == 1:
        angle = angle if random.random() < 0.5 else 0
        cv2.fillPoly(alpha, [cv2.boxPoints((tuple(map(float, centre)), tuple(map(float, size)), angle)).astype(np.int32)], 1)
    else:
        turns = np.sort(random.uniform(0, 2 * np.pi, random.integers(4, 9)))
        edge = centre + np.stack([np.cos(turns), np.sin(turns)], 1) * random.uniform(0.3, 0.6, (len(turns), 1)) * size
        cv2.fillPoly(alpha, [edge.astype(np.int32)], 1)
    return alpha, _shaded(_texture(chip, random, textures), random)
