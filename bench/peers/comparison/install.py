"""Puts each peer into a folder of its own, from the registries alone, at pinned versions."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import HERE

_WAIT_S = 3600
_PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
_PIP_INSTALL = [*_PIP, "install", "--no-deps", "--require-hashes"]
_PIP_DOWNLOAD = [*_PIP, "download", "--no-deps", "--no-binary", ":all:", "--require-hashes"]


class Unavailable(Exception):
    """A peer cannot be had on this machine, and why."""


def run(command, **more):
    """Runs a command without its noise; says what it said last where it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=_WAIT_S, **more)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error
    if done.returncode != 0:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise Unavailable(f"{' '.join(words[:3])}: {said[-1] if said else done.returncode}")
    return done.stdout


def digest(*paths):
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


class Folders:
    """Where everything is kept between runs. What has been installed by the same lock file stays."""

    def __init__(self, root):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def made(self, name, stamp, make):
        """The folder `name`, made anew by `make(folder)` unless it was made by the same `stamp`."""
        folder, mark = self.root / name, self.root / name / ".made-by"
        if not mark.is_file() or mark.read_text() != stamp:
            print(f"installing {name}", file=sys.stderr, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            mark.write_text(stamp)
        return folder

    def python_environment(self, name):
        """The interpreter of a virtual environment with exactly what `requirements/NAME.txt` lists."""
        lock = HERE / "requirements" / f"{name}.txt"

        def make(folder):
            run([sys.executable, "-m", "venv", folder])
            run([folder / "bin/python", *_PIP_INSTALL, "-r", lock])

        return self.made(f"{name}-venv", f"{sys.version} {digest(lock)}", make) / "bin/python"

    def node_packages(self, name):
        """The folder whose `node_modules` are exactly those of `NAME/package-lock.json`. None of them runs a script."""
        files = [HERE / name / file for file in ("package.json", "package-lock.json", ".npmrc")]

        def make(folder):
            for file in files:
                shutil.copy(file, folder)
            run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=folder)

        return self.made(name, f"{run(['node', '--version'])} {digest(*files)}", make)

    def archives(self):
        """The source archives that carry photos for tests."""
        lock = HERE / "requirements/fixtures.txt"

        def make(folder):
            run([self.python_environment("photos"), *_PIP_DOWNLOAD, "-d", folder, "-r", lock])

        return self.made("fixtures", digest(lock), make)

    def photos(self):
        """The folder of pairs that are used unless others are given."""
        python, archives, maker = self.python_environment("photos"), self.archives(), HERE / "photos.py"
        return self.made("pairs", digest(maker), lambda folder: run([python, maker, archives, folder]))


def cache_folder():
    """Of this comparison, below the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "faceward-peers"
