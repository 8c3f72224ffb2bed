"""Blur and block measures of a face, exactly as crates/engine/src/quality/keys computes them.

Photos are RGB arrays of bytes, meshes [478, 2] in pixels of the photo with pixel centres at .5. The engine is the
reference: whoever changes a measure there changes it here; `check_features.py` compares the two on a made-up face.
"""

import cv2
import numpy as np
from scipy.fft import dct

OUTLINE = [
    127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
]  # fmt: skip
# keys/blur
EYE_DISTANCE = 48.0
EDGE_SHARE = 0.1
FLOOR = 0.02
# keys/macroblocks
MAX_SIDE = 320.0
CHANCE = 6.0
NOISE = 2.0
FLAT = 0.15
PERIODS = (4.8, 13.0)
RESOLUTION = 1.2
BLOCK = 8
HALF = 4.0
NO_DETAIL = 0.03


def eye_distance(mesh):
    """Between the centres of the eyes, in pixels."""
    return float(np.linalg.norm(mesh[[33, 133]].mean(0) - mesh[[362, 263]].mean(0)))


def grey_crop(photo, low, high, shrink):
    """Luma under the box, in means of shrink x shrink pixels, and the place of its first pixel."""
    size = np.array(photo.shape[1::-1])
    left, top = np.floor(np.clip(low, 0, size)).astype(int)
    right, bottom = np.ceil(np.clip(high, 0, size)).astype(int)
    grey = photo[top:bottom, left:right].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return shrunk(grey, shrink), np.array([left, top])


