"""What makes a photo of a face useless for telling persons apart: RGB arrays of bytes in and out, one function a kind.

A kind takes the photo, the face's box (x, y, width, height), and a random generator that draws its strength. Lengths are in
widths of the face, so that a strength means the same on every photo. The kinds of GROUPS are left out together.
"""

import cv2
import numpy as np

GREY = np.array([0.299, 0.587, 0.114], np.float32)


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


# ---- Loss of detail


def gauss(photo, box, random):
    return cv2.GaussianBlur(photo, (0, 0), max(0.3, box[2] * random.uniform(0.02, 0.13)))


def disc(photo, box, random):
    reach = max(1, int(box[2] * random.uniform(0.04, 0.2)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)).astype(np.float32)
    return cv2.filter2D(photo, -1, kernel / kernel.sum())


def motion(photo, box, random):
    length = max(3, int(box[2] * random.uniform(0.1, 0.45)))
    kernel = np.zeros((length, length), np.float32)
    angle = random.uniform(0, np.pi)
    ends = [(length / 2 - 0.5) * (1 + side * np.array([np.cos(angle), np.sin(angle)])) for side in (-1, 1)]
    cv2.line(kernel, *(tuple(int(round(v)) for v in end) for end in ends), 1)
    return cv2.filter2D(photo, -1, kernel / kernel.sum())


def enlarged(photo, box, random):
    factor = random.uniform(8, 36) / max(box[2:])
    size = [max(4, round(side * factor)) for side in photo.shape[1::-1]]
    way = [cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_LANCZOS4][random.integers(3)]
    return cv2.resize(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), photo.shape[1::-1], interpolation=way)


def mosaic(photo, box, random):
    factor = random.uniform(8, 30) / max(box[2:])
    size = [max(4, round(side * factor)) for side in photo.shape[1::-1]]
    return cv2.resize(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), photo.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def median(photo, box, random):
    return cv2.medianBlur(photo, 2 * max(1, int(box[2] * random.uniform(0.03, 0.12))) + 1)


def jpeg(photo, box, random):
    encoded = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(1, 14))])[1]
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)


# ---- Light and colour


def dark(photo, box, random):
    return to_bytes(photo * np.exp(random.uniform(np.log(0.02), np.log(0.3))))


def bright(photo, box, random):
    return to_bytes(photo * random.uniform(2, 6.0))


def haze(photo, box, random):
    return to_bytes(photo * (share := random.uniform(0.04, 0.3)) + (1 - share) * random.uniform(60, 230))


def gamma(photo, box, random):
    power = np.exp(random.choice([-1, 1]) * random.uniform(0.8, 1.8))
    return to_bytes(255 * (photo / 255.0) ** power)


def uneven(photo, box, random):
    ramp = np.clip((np.arange(photo.shape[1]) - box[0] - box[2] / 2) / box[2] * random.uniform(1, 4) + 0.4, 0.02, 1)
    return to_bytes(photo * (ramp if random.random() < 0.5 else ramp[::-1])[None, :, None])


def glow(photo, box, random):
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]
    apart = np.hypot(x - box[0] - box[2] * random.uniform(0, 1), y - box[1] - box[3] * random.uniform(0, 1)) / box[2]
    light = random.uniform(0.7, 1.0) * np.exp(-((apart / random.uniform(0.5, 1.2)) ** 2))[..., None]
    return to_bytes(photo * (1 - light) + 255 * light)


def tinted(photo, box, random):
    return to_bytes(photo * random.dirichlet([0.3, 0.3, 0.3]) * 2)


def grey(photo, box, random):
    return np.repeat(to_bytes(photo @ GREY)[..., None], 3, 2)


def negative(photo, box, random):
    made = 255 - photo
    return made if random.random() < 0.6 else grey(made, box, random)


def solarised(photo, box, random):
    return np.where(photo > random.integers(60, 170), 255 - photo, photo)


def two_tones(photo, box, random):
    made = (photo @ GREY > np.median(photo @ GREY) * random.uniform(0.7, 1.3)).astype(np.uint8) * 255
    return np.repeat(made[..., None], 3, 2)


def equalised(photo, box, random):
    tone = cv2.createCLAHE(random.uniform(10, 60), (8, 8)).apply(to_bytes(photo @ GREY))
    return np.repeat(tone[..., None], 3, 2)


# ---- Noise and patterns


def noise(photo, box, random):
    return to_bytes(photo + random.normal(0, random.uniform(25, 110), photo.shape))


def salt(photo, box, random):
    struck = random.random(photo.shape[:2]) < random.uniform(0.1, 0.5)
    return np.where(struck[..., None], (random.random(photo.shape[:2]) < 0.5)[..., None] * np.uint8(255), photo)


def stripes(photo, box, random):
    phase = np.arange(photo.shape[0]) * 2 * np.pi / (box[2] * random.uniform(0.03, 0.15))
    lines = (np.sin(phase) > random.uniform(-0.3, 0.5))[:, None, None]
    made = np.where(lines, photo, to_bytes(photo * random.uniform(0, 0.3)))
    return made if random.random() < 0.5 else np.where(lines.transpose(1, 0, 2)[:, : photo.shape[1]], photo, 255)


