"""Processes that were started here, with what they have used. Reads /proc: Linux only."""

import os
import signal
import subprocess
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 10


def _tree(pid):
    """The process and everything that it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _tree(int(child))
    return found


def _cpu_seconds(pid):
    # The name in brackets may contain blanks; utime and stime are the 12th and 13th field after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


class Process:
    """A server with its log; ends with all that it has started."""

    def __init__(self, command, log, cwd, environment=None):
        self.log = Path(log)
        with self.log.open("wb") as errors:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )

    def line_with(self, text):
        """The first line of its output that contains `text`."""
        for line in self._process.stdout:
            if text in (said := line.decode(errors="replace")):
                return said.strip()
        self._process.wait()
        raise RuntimeError(f"it ended with {self._process.returncode}: {self.last_words()}")

    def last_words(self):
        """What it complained of last."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        complaints = [line for line in lines if "error" in line.lower()]
        return (complaints or lines or ["without a word"])[-1].strip()

    def cpu_seconds(self):
        return sum(_cpu_seconds(pid) for pid in _tree(self._process.pid))

    def peak_bytes(self):
        """Sum over its processes; pages that they share count in each."""
        return sum(_peak_bytes(pid) for pid in _tree(self._process.pid))

    def stop(self):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._process.stdout.close()
