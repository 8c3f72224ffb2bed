"""What most programs ask a Faceward server, in Python's terms."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from types import ModuleType, TracebackType
from typing import Any, Optional
from urllib.parse import quote

from .generated.api.native import (
    analyze,
    cancel_session,
    create_challenge,
    delete_template,
    get_session,
    list_templates,
    verify_template,
)
from .generated.api.ooto import ooto_add, ooto_identify, ooto_liveness, ooto_verify
from .generated.client import Client
from .generated.models import (
    Analysis,
    AnalyzeForm,
    Challenge,
    ChallengeRequest,
    ChallengeVerdict,
    OotoEnrolled,
    OotoEnrollForm,
    OotoIdentified,
    OotoInspection,
    OotoPhotoForm,
    OotoPhotoPairForm,
    OotoVerified,
    Session,
    SessionAnswer,
    Template,
    TemplateComparison,
    VerifyForm,
)
from .generated.types import UNSET
from .http import Http
from .photo import Photo, part, read


class Faceward:
    """A server, asked as one app. Close it, or use it in a `with` statement. Threads may share it.

    Every method raises a `FacewardError` where the answer is no result, and `OSError` where a photo cannot be read.
    """

    def __init__(self, url: str, app_id: str, app_key: str, *, timeout: float = 60.0, attempts: int = 4) -> None:
        """`timeout` is in seconds, for one attempt; `attempts` are made while the server is busy."""
        headers = {"APP-ID": app_id, "APP-KEY": app_key}
        self._http = Http(attempts=attempts, base_url=url, headers=headers, timeout=timeout)
        self._client = Client(base_url=url).set_httpx_client(self._http)

    def verify(
        self, first: Photo, second: Photo, *, check_liveness: bool = False, check_deepfake: bool = False
    ) -> OotoVerified:
        """Do two photos show one person? `same` is the verdict."""
        body = OotoPhotoPairForm(first_photo=part(first), second_photo=part(second))
        checks = {"check_liveness": check_liveness, "check_deepfake": check_deepfake}
        return self._ask(ooto_verify, body=body, **checks).result

    def enroll(self, photo: Photo, template_id: Optional[str] = None, *, replace: bool = False) -> OotoEnrolled:
        """Adds a face to the gallery, under an id of yours or a new one."""
        # Always named by us: a second attempt can then not add the same face twice.
        body = OotoEnrollForm(photo=part(photo), template_id=template_id or str(uuid.uuid4()))
        return self._ask(ooto_add, body=body, replace=replace).result

    def identify(
        self, photo: Photo, *, check_liveness: bool = False, threshold: Optional[float] = None
    ) -> OotoIdentified:
        """Whom does a photo show? `search.template_id` is `None` where nobody reaches the threshold."""
        least = UNSET if threshold is None else threshold
        body = OotoPhotoForm(photo=part(photo))
        return self._ask(ooto_identify, body=body, check_liveness=check_liveness, threshold=least).result

    def liveness(self, photo: Photo) -> OotoInspection:
        """Is a photo one of a live person? `liveness.fine` is the verdict."""
        return self._ask(ooto_liveness, body=OotoPhotoForm(photo=part(photo))).result

    def compare(
        self, photo: Photo, template_id: str, *, check_liveness: bool = False, check_deepfake: bool = False
    ) -> TemplateComparison:
        """Does a photo show the person of a template? `same` is the verdict."""
        body = VerifyForm(photo=part(photo), template_id=template_id)
        checks = {"check_liveness": check_liveness, "check_deepfake": check_deepfake}
        return self._ask(verify_template, body=body, **checks)

    def analyze(self, photo: Photo, outputs: Optional[Sequence[str]] = None) -> Analysis:
        """Everything about every face, or the named outputs: `pose`, `liveness`, `quality` and so on."""
        wanted = UNSET if outputs is None else ",".join(outputs)
        return self._ask(analyze, body=AnalyzeForm(photo=part(photo)), outputs=wanted)

    def templates(self, gallery: Optional[str] = None) -> Iterator[Template]:
        """Every template of the app, asked for page by page."""
        after: Any = UNSET
        while after is not None:
            page = self._ask(list_templates, gallery=UNSET if gallery is None else gallery, after=after)
            yield from page.templates
            after = page.next_

    def delete(self, template_id: str) -> None:
        """Deletes a template; it is gone from the disk when this returns."""
        self._ask(delete_template, template_id=template_id)

    def challenge(self, subject: Optional[str] = None, *, steps: Optional[int] = None) -> Challenge:
        """Asks for movements that somebody shall make; with a `subject`, that enrolled person."""
        body = ChallengeRequest(subject=subject, steps=steps)
        return self._ask(create_challenge, body=body)

    def answer(
        self, challenge: Challenge, frames: Sequence[Sequence[Photo]], *, check_deepfake: bool = False
    ) -> ChallengeVerdict:
        """Answers a challenge: for each of its movements, the frames taken while it was made. `passed` is the verdict."""
        # By hand: the generated form knows the first two steps, and there are up to eight.
        path = f"/v1/challenges/{quote(challenge.challenge_id, safe='')}/answer"
        parts = [
            (f"step_{number}", ("frame", read(frame), "application/octet-stream"))
            for number, step in enumerate(frames, start=1)
            for frame in step
        ]
        asked = {"check_deepfake": "true"} if check_deepfake else {}
        response = self._http.post(path, files=parts, params=asked)
        return ChallengeVerdict.from_dict(response.json())

    def create_session(self, *, reference: Optional[Photo] = None, **wanted: Any) -> SessionAnswer:
        """Makes a verification link: `link` is what to send, `session` how it stands.

        `wanted` is what `POST /v1/sessions` takes: `checks`, `verify`, `enroll`, `return_url` and so on. With `reference` the
        face has to be that of this photo.
        """
        if reference is None:
            response = self._http.post("/v1/sessions", json=wanted)
        else:
            files = {"reference": ("photo", read(reference), "application/octet-stream")}
            response = self._http.post("/v1/sessions", files=files, data={"session": json.dumps(wanted)})
        return SessionAnswer.from_dict(response.json())

    def session(self, session_id: "uuid.UUID | str") -> Session:
        """How a verification session stands; over for good where `ended_at` is set."""
        return self._ask(get_session, session_id=str(session_id)).session

    def cancel_session(self, session_id: "uuid.UUID | str") -> Session:
        """Withdraws a verification link."""
        return self._ask(cancel_session, session_id=str(session_id)).session

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> "Faceward":
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _ask(self, route: ModuleType, **arguments: Any) -> Any:
        """What a generated route answers. What is no result was raised below it."""
        return route.sync_detailed(client=self._client, **arguments).parsed
