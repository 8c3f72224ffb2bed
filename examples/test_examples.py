"""The examples as a person would use them, with photos in place of a camera: `examples/run`."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid
import zlib
from pathlib import Path

from faceward_client import Faceward

HERE = Path(__file__).parent
PHOTOS = Path(os.environ["PHOTOS"])
ANNA, ANNA_AGAIN, OTHER = PHOTOS / "obama.jpg", PHOTOS / "obama2.jpg", PHOTOS / "biden.jpg"


def wall(folder):
    """A photo of nobody: 200 x 200 pixels of one grey, as PNG."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 200, 200, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * 200) * 200)
    path = Path(folder) / "wall.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


def example(name, *arguments):
    return subprocess.run([sys.executable, HERE / name, *arguments], capture_output=True, text=True, timeout=300)


class Gallery(unittest.TestCase):
    def setUp(self):
        self.server = Faceward(*(os.environ[name] for name in ("SERVER_URL", "APP_ID", "APP_KEY")))
        self.addCleanup(self.server.close)
        self.addCleanup(lambda: [self.server.delete(template) for template in self.ids()])
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def ids(self):
        return [template.template_id for template in self.server.templates()]


class Door(Gallery):
    def test_it_opens_for_who_is_enrolled_and_for_nobody_else(self):
        self.server.enroll(ANNA, "anna")
        known = example("door.py", ANNA_AGAIN)
        self.assertEqual((known.returncode, known.stdout), (0, f"{ANNA_AGAIN}: open for anna\n"), known.stderr)
        others = example("door.py", OTHER, wall(self.folder), ANNA_AGAIN)
        self.assertEqual(others.returncode, 1, others.stderr)
        self.assertEqual([line.split(": ")[1] for line in others.stdout.splitlines()], ["closed", "closed", "open for anna"])


class Phone:
    """What the page behind a link does, without a browser."""

    def __init__(self, link):
        self.base, token = link.rsplit("/", 1)
        self.cookie = ""
        self.id = self.tell("/open", {"token": token})["session_id"]

    def tell(self, path, sent):
        body, kind = (sent, self.kind) if isinstance(sent, bytes) else (json.dumps(sent).encode(), "application/json")
        headers = {"X-Faceward-Link": "1", "Cookie": self.cookie, "Content-Type": kind}
        with urllib.request.urlopen(urllib.request.Request(f"{self.base}/api{path}", body, headers)) as answer:
            self.cookie = (answer.headers["Set-Cookie"] or self.cookie).split(";")[0]
            return json.load(answer)

    def agree(self, agrees=True):
        return self.tell(f"/sessions/{self.id}/consent", {"agrees": agrees})["state"]

    def show(self, photo):
        mark = uuid.uuid4().hex
        self.kind = f"multipart/form-data; boundary={mark}"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
        body = head.encode() + photo.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        return self.tell(f"/sessions/{self.id}/selfie", body)["state"]


class Onboarding(Gallery):
    def begin(self, document):
        command = [sys.executable, HERE / "onboarding.py", "anna", document]
        ran = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addCleanup(ran.stdout.close)
        self.addCleanup(ran.wait)
        self.addCleanup(ran.kill)
        return ran

    def test_the_person_of_the_document_is_enrolled(self):
        ran = self.begin(ANNA)
        phone = Phone(ran.stdout.readline().split()[-1])
        self.assertEqual((phone.agree(), phone.show(ANNA_AGAIN)), ("consented", "passed"))
        self.assertEqual((ran.stdout.read(), ran.wait()), ("onboarded anna\n", 0))
        self.assertEqual(self.ids(), ["anna"])

    def test_somebody_else_is_refused_after_three_tries_and_not_kept(self):
        ran = self.begin(ANNA)
        phone = Phone(ran.stdout.readline().split()[-1])
        phone.agree()
        self.assertEqual([phone.show(OTHER) for _ in range(3)], ["consented", "consented", "failed"])
        says = ran.stdout.read()
        self.assertRegex(says, "refused: failed, .*not_the_person")
        self.assertEqual((ran.wait(), self.ids()), (1, []))

    def test_whoever_does_not_agree_is_not_enrolled(self):
        ran = self.begin(ANNA)
        phone = Phone(ran.stdout.readline().split()[-1])
        self.assertEqual(phone.agree(False), "declined")
        self.assertEqual((ran.stdout.read(), ran.wait(), self.ids()), ("refused: declined\n", 1, []))

    def test_a_document_without_a_face_is_refused_before_a_link_is_sent(self):
        ran = self.begin(wall(self.folder))
        self.assertEqual((ran.stdout.read(), ran.wait()), ("refused: the document shows 0 faces\n", 1))


