"""Prints the measures of made-up faces that crates/engine/src/quality pins in its tests.

    python check_features.py

The faces are those of quality/context/sample.rs: 616 pixels a side, eyes 113 apart, the region a rectangle.
"""

import numpy as np

import quality_features as measures

SIDE = 616


def photo_of(grey):
    return np.repeat(np.rint(grey).astype(np.uint8)[:, :, None], 3, axis=2)


def bars(ramp):
    """Squares of 20 pixels in two greys whose borders are ramps of `ramp` pixels."""
    from_border = (np.arange(SIDE) + 0.5) % 40 - 20
    to_nearest = 10 - np.abs(np.abs(from_border) - 10)
    wave = np.sign(from_border) * np.minimum(to_nearest / max(ramp / 2, 0.5), 1)
    return photo_of(128 + 60 * wave[:, None] * wave)


def waves():
    """Waves of all lengths, nowhere alike."""
    x, y = np.arange(SIDE, dtype=float), np.arange(SIDE, dtype=float)[:, None]
    return photo_of(128 + 60 * np.sin(x * x / 2500 + y / 37) * np.cos(y * y / 3100 - x / 29))


def blocks(side, shift):
    """Blocks of one grey each that start `shift` pixels from the edge, with a little noise."""
    places = np.arange(SIDE, dtype=np.uint32)
    block = (places + np.uint32(shift)) // np.uint32(side)
    return photo_of(100 + scrambled(block, block[:, None]) % 50 + scrambled(places, places[:, None]) % 3)


def scrambled(x, y):
    """A byte that looks random, from a place; arithmetic modulo 2^32."""
    mixed = ((x * np.uint32(0x9E3779B1)) ^ (y * np.uint32(0x85EBCA77))) * np.uint32(0xC2B2AE3D)
    return ((mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x27D4EB2F)) >> np.uint32(24)


def waves():
    """Waves of all lengths, nowhere alike."""
    x, y = np.arange(SIDE, dtype=float), np.arange(SIDE, dtype=float)[:, None]
    return photo_of(128 + 60 * np.sin(x * x / 2500 + y / 37) * np.cos(y * y / 3100 - x / 29))


def shaded():
    """From dark at the upper left to bright at the lower right."""
    places = np.arange(SIDE)
    return photo_of(np.floor(40 + 160 * ((places[:, None] + places) / 1232) ** 2))


def mesh():
    points = np.full((478, 2), (308.0, 472.0))
    points[[33, 133, 362, 263]] = [(236.5, 272.5), (266.5, 272.5), (349.5, 272.5), (379.5, 272.5)]
    points[[127, 356, 172, 397]] = [(208, 242), (408, 242), (208, 472), (408, 472)]
    return points


def main():
    for name, photo in {"bars(4)": bars(4.0), "waves": waves(), "blocks(8, 3)": blocks(8, 3)}.items():
        features, _ = measures.blur_features(photo, mesh())
        print(name, "slopes", [round(float(feature), 4) for feature in features])
        print(name, "loss and scaled grid", [round(float(value), 4) for value in measures.blocks(photo, mesh())])


if __name__ == "__main__":
    main()
