"""Batches made in a process of their own, while the network trains."""

import multiprocessing

import cv2

# So many lie ready at most.
AHEAD = 8


def endless(make, *arguments):
    """A queue of `make(*arguments).next()`, for ever."""
    queue = multiprocessing.Queue(AHEAD)
    multiprocessing.Process(target=_fill, args=(queue, make, arguments), daemon=True).start()
    return queue


def _fill(queue, make, arguments):
    cv2.setNumThreads(1)
    batches = make(*arguments)
    while True:
        queue.put(batches.next())
