"""What happens to photos on their way, done to every crop of every class alike. RGB bytes, square."""

import cv2
import numpy as np

SHRINKING = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)
ENLARGING = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)


def degraded(image, rng, least_scale=0.4, least_quality=40):
    """Lit, coloured, resized, softened, sharpened, noisy, recompressed, partly covered: each at times."""
    if rng.random() < 0.15:
        image = np.clip(image * rng.uniform(0.6, 1.4), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        lookup = 255 * (np.arange(256) / 255) ** rng.uniform(0.75, 1.35)
        lookup = np.clip((lookup - 128) * rng.uniform(0.75, 1.25) + 128 + rng.uniform(-25, 25), 0, 255)
        image = cv2.LUT(image, lookup.astype(np.uint8))
    if rng.random() < 0.4:
        image = recoloured(image, rng)
    if rng.random() < 0.06:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.35:
        image = resized(image, rng.uniform(least_scale, 1.0), rng, rng.uniform(60, 98) if rng.random() < 0.4 else None)
    if rng.random() < 0.12:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.4))
    if rng.random() < 0.12:
        image = sharpened(image, rng.uniform(0.2, 1.0))
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(1, 7), (*image.shape[:2], 1 if rng.random() < 0.3 else 3))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        image = jpeg(image, rng.uniform(least_quality, 97))
    return covered(image, rng) if rng.random() < 0.15 else image


def recoloured(image, rng):
    """Small shifts of hue, saturation, brightness and channels."""
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(-8, 8)) % 180
    hsv[..., 1] *= rng.uniform(0.7, 1.3)
    hsv[..., 2] = hsv[..., 2] * rng.uniform(0.85, 1.15) + rng.uniform(-12, 12)
    shifted = cv2.cvtColor(np.clip(hsv, 0, [179, 255, 255]).astype(np.uint8), cv2.COLOR_HSV2RGB)
    return np.clip(shifted + rng.uniform(-12, 12, 3), 0, 255).astype(np.uint8)


def resized(image, share, rng, quality=None):
    """Down to this share of its side and back, each way by a random filter; as a JPEG of `quality` in between."""
    side = image.shape[0]
    small = max(8, int(side * share))
    image = cv2.resize(image, (small, small), interpolation=int(rng.choice(SHRINKING)))
    image = jpeg(image, quality) if quality else image
    return cv2.resize(image, (side, side), interpolation=int(rng.choice(ENLARGING)))


def sharpened(image, strength):
    """Unsharp masking."""
    return cv2.addWeighted(image, 1 + strength, cv2.GaussianBlur(image, (0, 0), 1.5), -strength, 0)


def jpeg(image, quality):
    """Through JPEG and back."""
    encoded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def covered(image, rng):
    """A rectangle of one colour over a tenth to a third of each side."""
    side, image = image.shape[0], image.copy()
    h, w = (int(side * rng.uniform(0.1, 0.35)) for _ in range(2))
    y, x = rng.integers(0, side - h), rng.integers(0, side - w)
    image[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    return image
