"""Another try at a server that is busy: a stand-in that answers 503 so often, with the bodies that it got."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

from faceward_client import Busy, Faceward

DELETED = {"transaction_id": "9f0cdb35-8e4d-4a52-8a5e-2b9d8a3f5c11"}
BUSY = {"error": {"code": "overloaded", "message": "busy"}, **DELETED}


class BusyServer(HTTPServer):
    """Refuses the first `refusals` requests, with `retry_after` in the header."""

    def __init__(self, refusals, retry_after="0"):
        super().__init__(("127.0.0.1", 0), Handler)
        self.refusals, self.retry_after, self.bodies = refusals, retry_after, []


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.server.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        refused = len(self.server.bodies) <= self.server.refusals
        body = json.dumps(BUSY if refused else DELETED).encode()
        self.send_response(503 if refused else 200)
        if refused and self.server.retry_after is not None:
            self.send_header("Retry-After", self.server.retry_after)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_POST = answer

    def log_message(self, *_):
        pass


class Tries(unittest.TestCase):
    def ask(self, server, question):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        with Faceward(f"http://127.0.0.1:{server.server_port}", "id", "key", attempts=3) as client:
            return question(client)

    def test_what_was_refused_is_asked_again_with_the_same_body(self):
        server = BusyServer(refusals=2)
        with self.assertRaises(KeyError):
            # The stand-in's last answer is none of an enrolment; what counts is what it got.
            self.ask(server, lambda client: client.enroll(b"photo", "anna"))
        self.assertEqual(len(server.bodies), 3)
        self.assertIn(b"photo", server.bodies[0])
        self.assertEqual({server.bodies[0]}, set(server.bodies))

    def test_the_last_refusal_is_raised(self):
        server = BusyServer(refusals=9)
        with self.assertRaises(Busy) as raised:
            self.ask(server, lambda client: client.delete("anna"))
        self.assertEqual((len(server.bodies), raised.exception.code), (3, "overloaded"))

    def test_a_server_that_names_no_time_or_too_long_a_one_is_not_asked_again(self):
        for retry_after in (None, "3600"):
            server = BusyServer(refusals=9, retry_after=retry_after)
            with self.assertRaises(Busy) as raised:
                self.ask(server, lambda client: client.delete("anna"))
            self.assertEqual(len(server.bodies), 1)
            self.assertEqual(raised.exception.retry_after, retry_after and float(retry_after))


if __name__ == "__main__":
    unittest.main()