# ---- Something before the face


def bar(photo, box, top, bottom, colour, left=-0.1, right=1.1):
    made = photo.copy()
    x0, x1 = (int(box[0] + box[2] * part) for part in (left, right))
    y0, y1 = (int(box[1] + box[3] * part) for part in (top, bottom))
    made[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = colour
    return made


def colour(random):
    return [(255, 255, 255), (0, 0, 0), (110, 160, 210), tuple(random.integers(0, 256, 3))][random.integers(4)]


def mask(photo, box, random):
    return bar(photo, box, random.uniform(0.46, 0.62), 1.05, colour(random))


def only_eyes(photo, box, random):
    tone = colour(random)
    return bar(bar(photo, box, random.uniform(0.5, 0.58), 1.3, tone), box, -0.3, random.uniform(0.2, 0.28), tone)


def eyes_barred(photo, box, random):
    return bar(photo, box, random.uniform(0.2, 0.28), random.uniform(0.45, 0.52), colour(random))


def sunglasses(photo, box, random):
    made, tone = photo.copy(), tuple(int(v) for v in random.integers(0, 50, 3))
    for side in (0.3, 0.7):
        centre = (int(box[0] + box[2] * side), int(box[1] + box[3] * 0.4))
        cv2.ellipse(made, centre, (int(box[2] * 0.19), int(box[3] * 0.11)), 0, 0, 360, tone, -1)
    cv2.line(made, *((int(box[0] + box[2] * x), int(box[1] + box[3] * 0.38)) for x in (0.05, 0.95)), tone, max(1, int(box[2] * 0.03)))
    return made


def sunglasses_and_mask(photo, box, random):
    return mask(sunglasses(photo, box, random) if random.random() < 0.5 else bar(photo, box, 0.28, 0.48, colour(random)), box, random)


def half(photo, box, random):
    side = random.random() < 0.5
    return bar(photo, box, -0.2, 1.2, colour(random), *((-0.3, 0.5) if side else (0.5, 1.3)))


def blocks(photo, box, random):
    made = photo
    for _ in range(random.integers(2, 7)):
        x, y = random.uniform(-0.1, 0.8), random.uniform(-0.1, 0.8)
        made = bar(made, box, y, y + random.uniform(0.1, 0.35), colour(random), x, x + random.uniform(0.1, 0.4))
    return made


def veil(photo, box, random):
    share = random.uniform(0.5, 0.9)
    return bar_blended(photo, box, share, random)


def bar_blended(photo, box, share, random):
    covered = bar(photo, box, -0.2, 1.2, colour(random), -0.2, 1.2)
    return to_bytes(photo * (1 - share) + covered * share)


def crop(photo, box, random):
    x, y, w, h = box
    low, high = random.uniform(0.12, 0.3), random.uniform(0.6, 0.85)
    kept = photo[max(0, int(y + h * low)) : int(y + h * high), max(0, int(x)) : int(x + w)]
    return cv2.resize(kept, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) if kept.size else photo


# ---- Shape


def upside_down(photo, box, random):
    return np.ascontiguousarray(photo[::-1, ::-1])


def stretched(photo, box, random):
    fx, fy = (random.uniform(0.4, 0.65), 1) if random.random() < 0.5 else (1, random.uniform(0.4, 0.65))
    return cv2.resize(photo, None, fx=fx, fy=fy, interpolation=cv2.INTER_AREA)


def waves(photo, box, random):
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(np.float32)
    length, reach = box[2] * random.uniform(0.2, 0.6), box[2] * random.uniform(0.03, 0.08)
    moved = x + np.float32(reach) * np.sin(y / np.float32(length) * np.float32(2 * np.pi)), y + np.float32(reach) * np.sin(x / np.float32(length) * np.float32(2 * np.pi))
    return cv2.remap(photo, *(part.astype(np.float32) for part in moved), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


# ---- Two at once


def dim_noise(photo, box, random):
    return to_bytes(photo * random.uniform(0.05, 0.25) + random.normal(0, random.uniform(4, 14), photo.shape))


def blurred_mask(photo, box, random):
    return cv2.GaussianBlur(mask(photo, box, random), (0, 0), box[2] * random.uniform(0.015, 0.05))


def small_noise(photo, box, random):
    return enlarged(noise(photo, box, random), box, random)


GROUPS = {
    "blur": [gauss, disc, motion, median],
    "resolution": [enlarged, mosaic, jpeg, small_noise],
    "light": [dark, bright, haze, gamma, uneven, glow, dim_noise],
    "colour": [tinted, grey, negative, solarised, two_tones, equalised],
    "pattern": [noise, salt, stripes],
    "mask": [mask, blurred_mask],
    "cover": [only_eyes, eyes_barred, sunglasses, sunglasses_and_mask, half, blocks, veil, crop],
    "shape": [upside_down, stretched, waves],
}
KINDS = {kind.__name__: kind for kinds in GROUPS.values() for kind in kinds}
GROUP_OF = {kind.__name__: group for group, kinds in GROUPS.items() for kind in kinds}
