"""Installs the peers, measures them beside Faceward, writes the result: the command line."""

import argparse
import collections
import json
import os
import sys
import tempfile
from pathlib import Path

from . import HERE, pairs, peers, report
from .install import Folders, Unavailable, cache_folder
from .seen import Seen, note
from .starting import starts, working
from .subjects import faceward_both
from .turns import rounds

ROOT = HERE.parent.parent
# A round takes about a minute with all peers.
FULL = {"rounds": 12, "starts": 5}
QUICK = {"rounds": 1, "starts": 1}
QUICK_PAIRS = 2
# Of the cores, before the start: more is somebody else's work.
BUSY = 0.2


def arguments():
    parser = argparse.ArgumentParser(prog="bench/peers/run", description=__doc__)
    option = parser.add_argument
    option("--faceward", type=Path, default=ROOT / "target/release/faceward", help="the binary, of a release build")
    option("--dir", type=Path, default=cache_folder(), help="where peers are installed (default: %(default)s)")
    option("--pairs", type=Path, help="a folder with photos and pairs.csv (default: photos of pinned packages)")
    option("--only", action="append", choices=list(peers.ALL), help="this peer alone; may be given again")
    option("--quick", action="store_true", help="two pairs a set, one round, no document: does it work?")
    option("--rounds", type=int, help=f"default: {FULL['rounds']}")
    option("--document", type=Path, default=ROOT / "docs/performance.md", help="gets the result (default: %(default)s)")
    return parser.parse_args()


def installed(folders, names):
    """The peers that could be had, and why the others could not."""
    found, missing = [], {}
    for name in names:
        try:
            found.append(peers.ALL[name](folders))
        except Unavailable as reason:
            missing[name] = str(reason)
            note(f"{name} is not available: {reason}")
    return found, missing


def measured(subjects, sets, settings):
    """What was seen of those that work, and why the others do not."""
    seen = collections.defaultdict(Seen)
    with tempfile.TemporaryDirectory(prefix="faceward-peers-") as scratch:
        first = next(iter(sets.values()))[0]
        found, broken = working(subjects, first, Path(scratch))
        starts(found, seen, first, settings["starts"], Path(scratch))
        broken |= rounds(found, seen, sets, settings["rounds"], Path(scratch))
    if subjects[0].name in broken:
        raise SystemExit(f"Faceward itself {broken[subjects[0].name]}")
    return [subject for subject in found if subject.name not in broken], seen, broken


def main():
    asked = arguments()
    settings = dict(QUICK if asked.quick else FULL)
    if asked.rounds:
        settings["rounds"] = asked.rounds
    folders = Folders(asked.dir)
    sets = pairs.read(asked.pairs or folders.photos())
    if asked.quick:
        sets = {name: found[:QUICK_PAIRS] for name, found in sets.items()}
    others, missing = installed(folders, asked.only or list(peers.ALL))
    subjects = [*faceward_both(asked.faceward.resolve()), *others]
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    if load > BUSY * cores:
        note(f"the machine is busy (load {load:.1f}): the figures will say more about that than about the programs")
    machine = report.machine()
    subjects, seen, broken = measured(subjects, sets, settings)
    found = report.results(subjects, seen, sets, missing | broken, settings) | {"machine": machine}
    (asked.dir / "results.json").write_text(json.dumps(found, indent=1))
    section = report.section(found)
    print(section)
    if not asked.quick:
        asked.document.write_text(report.written(asked.document.read_text(), section))
    note(f"all figures: {asked.dir / 'results.json'}")


if __name__ == "__main__":
    sys.exit(main())
