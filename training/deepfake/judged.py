"""Writes the index of the photos of `deepfake` that were not trained on, for `faceward eval deepfake --index`.

    python judged.py --data DATA --cache CACHE --out ../../docs/judged/deepfake.csv

Reads what crops.py kept; `group` is what was kept on one side of the split: actors of DFDC, near-duplicates elsewhere.
"""

import argparse
from pathlib import Path

import data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "out"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    rows = data.load(arguments.data, arguments.cache, "deepfake").rows
    judged = rows[rows.part == "test"].sort_values("path")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    columns = ["path", "label", "generator", "pipeline", "group"]
    judged[columns].to_csv(arguments.out, index=False, lineterminator="\n")
    print(f"{arguments.out}: {len(judged)} of {len(rows)} photos")


if __name__ == "__main__":
    main()