def shrunk(grey, factor):
    height, width = (side // factor for side in grey.shape)
    return grey[: height * factor, : width * factor].reshape(height, factor, width, factor).mean((1, 3))


def hull_mask(points, shape):
    """Pixels whose centres lie inside the convex hull of the points."""
    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(float)
    mask = np.zeros(shape, bool)
    following = np.roll(hull, -1, axis=0)
    for row in range(shape[0]):
        y = row + 0.5
        cut = (hull[:, 1] <= y) != (following[:, 1] <= y)
        if cut.any():
            (x0, y0), (x1, y1) = hull[cut].T, following[cut].T
            x = x0 + (x1 - x0) * (y - y0) / (y1 - y0)
            mask[row, max(0, int(np.ceil(x.min() - 0.5))) : max(0, int(np.floor(x.max() - 0.5)) + 1)] = True
    return mask


# ---- Blur


def blur_features(photo, mesh):
    """The six features of keys/blur/slopes.rs, and the eye distance after shrinking."""
    shrink = int(max(1, eye_distance(mesh) // EYE_DISTANCE))
    outline = mesh[OUTLINE]
    grey, origin = grey_crop(photo, outline.min(0) - 2 * shrink, outline.max(0) + 2 * shrink, shrink)
    mask = hull_mask((outline - origin) / shrink, grey.shape)
    levels = [slopes(grey, mask)]
    for step in (1, 2, 4):
        grey = smoothed(grey, step)
        levels.append(slopes(grey, mask))
    return features_of(levels), eye_distance(mesh) / shrink


def features_of(levels):
    on_edge_level = levels[2][0]
    last_below = int((1 - EDGE_SHARE) * (len(on_edge_level) - 1))
    edges = on_edge_level >= np.partition(on_edge_level, last_below)[last_below]
    at_edges = np.array([steepness[edges].mean() for steepness, _ in levels])
    directional = np.array([by_direction for _, by_direction in levels])
    return np.r_[log_ratios(at_edges), log_ratios(directional).min(1)]


def log_ratios(levels):
    return np.log((levels[:-1] + FLOOR) / (levels[1:] + FLOOR))


def slopes(grey, mask):
    """Lengths of the gradients in the mask; root mean squares of the slopes in four directions."""
    p = np.pad(grey, 1, mode="edge")
    inner = slice(1, -1)
    directions = [
        p[inner, 2:] - p[inner, :-2], p[2:, inner] - p[:-2, inner], p[2:, 2:] - p[:-2, :-2], p[2:, :-2] - p[:-2, 2:],
    ]  # fmt: skip
    directions = [(direction / 2)[mask] for direction in directions]
    by_direction = [np.sqrt((direction.astype(float) ** 2).mean()) for direction in directions]
    return np.sqrt(directions[0] ** 2 + directions[1] ** 2), by_direction


def smoothed(grey, step):
    kernel = np.zeros(4 * step + 1, np.float32)
    kernel[::step] = np.array([1, 4, 6, 4, 1], np.float32) / 16
    return cv2.sepFilter2D(grey, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REPLICATE)


def quadratic_terms(features):
    """1, the features, and products i <= j, of [n, 6] features."""
    products = [features[:, i] * features[:, j] for i in range(6) for j in range(i, 6)]
    return np.c_[np.ones(len(features)), features, np.array(products).T]


# ---- Blocks


def block_crop(photo, mesh):
    """The part of the face on which blocks are looked for; None where it is too small."""
    outline = mesh[OUTLINE]
    low, high = outline.min(0), outline.max(0)
    half = np.minimum(high - low, MAX_SIDE) / 2
    centre = (low + high) / 2
    grey, _ = grey_crop(photo, centre - half, centre + half, 1)
    return grey if min(grey.shape) >= 48 else None


def blocks(photo, mesh):
    """Loss on the unscaled grid and strength of the strongest scaled one, as keys/macroblocks; None: too small."""
    grey = block_crop(photo, mesh)
    if grey is None:
        return None
    profiles = profile(grey), profile(grey.T)
    return loss(grey, profiles), max(searched(grey, profiles, BLOCK), searched_half(grey))


def searched_half(grey):
    half = shrunk(grey, 2)
    return searched(half, (profile(half), profile(half.T)), None)


def searched(grey, profiles, known):
    return strongest_but(profiles, known) - CHANCE / np.sqrt(grey.size)


def loss(grey, profiles):
    """Share of the detail that is missing on the grid that the steps betray."""
    left, top = (start_of(excess) for excess, _ in profiles)
    between = detail(grey, (left + BLOCK // 2) % BLOCK, (top + BLOCK // 2) % BLOCK)
    return 1 - (detail(grey, left, top) + NO_DETAIL) / (between + NO_DETAIL)


def start_of(excess):
    # Rust's max_by keeps the last of equals.
    means = [excess[start::BLOCK].mean() for start in range(BLOCK)]
    return (BLOCK - 1 - int(np.argmax(means[::-1])) + 2) % BLOCK


def detail(grey, left, top):
    rows, columns = (grey.shape[0] - top) // BLOCK, (grey.shape[1] - left) // BLOCK
    cut = grey[top : top + BLOCK * rows, left : left + BLOCK * columns]
    cut = cut.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3)
    amplitudes = np.abs(dct(dct(cut, axis=2, norm="ortho"), axis=3, norm="ortho")).reshape(-1, BLOCK**2)[:, 1:]
    return float((amplitudes / (amplitudes + HALF)).mean())


def profile(grey):
    """Mean excess of the step between neighbouring columns, and how much there is at all."""
    steps = np.abs(np.diff(grey, axis=1))
    step, others = steps[:, 1:-1], (steps[:, :-2] + steps[:, 2:]) / 2
    total = step + others + NOISE
    return ((step - others) / total).mean(0), float(((step + others) / total).mean())


def strength(profiles, period):
    (columns, columns_activity), (rows, rows_activity) = profiles
    return (comb(columns, period) + comb(rows, period)) / (columns_activity + rows_activity + 2 * FLAT)


def strongest_but(profiles, known):
    length = max(len(excess) for excess, _ in profiles)
    count = int(np.ceil(np.log(PERIODS[1] / PERIODS[0]) * length))
    periods = PERIODS[0] * np.exp(np.arange(count + 1) / length)
    if known:
        periods = periods[np.abs(periods - known) >= RESOLUTION * known**2 / length]
    return max((strength(profiles, period) for period in periods), default=0.0)


def comb(excess, period):
    """The largest difference, over all starts, of the mean on the grid and the mean off it."""
    starts = np.arange(np.ceil(period)) + 0.5
    places = (starts[:, None] + period * np.arange(int(len(excess) / period) + 1)).astype(int)
    inside = places < len(excess)
    count = inside.sum(1)
    on_grid = np.where(inside, excess[np.minimum(places, len(excess) - 1)], 0).sum(1)
    usable = (count > 0) & (count < len(excess))
    difference = on_grid / np.maximum(count, 1) - (excess.sum() - on_grid) / np.maximum(len(excess) - count, 1)
    return max(0.0, float(difference[usable].max(initial=0.0)))
