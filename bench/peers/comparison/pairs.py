"""Pairs of photos in memory. A folder has `pairs.csv`: set,first,second,same, with paths relative to the folder."""

import csv
from dataclasses import dataclass

_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class Pair:
    name: str
    first: bytes
    second: bytes
    same: bool


def read(folder):
    """Pairs by the name of their set, in the order of the file."""
    sets = {}
    with (folder / "pairs.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            first, second = folder / row["first"], folder / row["second"]
            name = f"{first.stem} {second.stem}"
            same = _TRUTH[row["same"].strip().lower()]
            pair = Pair(name, first.read_bytes(), second.read_bytes(), same)
            sets.setdefault(row["set"], []).append(pair)
    if not sets:
        raise ValueError(f"{folder / 'pairs.csv'} names no pair")
    return sets
