"""Which subjects work at all, and how long each takes to start."""

import random
import time
from http.client import HTTPException

from .asking import ask_all, connections
from .seen import note


def working(subjects, pair, folder):
    """Those that start and answer, and why the others do not. What they cache at their first start is there afterwards."""
    found, broken = [], {}
    for subject in subjects:
        try:
            _first_answer(subject, pair, folder)
            found.append(subject)
        except (RuntimeError, OSError, HTTPException) as reason:
            broken[subject.name] = str(reason)
            note(f"{subject.name} does not work: {reason}")
    if not found or found[0] is not subjects[0]:
        raise SystemExit(f"Faceward itself does not work: {broken}")
    return found, broken


def starts(subjects, seen, pair, times, folder):
    """Times from the start of the process until it is ready, and until the first answer."""
    for _ in range(times):
        for subject in random.sample(subjects, len(subjects)):
            ready, first = _first_answer(subject, pair, folder)
            seen[subject.name].ready_s.append(ready)
            seen[subject.name].first_s.append(first)


def _first_answer(subject, pair, folder):
    started = time.perf_counter()
    server = subject.start(folder)
    try:
        ready = time.perf_counter() - started
        [client] = connections(server, 1)
        ask_all([client], [server.request(pair)])
        first = time.perf_counter() - started
        client.close()
        return ready, first
    finally:
        server.stop()
