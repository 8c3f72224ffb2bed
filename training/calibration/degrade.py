"""Known defects for photos: blur, compression, exposure, contrast, noise. RGB arrays of bytes in and out."""

import io

import cv2
import numpy as np
from PIL import Image


def blurred(photo, kind, radius, angle=0.0):
    """Blurred as much as by a Gaussian of standard deviation `radius` pixels. Kinds: gauss, disc, motion."""
    if radius <= 0:
        return photo
    source = photo.astype(np.float32)
    if kind == "gauss":
        result = cv2.GaussianBlur(source, (0, 0), radius, borderType=cv2.BORDER_REFLECT_101)
    else:
        kernel = disc(2 * radius) if kind == "disc" else line(np.sqrt(24) * radius, angle)
        result = cv2.filter2D(source, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)
    return to_bytes(result)


def disc(radius, fine=4):
    """A disc of `radius` pixels; its standard deviation along each axis is half of that."""
    reach = int(np.ceil(radius)) + 1
    places = (np.arange((2 * reach + 1) * fine) + 0.5) / fine - reach - 0.5
    inside = (places[:, None] ** 2 + places**2 <= radius**2).astype(np.float32)
    return inside.reshape(2 * reach + 1, fine, 2 * reach + 1, fine).mean((1, 3))


def line(length, angle):
    """A line; its standard deviation, averaged over directions, is length / sqrt(24)."""
    reach = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * reach + 1,) * 2, np.float32)
    for place in np.linspace(-length / 2, length / 2, 200):
        x, y = reach + place * np.cos(angle), reach + place * np.sin(angle)
        column, row = int(x), int(y)
        right, below = x - column, y - row
        kernel[row, column] += (1 - below) * (1 - right)
        kernel[row, column + 1] += (1 - below) * right
        kernel[row + 1, column] += below * (1 - right)
        kernel[row + 1, column + 1] += below * right
    return kernel


def compressed(photo, quality, subsampling=2):
    """Through JPEG of that quality; subsampling as in Pillow (0: none, 2: 4:2:0)."""
    stored = io.BytesIO()
    Image.fromarray(photo).save(stored, "JPEG", quality=int(quality), subsampling=int(subsampling))
    return np.array(Image.open(stored).convert("RGB"))


def exposed(photo, stops):
    """With 2^stops times the light."""
    light = (np.arange(256) / 255.0) ** 2.2 * 2.0**stops
    return to_bytes(np.clip(light, 0, 1) ** (1 / 2.2) * 255)[photo]


def contrasted(photo, factor):
    """With `factor` times the contrast about middle grey."""
    return to_bytes((photo.astype(np.float32) - 128) * factor + 128)


def noisy(photo, deviation, generator):
    """With Gaussian noise of that standard deviation, in grey values."""
    return to_bytes(photo + generator.normal(0, deviation, photo.shape))


def resized(photo, mesh, factor):
    """Photo and mesh at another size."""
    size = [max(1, round(side * factor)) for side in photo.shape[1::-1]]
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(photo, size, interpolation=method), mesh * size / np.array(photo.shape[1::-1])


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
