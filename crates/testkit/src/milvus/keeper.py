"""Keeps one Milvus in a network of its own, which has a loopback device and nothing else.

Arguments: the folder of programs, the folder of this server. Passes on what comes to the socket `door` in the latter, makes
the file `ready` once Milvus answers, and kills it when standard input ends.
"""

import asyncio
import fcntl
import os
import socket
import struct
import subprocess
import sys

PROGRAMS, FOLDER = sys.argv[1:]
SET_FLAGS, UP, RUNNING = 0x8914, 0x1, 0x40


def loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP | RUNNING))


def start():
    environment = dict(
        os.environ,
        DEPLOY_MODE="STANDALONE",
        METRICS_PORT="9091",
        MILVUS_RUN_DIR=os.path.join(FOLDER, "run"),
        LD_LIBRARY_PATH=PROGRAMS,
        TMPDIR=FOLDER,
    )
    with open(os.path.join(FOLDER, "log"), "ab") as log:
        return subprocess.Popen(
            [os.path.join(PROGRAMS, "milvus"), "run", "standalone"],
            cwd=FOLDER, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )


async def copy(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def enter(reader, writer):
    try:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", 19530)
    except OSError:
        writer.close()
        return
    await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))


async def healthy():
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", 9091)
        writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return answer.startswith(b"HTTP/1.0 200") and b"OK" in answer
    except (OSError, asyncio.TimeoutError):
        return False


async def keep(server):
    await asyncio.start_unix_server(enter, os.path.join(FOLDER, "door"))
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    while not await healthy():
        if server.poll() is not None or ended.done():
            return
        await asyncio.sleep(0.05)
    open(os.path.join(FOLDER, "ready"), "w").close()
    await ended


loopback()
milvus = start()
try:
    asyncio.run(keep(milvus))
finally:
    milvus.kill()
    milvus.wait()
