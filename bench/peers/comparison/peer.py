"""Another program behind one of our small servers: `POST /compare`, both photos in the body."""

import json

from .asking import Request
from .processes import Process


class PeerServer:
    """As many processes as the peer needs to use all cores, each with a port of its own."""

    def __init__(self, peer, folder):
        self._processes = []
        try:
            for index in range(peer.processes):
                log = folder / f"{peer.name}-{index}.log"
                self._processes.append(Process(peer.command, log, folder, peer.environment))
            self.ports = [int(process.line_with("ready ").split()[1]) for process in self._processes]
        except BaseException:
            self.stop()
            raise

    def request(self, pair):
        headers = {"X-First-Bytes": str(len(pair.first)), "Content-Type": "application/octet-stream"}
        return Request("/compare", headers, pair.first + pair.second)

    @staticmethod
    def verdict(answer):
        """Whether both show one person by its own threshold; None where it found no answer."""
        said = json.loads(answer.body)
        return said["same"] if answer.status == 200 else None

    def cpu_seconds(self):
        return sum(process.cpu_seconds() for process in self._processes)

    def peak_bytes(self):
        return sum(process.peak_bytes() for process in self._processes)

    def stop(self):
        for process in self._processes:
            process.stop()
