"""What can go wrong, as types. Which error means what: docs/errors.md of the server."""

from __future__ import annotations

import json
from typing import Any, Optional

_REFUSED_PHOTOS = {
    "photo_missing", "photo_empty", "photo_wrong_type", "photo_undecodable", "photo_too_many_pixels", "photo_too_large",
    "no_face", "several_faces", "face_too_small", "not_photographed", "face_too_poor", "check_undecided",
    # The same under /api/v1.0, where codes are numbers.
    1, 2, 3, 4, 5, 6, 9,
}  # fmt: skip


class FacewardError(Exception):
    """An answer that is no result.

    `status` is the HTTP status, `code` what programs decide on (text under `/v1`, a number under `/api/v1.0`), `message`
    is for people, `transaction_id` is in the server's log too, `retry_after` are seconds, where the server named some.
    """

    def __init__(
        self,
        status: Optional[int],
        code: "str | int | None",
        message: str,
        transaction_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.transaction_id = transaction_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.message} (code {self.code}, transaction {self.transaction_id})"


class PhotoRefused(FacewardError):
    """The photo cannot be used: no face, several, too small, no JPEG or PNG. The same photo will be refused again."""


class InvalidRequest(FacewardError):
    """The request is not one that the server understands, or that it can carry out now."""


class Unauthenticated(FacewardError):
    """The app's id or key is wrong."""


class Forbidden(FacewardError):
    """Known, but not allowed to."""


class NotFound(FacewardError):
    """No such template, gallery, challenge."""


class AlreadyExists(FacewardError):
    """There is one with this id."""


class TooManyRequests(FacewardError):
    """The app asks more often than it may: try again after `retry_after` seconds."""


class CheckUnavailable(FacewardError):
    """A security check that was asked for has no model on this server. It has **not** passed."""


class Busy(FacewardError):
    """Overloaded, starting or stopping, and still so at the last attempt."""


class ServerFault(FacewardError):
    """A fault of the server; its log has the reason under `transaction_id`."""


class Unreachable(FacewardError):
    """No answer: the address is wrong, the network is away, or it took longer than the timeout."""


_BY_STATUS: dict[int, type[FacewardError]] = {
    401: Unauthenticated, 403: Forbidden, 404: NotFound, 409: AlreadyExists, 429: TooManyRequests, 500: ServerFault,
    501: CheckUnavailable, 503: Busy,
}  # fmt: skip


def error_of(status: int, body: bytes, retry_after: Optional[float]) -> FacewardError:
    """The error that an answer is, in the envelope of either API."""
    code, message, transaction_id = _read(body)
    return _kind(status, code, message)(status, code, message, transaction_id, retry_after)


def _kind(status: int, code: "str | int | None", message: str) -> type[FacewardError]:
    if code in _REFUSED_PHOTOS:
        return PhotoRefused
    if status == 400 and message == "Template already exists":
        return AlreadyExists
    if isinstance(code, str) and (code.startswith("challenge_") or code.endswith("_outdated")) and status == 409:
        return InvalidRequest
    return _BY_STATUS.get(status, InvalidRequest)


def _read(body: bytes) -> "tuple[str | int | None, str, str | None]":
    try:
        answer: Any = json.loads(body)
        if "error" in answer:
            return answer["error"]["code"], answer["error"]["message"], answer.get("transaction_id")
        return answer["result"]["code"], answer["result"]["info"], answer.get("transactionId")
    except (ValueError, TypeError, KeyError):
        # A proxy in between, perhaps.
        return None, f"an answer that Faceward does not give: {body[:200]!r}", None
