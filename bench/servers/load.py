"""One server and several on one PostgreSQL database, in turn, asked the same: see README.md."""

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path

# Out of ten requests.
MIX = ("identify", "identify", "verify", "identify", "identify", "add", "identify", "verify", "identify", "verify")
BOUNDARY = "a-part-of-the-form"
PATIENCE = 120
# One request after the other, of each kind: what a request takes when nothing waits.
ALONE = 30


class Server:
    """A process, and its address."""

    def __init__(self, arguments, folder, port, workers):
        self.port = port
        command = [arguments.faceward, "serve", "--data-dir", folder, "--listen", f"127.0.0.1:{port}", "--workers", str(workers)]
        self.log = (Path(folder).parent / f"{port}.log").open("w+")
        environment = os.environ | {"FACEWARD_STORE": arguments.store}
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env=environment)

    def ready(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.05)
        raise SystemExit(f"the server on port {self.port} does not start:\n{self.said()}")

    def said(self):
        return Path(self.log.name).read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Client:
    """Asks the servers in turn, one request after the other."""

    def __init__(self, servers, credentials, photos, first):
        self.connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE) for server in servers]
        self.credentials, self.photos, self.nth = credentials, photos, first
        self.seen = []

    def ask(self, kind, name=None):
        """Status, answer and seconds; where nobody is named, by the next photo."""
        photo, other = (self.photos[(self.nth + step) % len(self.photos)] for step in (0, 1))
        if kind == "verify":
            parts, path = {"first_photo": photo, "second_photo": other}, "/api/v1.0/verify"
        elif kind == "add":
            parts, path = {"photo": photo, "templateId": (name or uuid.uuid4().hex).encode()}, "/api/v1.0/add"
        else:
            parts, path = {"photo": photo}, "/api/v1.0/identify"
        body, headers = form(parts)
        connection = self.connections[self.nth % len(self.connections)]
        self.nth += 1
        begin = time.perf_counter()
        connection.request("POST", path, body, self.credentials | headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, text, time.perf_counter() - begin

    def delete(self, name):
        headers = self.credentials | {"Content-Type": "application/json"}
        self.connections[0].request("POST", "/api/v1.0/delete", json.dumps({"templateId": name}), headers)
        answer = self.connections[0].getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"nobody could be deleted: {answer.status} {text[:200]!r}")

    def run(self, until):
        while time.monotonic() < until:
            kind = MIX[self.nth % len(MIX)]
            status, _, seconds = self.ask(kind)
            self.seen.append((kind, status, seconds))
            if status in (429, 503):
                time.sleep(1)


def form(parts):
    lines = []
    for name, content in parts.items():
        file = "" if name == "templateId" else '; filename="photo.jpg"\r\nContent-Type: image/jpeg'
        lines += [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode(), content, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()]), {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def started(arguments, folder, count, workers):
    """Servers that share the key of the first."""
    servers = []
    for nth in range(count):
        own = folder / f"server-{nth}"
        if nth and not own.exists():
            own.mkdir(mode=0o700)
            shutil.copy2(folder / "server-0" / "master.key", own / "master.key")
        servers.append(Server(arguments, own, arguments.port + nth, workers))
        if nth == 0:
            servers[0].ready()
    return [server.ready() for server in servers]


def seconds_until_seen(servers, credentials, photo):
    """From the answer to an enrolment on one server until another identifies who was enrolled; who is deleted again."""
    first, second = (Client([server], credentials, [photo], 0) for server in servers[:2])
    name = f"seen-{uuid.uuid4().hex}"
    status, text, _ = first.ask("add", name)
    if status != 200:
        raise SystemExit(f"nobody could be enrolled: {status} {text[:200]!r}")
    begin = time.perf_counter()
    while name.encode() not in second.ask("identify")[1]:
        if time.perf_counter() - begin > PATIENCE:
            raise SystemExit("an enrolment was never seen by another server")
    took = time.perf_counter() - begin
    first.delete(name)
    return took


def one_round(servers, arguments, credentials, photos):
    clients = [Client(servers, credentials, photos, nth) for nth in range(arguments.clients)]
    begin = time.monotonic()
    threads = [threading.Thread(target=client.run, args=(begin + arguments.seconds,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begin
    seen = [one for client in clients for one in client.seen]
    answered = [one for one in seen if one[1] == 200]
    strange = sorted({status for _, status, _ in seen} - {200, 429, 503})
    if strange or not answered:
        raise SystemExit(f"answers with status {strange}, {len(answered)} with 200")
    report = {"requests_per_second": len(answered) / took, "refused": len(seen) - len(answered)}
    for kind in sorted(set(MIX)):
        times = sorted(1e3 * seconds for one, _, seconds in answered if one == kind)
        if times:
            report[kind] = {"count": len(times), "p50_ms": statistics.median(times), "p99_ms": times[int(0.99 * (len(times) - 1))]}
    return report


def alone(server, credentials, photos):
    client = Client([server], credentials, photos, 0)
    return {kind: [client.ask(kind)[2] for _ in range(ALONE)] for kind in sorted(set(MIX))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faceward", required=True, type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--store", required=True, help="postgres://... of an empty database with the schema")
    parser.add_argument("--photos", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--servers", type=int, default=4)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=9400)
    arguments = parser.parse_args()
    photos = [path.read_bytes() for path in sorted(arguments.photos.iterdir()) if path.suffix.lower() in (".jpg", ".jpeg", ".png")]
    # One photo is asked for by nobody else: its copy is the first that is found.
    apart, photos = photos[0], photos[1:]
    workers = os.cpu_count() or 1
    setups = {"one": (1, workers), "several": (arguments.servers, max(1, workers // arguments.servers))}
    found = {name: {"servers": count, "workers_each": each, "rounds": []} for name, (count, each) in setups.items()}
    delays, credentials = [], None
    with tempfile.TemporaryDirectory() as folder:
        for nth in range(arguments.rounds):
            for name, (count, each) in setups.items():
                servers = started(arguments, Path(folder), count, each)
                try:
                    credentials = credentials or {
                        key: re.search(rf"{key}:\s*(\S+)", servers[0].said()).group(1) for key in ("APP-ID", "APP-KEY")
                    }
                    if nth == 0 and count == 1:
                        alone(servers[0], credentials, photos)
                        found["alone_s"] = alone(servers[0], credentials, photos)
                    found[name]["rounds"].append(one_round(servers, arguments, credentials, photos))
                    if count > 1:
                        delays += [seconds_until_seen(servers, credentials, apart) for _ in range(10)]
                finally:
                    for server in servers:
                        server.stop()
                print(name, json.dumps(found[name]["rounds"][-1]), flush=True)
    rates = {name: statistics.median(one["requests_per_second"] for one in found[name]["rounds"]) for name in setups}
    found |= {"rates": rates, "ratio": rates["several"] / rates["one"], "seen_elsewhere_s": sorted(delays), "cores": workers}
    arguments.out.write_text(json.dumps(found, indent=1))
    print(json.dumps({"rates": rates, "ratio": found["ratio"], "seen_elsewhere_s": statistics.median(delays)}, indent=1))


if __name__ == "__main__":
    main()
