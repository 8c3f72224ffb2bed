"""Asks every subject the same, in turn, in an order that is drawn anew in each round."""

import random
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPException

from .asking import connections

# So that what one subject leaves running does not count for the next.
_PAUSE_S = 0.2
# A subject for which a set takes long takes part in fewer rounds: about so many seconds of each set and concurrency in all.
_SERIES_S = 60
_LEAST_ROUNDS = 2
CONCURRENCIES = (1, 2)


@dataclass
class Series:
    """What was seen of one subject on one set at one concurrency."""

    seconds: list = field(default_factory=list)
    rates: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    # Answers that were not those of the warm-up: refused, or another verdict.
    strayed: int = 0

    def medians(self):
        return {
            "p50_ms": 1000 * statistics.median(self.seconds),
            "requests_per_s": statistics.median(self.rates),
            "cpu_s": statistics.median(self.cpu),
            "requests": len(self.seconds),
            "strayed": self.strayed,
        }


@dataclass
class Seen:
    """What was seen of one subject."""

    ready_s: list = field(default_factory=list)
    first_s: list = field(default_factory=list)
    peak_bytes: int = 0
    # By set and concurrency.
    series: dict = field(default_factory=dict)
    # By set, then by pair: its verdict, None where it had none.
    verdicts: dict = field(default_factory=dict)


def note(text):
    print(text, file=sys.stderr, flush=True)


def working(subjects, pair, folder):
    """Those that start and answer, and why the others do not. What they cache at their first start is there afterwards."""
    found, broken = [], {}
    for subject in subjects:
        try:
            server = subject.start(folder)
            try:
                asked(connections(server, 1), [server.request(pair)])
                found.append(subject)
            finally:
                server.stop()
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
            started = time.perf_counter()
            server = subject.start(folder)
            try:
                seen[subject.name].ready_s.append(time.perf_counter() - started)
                asked(connections(server, 1), [server.request(pair)])
                seen[subject.name].first_s.append(time.perf_counter() - started)
            finally:
                server.stop()
            time.sleep(_PAUSE_S)


def asked(clients, requests):
    """Answers in the order of the requests, which the clients share, and the time that all took."""
    left = list(enumerate(requests))
    left.reverse()
    answers = [None] * len(requests)
    faults = []

    def work(connection):
        try:
            while left:
                try:
                    index, request = left.pop()
                except IndexError:
                    break
                answers[index] = connection.ask(request)
        except (OSError, HTTPException) as fault:
            faults.append(fault)

    for connection in clients:
        connection.open()
    threads = [threading.Thread(target=work, args=(connection,)) for connection in clients]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return answers, time.perf_counter() - started


class Turns:
    """All running servers with their requests, which are built once, and their connections, which are kept."""

    def __init__(self, servers, sets, seen, concurrencies):
        self._servers, self._sets, self._seen = servers, sets, seen
        self._concurrencies = concurrencies
        self._connections = {name: connections(server, max(concurrencies)) for name, server in servers.items()}
        self._requests = {
            (name, set_name): [server.request(pair) for pair in pairs]
            for name, server in servers.items()
            for set_name, pairs in sets.items()
        }
        # By name and set: a subject takes part in every so manieth round.
        self._every = {}

    def warm_up(self, rounds):
        """Asks for every pair once over each connection; keeps the verdicts, and the time for the slowest to be asked less."""
        for (name, set_name), requests in self._requests.items():
            server, pairs = self._servers[name], self._sets[set_name]
            open_ones = self._connections[name]
            answers, wall = asked(open_ones, requests * len(open_ones))
            verdicts = [server.verdict(answer) for answer in answers[: len(pairs)]]
            self._seen[name].verdicts[set_name] = dict(zip([pair.name for pair in pairs], verdicts))
            most = max(_LEAST_ROUNDS, int(_SERIES_S / wall))
            self._every[name, set_name] = max(1, rounds // most)

    def round(self, index):
        passes = [(set_name, clients) for set_name in self._sets for clients in self._concurrencies]
        for set_name, clients in random.sample(passes, len(passes)):
            for name in random.sample(list(self._servers), len(self._servers)):
                if index % self._every[name, set_name] == 0:
                    time.sleep(_PAUSE_S)
                    self._pass(name, set_name, clients)

    def _pass(self, name, set_name, clients):
        server, seen = self._servers[name], self._seen[name]
        # As many rounds as clients: the end, where one waits for the other, weighs the same for all.
        requests = self._requests[name, set_name] * clients
        before = server.cpu_seconds()
        answers, wall = asked(self._connections[name][:clients], requests)
        series = seen.series.setdefault((set_name, clients), Series())
        series.cpu.append((server.cpu_seconds() - before) / len(requests))
        series.rates.append(len(requests) / wall)
        series.seconds += [answer.seconds for answer in answers]
        expected = list(seen.verdicts[set_name].values()) * clients
        series.strayed += sum(server.verdict(answer) != verdict for answer, verdict in zip(answers, expected))


def rounds(subjects, seen, sets, times, folder):
    """Starts all subjects, lets them get warm, and measures them in turn."""
    servers = {}
    try:
        for subject in subjects:
            servers[subject.name] = subject.start(folder)
        turns = Turns(servers, sets, seen, CONCURRENCIES)
        turns.warm_up(times)
        for index in range(times):
            turns.round(index)
            note(f"round {index + 1} of {times}")
        for name, server in servers.items():
            seen[name].peak_bytes = server.peak_bytes()
    finally:
        for server in servers.values():
            server.stop()
