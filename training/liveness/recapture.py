"""Presentation attacks that training makes itself: a photo as a camera sees it on paper or on a screen. RGB bytes.

Without them a photo of another set, which is always bona fide, would be told by its source.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import views  # noqa: E402


def recaptured(photo, other, rng):
    """`photo`, printed or shown on a screen and photographed in front of a piece of `other`."""
    screen = rng.random() < 0.5
    seen = views.resized(photo, rng.uniform(0.35, 0.8), rng) if rng.random() < 0.7 else photo
    seen = display(seen, rng) if screen else paper(seen, rng)
    if rng.random() < (0.75 if screen else 0.6):
        seen = framed(seen, other, screen, rng)
    seen = lit(seen, screen, rng)
    return cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 1.3)) if rng.random() < 0.6 else seen


def display(photo, rng):
    """Raised black, vivid or pale, bluish or warm white, and the interference of pixel grid and sensor."""
    side = photo.shape[0]
    low, high = rng.uniform(5, 35), rng.uniform(200, 255)
    grey = photo.mean(2, keepdims=True)
    seen = grey + (photo - grey) * rng.uniform(0.75, 1.4)
    seen = low + seen * (high - low) / 255 * rng.uniform([0.9, 0.92, 0.95], [1.0, 1.02, 1.12])
    if rng.random() < 0.6:
        y, x = np.mgrid[:side, :side]
        for _ in range(rng.integers(1, 3)):
            angle, period = rng.uniform(0, np.pi), rng.uniform(2.2, 14)
            phase = 2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period
            shift = rng.uniform(0, 2, 3) if rng.random() < 0.5 else np.zeros(3)
            seen = seen * (1 + rng.uniform(0.01, 0.07) * np.sin(phase[..., None] + shift))
    return np.clip(seen, 0, 255).astype(np.uint8)


def paper(photo, rng):
    """Paper white, ink black, few colours, grain, and the bend of the sheet in shape and light."""
    side = photo.shape[0]
    low, high = rng.uniform(15, 60), rng.uniform(165, 235)
    grey = photo.mean(2, keepdims=True)
    seen = grey + (photo - grey) * rng.uniform(0.5, 1.0)
    seen = low + seen * (high - low) / 255 * rng.uniform([0.94, 0.92, 0.84], [1.06, 1.02, 1.02])
    seen = seen + rng.normal(0, rng.uniform(1, 6), (side, side, 1))
    y, x = np.mgrid[:side, :side].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    along = (x * np.cos(angle) + y * np.sin(angle)) / side
    wave = np.sin(2 * np.pi * (along * rng.uniform(0.3, 1.2) + rng.random())).astype(np.float32)
    seen = seen * (1 + rng.uniform(0, 0.15) * wave[..., None])
    bend = wave * rng.uniform(0, 0.04) * side
    seen = np.clip(seen, 0, 255).astype(np.uint8)
    return cv2.remap(seen, x + bend, y + bend * rng.uniform(-0.5, 0.5), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def framed(photo, other, screen, rng):
    """The sheet or screen ends inside the view: its margin or bezel, slightly in perspective, before a background."""
    side = photo.shape[0]
    background = cv2.resize(other[: side // 2, : side // 2], (side, side))
    background = cv2.GaussianBlur(background, (0, 0), rng.uniform(0.5, 4))
    if screen:
        # A camera that is exposed for a lit screen sees a dark room.
        background = (background * rng.uniform(0.1, 1.0)).astype(np.uint8)
    margin = int(side * rng.uniform(0.0, 0.08))
    colour = (rng.integers(5, 50) if screen and rng.random() < 0.8 else rng.integers(170, 245)) + rng.integers(-8, 8, 3)
    sheet = cv2.copyMakeBorder(photo, *[margin] * 4, cv2.BORDER_CONSTANT, value=colour.tolist())
    edge = sheet.shape[0]
    # A phone shows more of its edge than a sheet or a monitor does.
    inset = side * rng.uniform(-0.12, 0.28 if screen else 0.16, 4)
    target = np.array([[inset[0], inset[1]], [side - inset[2], inset[1]], [side - inset[2], side - inset[3]], [inset[0], side - inset[3]]])
    target = (target + rng.uniform(-0.03, 0.03, (4, 2)) * side).astype(np.float32)
    corners = np.float32([[0, 0], [edge, 0], [edge, edge], [0, edge]])
    matrix = cv2.getPerspectiveTransform(corners, target)
    mask = cv2.warpPerspective(np.ones((edge, edge), np.float32), matrix, (side, side), flags=cv2.INTER_LINEAR)
    seen = cv2.warpPerspective(sheet, matrix, (side, side), flags=cv2.INTER_LINEAR)
    mask = mask[..., None]
    return np.rint(seen * mask + background * (1 - mask)).astype(np.uint8)


def lit(photo, screen, rng):
    """A reflection on the surface, and the light falling off."""
    side = photo.shape[0]
    y, x = np.mgrid[:side, :side] / side
    seen = photo.astype(np.float32)
    if rng.random() < (0.35 if screen else 0.2):
        centre, width = rng.uniform(0, 1, 2), rng.uniform(0.05, 0.3, 2)
        spot = np.exp(-(((x - centre[0]) / width[0]) ** 2) - ((y - centre[1]) / width[1]) ** 2)
        seen = seen + spot[..., None] * rng.uniform(20, 110)
    slope = rng.uniform(-0.25, 0.25, 2)
    return np.clip(seen * (1 + slope[0] * (x - 0.5) + slope[1] * (y - 0.5))[..., None], 0, 255).astype(np.uint8)
