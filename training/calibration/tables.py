"""Reading what outputs.py kept, splitting it, and writing calibration tables."""

import datetime
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

import faces


def load(data, cache, name):
    """Outputs and labels of a set, in the same order: a dict of arrays, a table."""
    with np.load(Path(cache) / f"{name}.npz", allow_pickle=False) as stored:
        outputs = {key: stored[key] for key in stored.files}
    return outputs, faces.index_of(data, name).iloc[outputs["row"]].reset_index(drop=True)


def folds(groups, count=10):
    """Pairs of row numbers to fit on and to judge; no group is on both sides."""
    return list(GroupKFold(count).split(np.zeros(len(groups)), groups=np.asarray(groups, dtype=str)))


def near_duplicates(hashes, most_bits=3):
    """A group for each photo: photos whose 64-bit hashes differ by at most `most_bits` share one."""
    bits = np.unpackbits(hashes, axis=1).astype(np.int16)
    parent = np.arange(len(bits))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i in range(len(bits)):
        for j in np.flatnonzero((bits[i + 1 :] != bits[i]).sum(1) <= most_bits) + i + 1:
            parent[root(j)] = root(i)
    return np.array([root(i) for i in range(len(bits))])


def auc(positive, negative):
    """Probability that a positive score is above a negative one; ties count half."""
    ranks = np.argsort(np.argsort(np.r_[positive, negative], kind="stable"), kind="stable") + 1
    return float((ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2) / len(positive) / len(negative))


def today():
    """The date that a table states."""
    return datetime.date.today().isoformat()


def section(text, name, lines):
    """The text of a table with the body of its part [name] replaced."""
    head, rest = text.split(f"[{name}]\n", 1)
    end = rest.find("\n\n")
    return head + f"[{name}]\n" + "\n".join(lines) + (rest[end:] if end >= 0 else "\n")


def write_numbers(path, numbers):
    """Little-endian f32."""
    np.ascontiguousarray(numbers, dtype="<f4").tofile(path)
