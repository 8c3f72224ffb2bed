"""Onboarding: somebody shows a document and then makes movements before the camera; only who passes stays enrolled.

    onboarding.py ID PHOTO_OF_THE_DOCUMENT FOLDER

FOLDER is where your app puts the frames that its camera takes while each movement is made: `FOLDER/front/1.jpg`,
`FOLDER/left/1.jpg` and so on; a folder for each movement that may be asked for. Here they lie there before, which is why a
real app asks first and films then.

Set SERVER_URL, APP_ID and APP_KEY. Exit code 0: onboarded; 1: not, and the reasons are printed.
"""

import os
import sys
from pathlib import Path

from faceward_client import AlreadyExists, Faceward, PhotoRefused

MEASURES = ("blur", "crfiqa", "exposure", "occlusion")
"""What a document's photo has to satisfy; it need not be neutral, or have even light."""


def reasons_against_document(server: Faceward, photo: str) -> "list[str]":
    """What speaks against a document's photo as the reference of a person."""
    faces = server.analyze(photo, ["quality"]).faces
    if len(faces) != 1:
        return [f"the document shows {len(faces)} faces"]
    measures = [measure for measure in faces[0].quality.measures if measure.name in MEASURES]
    return [f"the document: {measure.name}" for measure in measures if not measure.fine]


def frames_of(folder: Path, movement: str) -> "list[Path]":
    return sorted((folder / movement).glob("*.jpg"))


def reasons_against_person(server: Faceward, person: str, folder: Path) -> "list[str]":
    """What speaks against the person before the camera: not live, another one, movements not made."""
    challenge = server.challenge(subject=person)
    movements = [str(movement) for movement in challenge.movements]
    print("asked for:", ", ".join(movements))
    verdict = server.answer(challenge, [frames_of(folder, movement) for movement in movements])
    return [str(reason) for reason in verdict.reasons]


def onboard(server: Faceward, person: str, document: str, folder: Path) -> "list[str]":
    """Enrols a person; the reasons why not, if there are any. Whoever does not pass is not kept."""
    try:
        reasons = reasons_against_document(server, document)
        if reasons:
            return reasons
        server.enroll(document, person)
    except PhotoRefused as refused:
        return [f"the document: {refused.message}"]
    except AlreadyExists:
        return ["somebody with this id is enrolled"]
    passed = False
    try:
        reasons = reasons_against_person(server, person, folder)
        passed = not reasons
        return reasons
    except PhotoRefused as refused:
        return [f"the camera: {refused.message}"]
    finally:
        # Also where the server or the network fails half-way: no face without a finished onboarding.
        if not passed:
            server.delete(person)


def main(person: str, document: str, folder: str) -> int:
    with Faceward(os.environ["SERVER_URL"], os.environ["APP_ID"], os.environ["APP_KEY"]) as server:
        reasons = onboard(server, person, document, Path(folder))
    print("refused: " + ", ".join(reasons) if reasons else f"onboarded {person}")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
