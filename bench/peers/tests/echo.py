"""A peer of the tests: two photos show one person where their bytes are the same. An empty first photo has no face, and `end` ends it."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "servers"))

from http_server import serve


def compare(first, second):
    if not first:
        raise ValueError("no face")
    if first == b"end":
        os._exit(1)
    return first == second, len(first)


serve(compare)
