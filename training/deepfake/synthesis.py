"""Fakes that training makes itself, and the ways in which it looks at crops. RGB bytes, square.

Self-blended images (Shiohara and Yamasaki, CVPR 2022): a photo pasted into itself, after its colours, sharpness or
position were changed a little, through a soft mask. All that tells it from the photo is what a face swap leaves behind.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import views  # noqa: E402

# Of the crop: what is cut out of it at random. The engine's crop is 1.2 / 1.3 = 0.92 of it.
LEAST_CROP, MOST_CROP = 0.80, 1.0


def self_blended(crop, place, rng):
    """`crop` with its own face pasted over; `place` is centre and half sides of the face in shares of the side."""
    source, target = crop, crop
    if rng.random() < 0.5:
        source = views.recoloured(resharpened(source, rng), rng)
    else:
        target = views.recoloured(resharpened(target, rng), rng)
        source = views.recoloured(source, rng) if rng.random() < 0.3 else source
    source = moved(source, rng)
    mask = blending_mask(crop.shape[0], place, rng)[..., None] * rng.choice([1, 1, 1, 0.75, 0.5])
    return np.rint(source * mask + target * (1 - mask)).astype(np.uint8)


def denoised(image, rng):
    """Grain and pores are gone, edges stay."""
    if rng.random() < 0.5:
        return cv2.bilateralFilter(image, 5, float(rng.uniform(10, 45)), float(rng.uniform(1.5, 4)))
    return cv2.medianBlur(image, int(rng.choice([3, 3, 5])))


def softened(image, rng):
    """As a cheap lens, a codec, a denoiser or a smaller photo leaves it."""
    kind = rng.random()
    if kind < 0.35:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.6, 2.0))
    if kind < 0.7:
        return views.resized(image, rng.uniform(0.35, 0.75), rng)
    return denoised(denoised(image, rng), rng)


def resharpened(image, rng):
    """Softer (a generator works at a low resolution) or sharper."""
    side = image.shape[0]
    kind = rng.random()
    if kind < 0.55:
        small = int(side * rng.uniform(0.25, 0.7))
        image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
        return cv2.resize(image, (side, side), interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])))
    if kind < 0.8:
        return views.sharpened(image, rng.uniform(0.3, 1.2))
    return image


def moved(image, rng):
    """Shifted, scaled and bent a little."""
    side = image.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-2, 2), rng.uniform(0.97, 1.03))
    matrix[:, 2] += rng.uniform(-0.015, 0.015, 2) * side
    y, x = np.mgrid[:side, :side].astype(np.float32)
    bend = cv2.resize(rng.normal(0, side * 0.008, (5, 5, 2)).astype(np.float32), (side, side))
    maps = np.stack([x, y], -1) @ matrix[:, :2].T.astype(np.float32) + matrix[:, 2].astype(np.float32) + bend
    return cv2.remap(image, maps, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def blending_mask(side, place, rng):
    """A soft mask over the face or a part of it, 0 to 1: a bent ellipse, its border from sharp to very soft."""
    x, y, w, h = np.array(place) * side
    y, w, h = y + 0.1 * h, w * rng.uniform(0.65, 0.98), h * rng.uniform(0.55, 0.95)
    if rng.random() < 0.25:
        # A part: mouth and chin, the eyes, or one side.
        x, y = x + rng.uniform(-0.4, 0.4) * w, y + rng.uniform(-0.5, 0.5) * h
        w, h = w * rng.uniform(0.4, 0.8), h * rng.uniform(0.25, 0.6)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    wobble = 1 + np.interp(angle, np.linspace(0, 2 * np.pi, 8), np.r_[(r := rng.uniform(-0.12, 0.12, 7)), r[0]])
    outline = np.stack([x + w * wobble * np.cos(angle), y + h * wobble * np.sin(angle)], -1)
    mask = np.zeros((side, side), np.float32)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 1.0)
    softness = side * rng.choice([0.008, 0.015, 0.03, 0.05])
    return cv2.GaussianBlur(mask, (0, 0), softness)


def weakened(fake, real, place, rng):
    """A fake mixed with the real frame that it was made from: partly transparent, or only a part of it."""
    if rng.random() < 0.5:
        share = rng.uniform(0.55, 0.9)
    else:
        share = blending_mask(fake.shape[0], place, rng)[..., None]
    return np.rint(fake * share + real * (1.0 - share)).astype(np.uint8)


class Views:
    """One random way of looking at a crop; the same for crops that belong together."""

    def __init__(self, rng, side):
        self.side, self.seed = side, int(rng.integers(2**31))

    def __call__(self, crop):
        rng = np.random.default_rng(self.seed)
        full = crop.shape[0]
        length = rng.uniform(LEAST_CROP, MOST_CROP) * full
        left, top = rng.uniform(0, full - length, 2)
        angle = rng.normal(0, 4)
        scale = self.side / length
        matrix = cv2.getRotationMatrix2D((left + length / 2, top + length / 2), angle, scale)
        matrix[:, 2] += self.side / 2 - np.array([left + length / 2, top + length / 2])
        if rng.random() < 0.5:
            matrix = np.array([[-1, 0, self.side - 1], [0, 1, 0]]) @ np.r_[matrix, [[0, 0, 1]]]
        flags = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_AREA, cv2.INTER_CUBIC]))
        if scale < 0.85:
            # Antialiased, as the engine shrinks.
            crop = cv2.GaussianBlur(crop, (0, 0), 0.35 / scale)
        view = cv2.warpAffine(crop, matrix, (self.side, self.side), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        return views.degraded(view, rng)
