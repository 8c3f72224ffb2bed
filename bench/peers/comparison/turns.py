"""Asks every subject the same, in turn, in an order that is drawn anew in each round."""

import random
import time
from http.client import HTTPException

from .asking import ask_all, connections
from .seen import Series, note

# So that what one subject leaves running does not count for the next.
_PAUSE_S = 0.2
# A subject for which a set takes long takes part in fewer rounds: about so many seconds of each set and concurrency in all.
_SERIES_S = 60
_LEAST_ROUNDS = 2
CONCURRENCIES = (1, 2)


class Turns:
    """All running servers with their requests, which are built once, and their connections, which are kept."""

    def __init__(self, servers, sets, seen):
        self._servers, self._sets, self._seen = servers, sets, seen
        self._connections = {name: connections(server, max(CONCURRENCIES)) for name, server in servers.items()}
        self._requests = {
            (name, set_name): [server.request(pair) for pair in pairs]
            for name, server in servers.items()
            for set_name, pairs in sets.items()
        }
        # By name and set: a subject takes part in every so manieth round.
        self._every = {}
        # By name: why a subject is asked no more.
        self.lost = {}

    def warm_up(self, rounds):
        for name in list(self._servers):
            for set_name in self._sets:
                self._unless_lost(self._warm, name, set_name, rounds)

    def round(self, index):
        passes = [(set_name, clients) for set_name in self._sets for clients in CONCURRENCIES]
        for set_name, clients in random.sample(passes, len(passes)):
            for name in random.sample(list(self._servers), len(self._servers)):
                if name not in self.lost and index % self._every[name, set_name] == 0:
                    time.sleep(_PAUSE_S)
                    self._unless_lost(self._pass, name, set_name, clients)

    def end(self):
        """Memory of those that are still there; closes all connections."""
        for name, server in self._servers.items():
            if name not in self.lost:
                self._seen[name].peak_bytes = server.peak_bytes()
            for connection in self._connections[name]:
                connection.close()

    def _unless_lost(self, ask, name, *more):
        """A peer that breaks down does not take the others with it."""
        if name in self.lost:
            return
        try:
            ask(name, *more)
        except (OSError, HTTPException) as reason:
            self.lost[name] = f"broke down while it was measured: {reason}"
            note(f"{name} {self.lost[name]}")

    def _warm(self, name, set_name, rounds):
        """Asks for every pair once over each connection; keeps the verdicts, and the time for the slowest to be asked less."""
        server, pairs, open_ones = self._servers[name], self._sets[set_name], self._connections[name]
        answers, wall = ask_all(open_ones, self._requests[name, set_name] * len(open_ones))
        verdicts = [server.verdict(answer) for answer in answers[: len(pairs)]]
        self._seen[name].verdicts[set_name] = dict(zip([pair.name for pair in pairs], verdicts))
        most = max(_LEAST_ROUNDS, int(_SERIES_S / wall))
        self._every[name, set_name] = max(1, rounds // most)

    def _pass(self, name, set_name, clients):
        server, seen = self._servers[name], self._seen[name]
        # As many rounds as clients: the end, where one waits for the other, weighs the same for all.
        requests = self._requests[name, set_name] * clients
        before = server.cpu_seconds()
        answers, wall = ask_all(self._connections[name][:clients], requests)
        series = seen.series.setdefault((set_name, clients), Series())
        series.cpu_s += server.cpu_seconds() - before
        series.rates.append(len(requests) / wall)
        series.seconds += [answer.seconds for answer in answers]
        expected = list(seen.verdicts[set_name].values()) * clients
        series.strayed += sum(server.verdict(answer) != verdict for answer, verdict in zip(answers, expected))


def rounds(subjects, seen, sets, times, folder):
    """Starts all subjects, lets them get warm, and measures them in turn; returns which broke down, and why."""
    servers = {}
    try:
        for subject in subjects:
            servers[subject.name] = subject.start(folder)
        turns = Turns(servers, sets, seen)
        turns.warm_up(times)
        for index in range(times):
            turns.round(index)
            note(f"round {index + 1} of {times}")
        turns.end()
        return turns.lost
    finally:
        for server in servers.values():
            server.stop()
