"""Faceward's own server, with an empty store in a temporary folder, asked in two ways."""

import base64
import http.client
import json
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import uuid
from pathlib import Path

from .asking import Request
from .processes import Process

_READY_WITHIN_S = 300


class FacewardServer:
    """Default settings. What both ways of asking share."""

    def __init__(self, subject, folder):
        self._store = Path(tempfile.mkdtemp(prefix="faceward-", dir=folder))
        self._id, self._key = str(uuid.uuid4()), base64.b64encode(secrets.token_bytes(32)).decode()
        app = {"FACEWARD_APP_ID": self._id, "FACEWARD_APP_KEY": self._key}
        log = folder / f"{subject.name}.log"
        command = [subject.binary, "serve", "--listen", "127.0.0.1:0", "--log-level", "warn"]
        self._process = Process(command, log, self._store, app)
        try:
            said = self._process.line_with("listens on http")
            self.ports = [urllib.parse.urlparse(said.split()[3].rstrip(",")).port]
            self._wait_until_ready()
            self._sign_in()
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self):
        until = time.monotonic() + _READY_WITHIN_S
        while self._call("GET", "/readyz")[0] != 200:
            if time.monotonic() > until:
                raise RuntimeError(f"not ready after {_READY_WITHIN_S} s: {self._process.last_words()}")
            time.sleep(0.01)

    def _call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _sign_in(self):
        """What has to happen once before the first request."""

    def cpu_seconds(self):
        return self._process.cpu_seconds()

    def peak_bytes(self):
        return self._process.peak_bytes()

    def stop(self):
        self._process.stop()
        shutil.rmtree(self._store, ignore_errors=True)


class ComparisonAlone(FacewardServer):
    """`compare-images` of the Riset.ai API: similarity, verdict and mask."""

    def _sign_in(self):
        form = urllib.parse.urlencode({"client_id": self._id, "password": self._key})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = self._call("POST", "/oauth/client/token", form, headers)
        if status != 200:
            raise RuntimeError(f"no token: {status}")
        self._token = json.loads(body)["access_token"]

    def request(self, pair):
        photos = {"source_image": pair.first, "target_image": pair.second}
        body = {name: base64.b64encode(photo).decode() for name, photo in photos.items()}
        headers = {"Accesstoken": self._token, "Content-Type": "application/json"}
        return Request("/face-api/compare-images", headers, json.dumps(body).encode())

    @staticmethod
    def verdict(answer):
        # A photo that cannot be compared is a status in the body.
        said = json.loads(answer.body)
        return said.get("verified") if answer.status == 200 and said.get("status") == "200" else None


class FullAnswer(FacewardServer):
    """`verify` of the OOTO API with `check_liveness`: liveness, quality and demography of both faces."""

    def request(self, pair):
        boundary = secrets.token_hex(16)
        body = b""
        for name, photo in (("first_photo", pair.first), ("second_photo", pair.second)):
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
            body += head.encode() + photo + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        headers = {"APP-ID": self._id, "APP-KEY": self._key}
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        return Request("/api/v1.0/verify?check_liveness=true", headers, body)

    @staticmethod
    def verdict(answer):
        return json.loads(answer.body)["result"]["same"] if answer.status == 200 else None


def fetched(binary):
    """Fetches what is missing of models; returns the version of the binary."""
    subprocess.run([binary, "models", "fetch"], check=True, stdout=subprocess.DEVNULL)
    said = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split()[-1]
