"""Photos as callers have them: a path or bytes."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Union

from .generated.types import File

Photo = Union[str, "os.PathLike[str]", bytes]
"""A JPEG or PNG: the path of a file, or its bytes."""


def read(photo: Photo) -> bytes:
    """The bytes of a photo. Raises `OSError` where its file cannot be read."""
    if isinstance(photo, bytes):
        return photo
    return Path(photo).read_bytes()


def part(photo: Photo) -> File:
    """A photo as the generated forms take it. The server looks at the bytes, not at name or type."""
    return File(payload=BytesIO(read(photo)), file_name="photo", mime_type="application/octet-stream")
