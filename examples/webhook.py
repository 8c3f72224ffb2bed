"""A receiver of webhooks: WEBHOOK_SECRET=whsec_... python3 webhook.py [port]. See docs/webhooks.md."""

import base64, hashlib, hmac, time
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_BYTES = 1 << 20
SECRET = os.environ["WEBHOOK_SECRET"]
# Ids that were seen. A real receiver keeps them in its database, in one transaction with what it does.
seen = set()


def verified(secret: str, headers, body: bytes, now: float | None = None) -> bool:
    """Whether a message is ours and new. `headers` finds names in lower case; `body` is as it came."""
    event, sent, signatures = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    if abs((time.time() if now is None else now) - int(sent)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(expected, signature) for signature in signatures.split())


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        if length > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)
        try:
            if not verified(SECRET, self.headers, body):
                return self.answer(401)
        except (TypeError, ValueError, AttributeError):  # A header is missing or is none.
            return self.answer(400)
        event = self.headers["webhook-id"]
        if event not in seen:
            seen.add(event)
            print(event, json.loads(body)["type"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9000), Receiver)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
