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


def same_hash(hashes, most_bits=3):
    """[n, n]: whether two 64-bit hashes differ by at most `most_bits`."""
    bits = np.unpackbits(hashes, axis=1).astype(np.float32)
    ones = bits.sum(1)
    return ones[:, None] + ones[None] - 2 * bits @ bits.T <= most_bits


def near_duplicates(hashes):
    """A group for each photo: photos whose hashes are nearly the same share one."""
    return linked(same_hash(hashes))


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


def same_person(raw):
    """[n, n]: whether the embeddings of two photos are nearer than SAME_PERSON."""
    unit = raw[:, :128] / np.linalg.norm(raw[:, :128], axis=1, keepdims=True)
    return unit @ unit.T > SAME_PERSON


def persons(raw):
    """A group for each photo: photos linked by embeddings nearer than SAME_PERSON."""
    return linked(same_person(raw))


def alike(kept):
    """[n, n]: whether two photos of one source are one photo, or show one person. Only what is alike itself: nothing is chained."""
    return same_person(kept["raw"]) | same_hash(kept["hash"]) | same_hash(chip_hashes(kept["chip"]))


def groups(kept):
    """A group for each photo of a set."""
    found = [near_duplicates(kept["hash"]), near_duplicates(chip_hashes(kept["chip"]))]
    if "raw" in kept:
        found.append(persons(kept["raw"]))
    return joined(*found)


def places(name, grouping, paths):
    """From 0 to 1 for each photo, one number a group: a checksum of its first path, the same on every machine."""
    first = {}
    for group, path in zip(grouping, paths):
        first[group] = min(path, first.get(group, path))
    place = {group: zlib.crc32(f"{name}/{path}".encode()) / 2**32 for group, path in first.items()}
    return np.array([place[group] for group in grouping])


def judged(name, grouping, paths):
    """Which photos are kept for judging."""
    return places(name, grouping, paths) < JUDGED


def folds(name, grouping, paths, count):
    """A fold for each photo; of five, the first is what is kept for judging."""
    return (places(name, grouping, paths) * count).astype(int)
