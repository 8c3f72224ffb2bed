"""Client of a Faceward server.

Everything that the server answers, and every route, is in `faceward_client.generated`, made from the server's OpenAPI
document. `Faceward` is the thin layer over it that most programs want.
"""

from .client import Faceward
from .errors import (
    AlreadyExists,
    Busy,
    CheckUnavailable,
    FacewardError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PhotoRefused,
    ServerFault,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
)
from .generated.models import Session
from .photo import Photo

__all__ = [
    "AlreadyExists",
    "Busy",
    "CheckUnavailable",
    "Faceward",
    "FacewardError",
    "Forbidden",
    "InvalidRequest",
    "NotFound",
    "Photo",
    "PhotoRefused",
    "ServerFault",
    "Session",
    "TooManyRequests",
    "Unauthenticated",
    "Unreachable",
]