class LogIn(Gallery):
    def setUp(self):
        super().setUp()
        command = ["node", HERE / "login-with-webcam" / "server.mjs"]
        server = subprocess.Popen(command, env={**os.environ, "PORT": "0"}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.url = server.stdout.readline().strip()

    def ask(self, path, photo=None, cookie=""):
        body = photo and photo.read_bytes()
        request = urllib.request.Request(self.url + path, body, {"Cookie": cookie})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode(), answer.headers["Set-Cookie"]
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode(), None

    def test_an_account_is_opened_by_its_owner_only(self):
        self.assertEqual(self.ask("/register?account=anna", ANNA)[0], 201)
        self.assertEqual(self.ask("/register?account=anna", OTHER)[0], 409)
        self.assertEqual(self.ask("/login?account=anna", OTHER)[:2], (403, "not recognised"))
        self.assertEqual(self.ask("/login?account=nobody", ANNA)[:2], (403, "not recognised"))
        status, says, cookie = self.ask("/login?account=anna", ANNA_AGAIN)
        self.assertEqual((status, says), (200, "hello anna"))
        self.assertIn("HttpOnly", cookie)
        self.assertEqual(self.ask("/me", cookie=cookie.split(";")[0])[:2], (200, "anna"))
        self.assertEqual(self.ask("/me")[0], 401)

    def test_the_page_is_served_and_nonsense_is_refused(self):
        self.assertIn("getUserMedia", self.ask("/")[1])
        self.assertEqual(self.ask("/login?account=%3Cimg%3E", ANNA)[0], 400)
        self.assertEqual(self.ask("/constructor", ANNA)[0], 404)
        self.assertEqual(self.ask("/login?account=anna", Path(__file__))[0], 422)


class Webhook(unittest.TestCase):
    """Both receivers know what is ours, as Standard Webhooks signs it."""

    SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    RECEIVERS = ([sys.executable, "webhook.py", "0"], ["node", "webhook.mjs"])

    def start(self, command):
        environment = {**os.environ, "WEBHOOK_SECRET": self.SECRET, "PORT": "0"}
        receiver = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(receiver.stdout.close)
        self.addCleanup(receiver.wait)
        self.addCleanup(receiver.terminate)
        return receiver, receiver.stdout.readline().strip()

    def send(self, url, body=b'{"type":"webhook.test"}', sent=None, secret=SECRET, event="one", headers=None):
        sent = str(int(time.time() if sent is None else sent))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{event}.{sent}.".encode() + body, hashlib.sha256).digest()
        signature = "v1,bm90IG91cnM= v1," + base64.b64encode(digest).decode()
        ours = {"webhook-id": event, "webhook-timestamp": sent, "webhook-signature": signature}
        request = urllib.request.Request(url, body, {**ours, **(headers or {})})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code

    def test_a_message_is_taken_once_and_only_from_us(self):
        for command in self.RECEIVERS:
            with self.subTest(command[1]):
                receiver, url = self.start(command)
                self.assertEqual([self.send(url), self.send(url), self.send(url, event="two")], [204, 204, 204])
                lines = [receiver.stdout.readline() for _ in range(2)]
                self.assertEqual(lines, ["one webhook.test\n", "two webhook.test\n"], "the second time it is known")
                self.assertEqual(self.send(url, secret="whsec_c2VjcmV0"), 401, "another secret")
                self.assertEqual(self.send(url, sent=time.time() - 400), 401, "too old")
                self.assertEqual(self.send(url, headers={"webhook-id": "three"}), 401, "another id than was signed")
                self.assertEqual(self.send(url, headers={"webhook-timestamp": "x"}), 401 if "mjs" in command[1] else 400)
                with self.assertRaises(urllib.error.HTTPError) as bare:
                    urllib.request.urlopen(url, b"{}")
                self.assertEqual(bare.exception.code, 400, "not signed at all")
                bare.exception.close()


if __name__ == "__main__":
    unittest.main()
