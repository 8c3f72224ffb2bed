"""Onboarding by link: somebody verifies themselves on their phone, and is enrolled if they are the person of a document.

    onboarding.py ID PHOTO_OF_THE_DOCUMENT [MINUTES]

Prints the link to send them, waits until they are done, and says what came of it. In a real app the waiting is done by a
webhook. Nobody is enrolled who does not pass: the server does that by itself.

Set SERVER_URL, APP_ID and APP_KEY. Exit code 0: onboarded; 1: not, and the reasons are printed.
"""

import os
import sys
import time

from faceward_client import Faceward, FacewardError, PhotoRefused, Session

MEASURES = ("blur", "crfiqa", "exposure", "occlusion")
"""What a document's photo has to satisfy; it need not be neutral, or have even light."""
UNDER_WAY = ("created", "opened", "consented")


def reasons_against_document(server: Faceward, photo: str) -> "list[str]":
    """What speaks against a document's photo as the reference of a person."""
    faces = server.analyze(photo, ["quality"]).faces
    if len(faces) != 1:
        return [f"the document shows {len(faces)} faces"]
    measures = [measure for measure in faces[0].quality.measures if measure.name in MEASURES]
    return [f"the document: {measure.name}" for measure in measures if not measure.fine]


def ended(server: Faceward, session: Session, every: float = 1.0) -> Session:
    """The session once it is over: the server ends it when its time is."""
    while session.state in UNDER_WAY:
        time.sleep(every)
        session = server.session(session.session_id)
    return session


def onboard(server: Faceward, person: str, document: str, minutes: int) -> "list[str]":
    """Sends a link and waits; the reasons why the person is not enrolled, if there are any."""
    try:
        reasons = reasons_against_document(server, document)
        if reasons:
            return reasons
        made = server.create_session(
            checks=["liveness"],
            reference=document,
            enroll={"subject": person, "template_id": person},
            expires_in=60 * minutes,
        )
    except PhotoRefused as refused:
        return [f"the document: {refused.message}"]
    except FacewardError as error:
        return [error.message]
    # In place of a mail, or a QR code.
    print("send this link:", made.link, flush=True)
    session = ended(server, made.session)
    return [] if session.state == "passed" else [session.state, *session.reasons]


def main(person: str, document: str, minutes: str = "15") -> int:
    with Faceward(os.environ["SERVER_URL"], os.environ["APP_ID"], os.environ["APP_KEY"]) as server:
        reasons = onboard(server, person, document, int(minutes))
    print("refused: " + ", ".join(reasons) if reasons else f"onboarded {person}")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
