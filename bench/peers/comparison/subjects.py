"""What is measured: Faceward in two ways, and programs that have been installed."""

import os
from dataclasses import dataclass, field

from . import faceward
from .peer import PeerServer

CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Peer:
    """A program that has been installed."""

    name: str
    title: str
    about: str
    command: list
    # Processes that it takes to use every core.
    processes: int = 1
    environment: dict = field(default_factory=dict)

    def start(self, folder):
        return PeerServer(self, folder)


@dataclass(frozen=True)
class Faceward:
    name: str
    title: str
    about: str
    binary: str
    server: type

    def start(self, folder):
        return self.server(self, folder)


def faceward_both(binary):
    """The comparison alone first: the ratios are against it."""
    version = faceward.fetched(binary)
    alone = "`compare-images`, one process"
    full = "`verify?check_liveness=true` with quality and demography, one process"
    return [
        Faceward("faceward", f"**Faceward {version}**, the comparison alone", alone, binary, faceward.ComparisonAlone),
        Faceward("faceward-full", "**Faceward**, liveness, quality, demography", full, binary, faceward.FullAnswer),
    ]
