"""A door: who stands before the camera is looked for among those who may come in.

    door.py PHOTO...          decides on each photo, as a camera at the door would send them

Set SERVER_URL, APP_ID and APP_KEY. Exit code 0: it opened each time; 1: not.
"""

import logging
import os
import sys

from faceward_client import Busy, CheckUnavailable, Faceward, PhotoRefused, Unreachable

# One in 10,000 strangers looks as much like one given person; with a thousand people behind the door a stranger has a
# thousand chances. So a door asks for more than the default of 0.75: docs/thresholds.md.
THRESHOLD = 0.85


def who_may_enter(server: Faceward, photo: str) -> "str | None":
    """The person who is let in, or `None`. Whatever is in doubt keeps the door closed."""
    try:
        found = server.identify(photo, check_liveness=True, threshold=THRESHOLD)
    except PhotoRefused as refused:
        # Nobody there, or two: wait for the next photo.
        logging.info("no decision: %s", refused)
        return None
    except CheckUnavailable:
        logging.error("the server has no liveness check: a photo of somebody would open the door")
        return None
    except (Busy, Unreachable) as away:
        logging.warning("no answer: %s", away)
        return None
    person = found.search.template_id
    if person is None:
        logging.info("a stranger")
    elif not found.liveness.fine:
        logging.warning("not live, but looks like %s", person)
        return None
    return person


def main(photos: "list[str]") -> int:
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    opened = 0
    with Faceward(os.environ["SERVER_URL"], os.environ["APP_ID"], os.environ["APP_KEY"], timeout=10) as server:
        for photo in photos:
            person = who_may_enter(server, photo)
            opened += person is not None
            print(f"{photo}: {'open for ' + person if person else 'closed'}")
    return 0 if opened == len(photos) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
