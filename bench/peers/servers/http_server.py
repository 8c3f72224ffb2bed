"""The HTTP around a peer that is written in Python: one request has two photos, the answer is its verdict.

A request is `POST /compare`, its body the bytes of the first photo and then those of the second, and `X-First-Bytes` says
how many the first has. That is less than any of them would read if photos came as multipart or base64.
"""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(compare, one_at_a_time=False):
    """Serves `compare(first, second)`, which returns whether both show one person, and a score.

    `one_at_a_time` is for a peer that must not be called by several threads at once.
    """
    turn = threading.Lock() if one_at_a_time else contextlib.nullcontext()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        # The head and body of an answer leave together.
        wbufsize = -1

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            cut = int(self.headers["X-First-Bytes"])
            try:
                with turn:
                    same, score = compare(body[:cut], body[cut:])
                self._answer(200, {"same": bool(same), "score": float(score)})
            # A peer says "no face" by an exception of its own; the driver counts what has no verdict.
            except Exception as error:
                self._answer(422, {"error": f"{type(error).__name__}: {error}"})

        def _answer(self, status, said):
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Says nothing for each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"ready {server.server_port}", flush=True)
    server.serve_forever()
