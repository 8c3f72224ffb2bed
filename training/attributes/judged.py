"""Writes the indexes of the photos that the networks were not trained on, for `faceward eval attributes --index`.

    python judged.py --data DATA --cache CACHE --out ../../docs/judged

Reads what chips.py kept; one file a set, with the labels of its index.
"""

import argparse
from pathlib import Path

import splits

SETS = ("utkface", "utk_more", "age_asian", "mask", "expression")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "out"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        kept, labels = splits.load(arguments.data, arguments.cache, name)
        grouping = splits.groups(kept)
        apart = labels[splits.judged(name, grouping, labels.path.tolist())].sort_values("path")
        apart.to_csv(arguments.out / f"{name}.csv", index=False, lineterminator="\n")
        print(f"{name}: {len(apart)} of {len(labels)} faces")


if __name__ == "__main__":
    main()
