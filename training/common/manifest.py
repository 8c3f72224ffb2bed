"""What the training data is, without the photos: names, counts and digests.

    python manifest.py --data DATA deepfake lfw ... > manifest.toml

The digest is the SHA-256 over the lines "<path> <SHA-256 of the file>" of the index's photos, sorted.
"""

import argparse
import hashlib
from pathlib import Path

import pandas

# Source and terms, as far as they are stated.
SETS = {
    "deepfake": "DFDC face crops, generated portraits (StyleGAN, StyleGAN2, Stable Diffusion 2.1), FFHQ, CelebA; research only",
    "lfw": "Labeled Faces in the Wild, deep-funneled; research only",
    "utkface": "UTKFace aligned crops; non-commercial research",
    "age_asian": "All-Age-Faces; research only",
    "landmarks68": "YouTube Faces frames; research only",
    "pad": "several small sets of full frames and screen replays; terms unstated or research only",
    "pad_casia": "CASIA-FASD frames; research only",
    "swaps_live": "side-by-side demonstrations of DeepFaceLive; licence unstated, research only",
    "generated2": "SDXL, FLUX and DALL-E 3 faces of SFHQ-T2I, FFHQ at 256 pixels; research only",
    "pad_webcam": "webcam frames of a public repository; licence unstated",
    "eyes_faces": "Closed Eyes in the Wild; open ones of LFW and UTKFace; research only",
}


def digest(folder, paths):
    lines = sorted(f"{path} {hashlib.sha256((folder / path).read_bytes()).hexdigest()}" for path in paths)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("sets", nargs="+")
    arguments = parser.parse_args()
    print("# The photos that the recipes were run on. Written by training/common/manifest.py.")
    for name in arguments.sets:
        index = pandas.read_csv(arguments.data / name / "index.csv", keep_default_na=False)
        print(f'\n[{name}]\nsource = "{SETS.get(name, "")}"\nphotos = {len(index)}')
        print(f'digest = "{digest(arguments.data / name, index.path)}"')


if __name__ == "__main__":
    main()
