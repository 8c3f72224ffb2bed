"""Faceward beside other programs that compare faces, on the same photos, in turn, on one machine."""

from pathlib import Path

# The folder with servers, requirements and this package.
HERE = Path(__file__).resolve().parent.parent
