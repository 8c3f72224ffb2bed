"""Requests to a server on this machine, and how long it takes to answer them."""

import http.client
import select
import socket
import threading
import time
from dataclasses import dataclass

# Longer than the slowest peer takes for the largest photos.
TIMEOUT_S = 300


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire, built before anything is timed."""

    path: str
    headers: dict
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    seconds: float


class Connection:
    """Kept open, as a client would."""

    def __init__(self, port):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)

    def open(self):
        """Opens it, anew if the server has closed it meanwhile: an idle connection has nothing to read but its end."""
        if self._http.sock is not None and select.select([self._http.sock], [], [], 0)[0]:
            self._http.close()
        if self._http.sock is None:
            self._http.connect()
            self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request):
        started = time.perf_counter()
        self._http.request("POST", request.path, request.body, request.headers)
        response = self._http.getresponse()
        body = response.read()
        return Answer(response.status, body, time.perf_counter() - started)

    def close(self):
        self._http.close()


def connections(server, clients):
    """One for each client, spread over the processes of the server."""
    return [Connection(server.ports[client % len(server.ports)]) for client in range(clients)]


def ask_all(clients, requests):
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
        except (OSError, http.client.HTTPException) as fault:
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
