"""The HTTP client below the generated code: another try where the server is busy, and boundaries that nobody can guess."""

from __future__ import annotations

import random
import time
from typing import Any, Optional

import httpx

from .errors import Unreachable, error_of

LONGEST_WAIT = 30.0
"""Seconds; a longer `Retry-After` is not waited for."""


def retry_after(response: httpx.Response) -> Optional[float]:
    """The seconds of `Retry-After`, if the answer has one."""
    try:
        return float(response.headers["retry-after"])
    except (KeyError, ValueError):
        return None


class Http(httpx.Client):
    """Asks up to `attempts` times while the answer is 503, and waits in between as long as the server says.

    Raises a `FacewardError` where the last answer is no result.
    """

    def __init__(self, *, attempts: int, **more: Any) -> None:
        super().__init__(**more)
        self._attempts = attempts

    def build_request(self, method: str, url: Any, **more: Any) -> httpx.Request:
        # Generated code always sends one and the same multipart boundary. Whoever made the photo could write it into the
        # photo and so add parts to the form. Without a content type httpx draws a random one.
        headers = more.get("headers")
        if more.get("files") and headers:
            more["headers"] = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        return super().build_request(method, url, **more)

    def send(self, request: httpx.Request, **more: Any) -> httpx.Response:
        # Now, so that the same body can be sent again.
        request.read()
        for attempt in range(1, self._attempts + 1):
            response = self._sent(request, **more)
            wait = retry_after(response)
            if response.status_code != 503 or attempt == self._attempts or wait is None or wait > LONGEST_WAIT:
                break
            response.close()
            # Clients that were refused together shall not come back together.
            time.sleep(wait * random.uniform(1.0, 1.5))
        if response.is_error:
            raise error_of(response.status_code, response.read(), retry_after(response))
        return response

    def _sent(self, request: httpx.Request, **more: Any) -> httpx.Response:
        try:
            return super().send(request, **more)
        except httpx.TransportError as error:
            raise Unreachable(None, None, f"no answer: {error or type(error).__name__}") from error
