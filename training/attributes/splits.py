"""What is trained on and what is judged on: near-duplicates, and photos of one person, stay on one side."""

import sys
import zlib
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "calibration"))
import faces  # noqa: E402
import tables  # noqa: E402

# Part of the groups that is kept for judging.
JUDGED = 0.2
# Cosine of two SFace embeddings from which on two photos are taken for one person.
SAME_PERSON = 0.6


def load(data, cache, name):
    """What chips.py kept, and the labels, in the same order."""
    return tables.load(data, cache, name)


def linked(near):
    """A group for each row of a symmetric matrix of booleans: what is linked, directly or through others."""
    return connected_components(csr_matrix(near), directed=False)[1]


def near_duplicates(hashes, most_bits=3):
    """A group for each photo: photos whose 64-bit hashes differ by at most `most_bits` share one."""
    bits = np.unpackbits(hashes, axis=1).astype(np.float32)
    ones = bits.sum(1)
    return linked(ones[:, None] + ones[None] - 2 * bits @ bits.T <= most_bits)


def joined(*groupings):
    """One group for all that any of the groupings puts together."""
    count = len(groupings[0])
    rows, columns = [], []
    for grouping in groupings:
        _, first, own = np.unique(grouping, return_index=True, return_inverse=True)
        rows.append(np.arange(count))
        columns.append(first[own])
    edges = csr_matrix((np.ones(count * len(groupings)), (np.concatenate(rows), np.concatenate(columns))), shape=(count, count))
    return connected_components(edges, directed=False)[1]


def chip_hashes(chips):
    """Perceptual hashes of the faces alone: they find one photo in two crops."""
    from outputs import difference_hash

    return np.array([difference_hash(chip) for chip in chips])


def persons(raw):
    """A group for each photo: photos linked by embeddings nearer than SAME_PERSON."""
    unit = raw[:, :128] / np.linalg.norm(raw[:, :128], axis=1, keepdims=True)
    return linked(unit @ unit.T > SAME_PERSON)


def groups(kept):
    """A group for each photo of a set."""
    found = [near_duplicates(kept["hash"]), near_duplicates(chip_hashes(kept["chip"]))]
    if "raw" in kept:
        found.append(persons(kept["raw"]))
    return joined(*found)


def judged(name, grouping, paths):
    """Which photos are kept for judging: by a checksum of the group's first path, the same on every machine."""
    first = {}
    for group, path in zip(grouping, paths):
        first[group] = min(path, first.get(group, path))
    share = {group: zlib.crc32(f"{name}/{path}".encode()) / 2**32 for group, path in first.items()}
    return np.array([share[group] < JUDGED for group in grouping])
