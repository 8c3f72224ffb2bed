"""Writes data.toml: what was trained on, by name, count and digest, never by photo.

    python manifest.py --data DATA SET...

The digest of a set is the sha256 over its index and, in the order of their paths, the sha256 of every photo in it.
"""

import argparse
import hashlib
from pathlib import Path

from chips import faces

SOURCES = {
    "lfw": ("LFW deep-funneled, folds 0 to 3", "research"),
    "utkface": ("UTKFace aligned crops", "non-commercial research"),
    "utk_more": ("UTKFace aligned crops, other photos: adults, Black, Indian and others", "non-commercial research"),
    "age_asian": ("All-Age-Faces", "research"),
    "expression": ("FER2013", "research; photos from the web"),
    "eyes": ("single eyes, phone quality", "unstated"),
    "mouth": ("mouth crops", "unstated"),
    "mask": ("photos scraped from the web, MIT repository", "MIT for the collection; the photos' owners were not asked"),
    "eyes_faces": ("Closed Eyes in the Wild; open eyes of LFW and UTKFace", "research"),
    "landmarks68": ("frames of YouTube Faces with 68 points", "research"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("sets", nargs="*")
    arguments = parser.parse_args()
    lines = ["# What the networks of this folder learned from. Written by manifest.py.", ""]
    for name in arguments.sets or SOURCES:
        labels = faces.index_of(arguments.data, name)
        digest = hashlib.sha256((arguments.data / name / "index.csv").read_bytes())
        for path in sorted(labels.path):
            digest.update(hashlib.sha256((arguments.data / name / path).read_bytes()).digest())
        source, licence = SOURCES[name]
        lines += ["[[set]]", f'name = "{name}"', f'source = "{source}"', f'licence = "{licence}"', f"photos = {len(labels)}", f'sha256 = "{digest.hexdigest()}"', ""]
    (Path(__file__).parent / "data.toml").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
