#!/usr/bin/env python3
"""Rare but valid JPEGs of the picture that the tests compute: files that decoders read wrongly, refuse, or read alike.

    python3 make.py        needs cjpeg and djpeg (Debian: libjpeg-turbo-progs) and pillow

Each file shows `picture` or, named grey, its luma. djpeg must open every one (stray bytes with a warning) and show the same: what
libjpeg-turbo shows is what counts as right.
"""
import io
import pathlib
import struct
import subprocess

from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 61, 45


def picture():
    rows = ((40 + 3 * x, 60 + 4 * y, 200 - x - 2 * y) for y in range(HEIGHT) for x in range(WIDTH))
    return b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT) + bytes(value for pixel in rows for value in pixel)


PICTURE = picture()


def cjpeg(*arguments, script=None):
    command = ["cjpeg", "-quality", "95", *arguments]
    if script:
        (HERE / "script").write_text(script)
        command += ["-scans", str(HERE / "script")]
    made = subprocess.run(command, input=PICTURE, capture_output=True, check=True).stdout
    (HERE / "script").unlink(missing_ok=True)
    return made


def segments(jpeg):
    """Marker, start and end of every segment up to and with the first scan's header."""
    found, at = [], 2
    while True:
        marker, (length,) = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2 : at + 4])
        found.append((marker, at, at + 2 + length))
        at += 2 + length
        if marker == 0xDA:
            return found


def without(jpeg, *markers):
    found = segments(jpeg)
    kept = b"".join(jpeg[start:end] for marker, start, end in found if marker not in markers)
    return jpeg[:2] + kept + jpeg[found[-1][2] :]


def inserted(jpeg, before, piece):
    at = next(start for marker, start, _ in segments(jpeg) if marker == before)
    return jpeg[:at] + piece + jpeg[at:]


def named(jpeg, ids):
    """The same with other ids for its three components."""
    jpeg = bytearray(jpeg)
    for marker, start, _ in segments(jpeg):
        for index, name in enumerate(ids):
            if marker == 0xC0:
                jpeg[start + 10 + 3 * index] = name
            if marker == 0xDA:
                jpeg[start + 5 + 2 * index] = name
    return bytes(jpeg)


def adobe(transform):
    return b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])


EACH, LUMA_FIRST, CB_WITH_LUMA = "0;\n1;\n2;\n", "0;\n1 2;\n", "0 1;\n2;\n"


def files():
    plain, rgb = cjpeg(), cjpeg("-rgb")
    bare = without(plain, 0xE0)
    for sampling in ("1x1", "2x1", "1x2", "2x2", "4x1", "3x1", "3x2", "1x1,2x2,2x2", "2x1,1x2,1x1"):
        name = sampling.replace(",", "-")
        yield f"sampling-{name}", cjpeg("-sample", sampling)
        yield f"progressive-{name}", cjpeg("-sample", sampling, "-progressive")
    for sampling in ("1x1", "2x1", "1x2", "2x2"):
        yield f"one-scan-each-{sampling}", cjpeg("-sample", sampling, script=EACH)
    yield "one-scan-each-restarts", cjpeg("-sample", "2x2", "-restart", "3B", script=EACH)
    yield "luma-then-chroma", cjpeg("-sample", "2x2", script=LUMA_FIRST)
    yield "cb-with-luma", cjpeg("-sample", "2x2", script=CB_WITH_LUMA)
    yield "restarts-in-a-row", cjpeg("-restart", "2B")
    yield "restarts-by-row-progressive", cjpeg("-restart", "1", "-progressive")
    yield "jfif-and-adobe-0", inserted(plain, 0xDB, adobe(0))
    yield "adobe-0-and-jfif", inserted(plain, 0xE0, adobe(0))
    yield "adobe-1", inserted(bare, 0xDB, adobe(1))
    yield "adobe-short", inserted(bare, 0xDB, b"\xff\xee\0\x0aAdobe\0\x64\0")
    yield "jfif-and-named-rgb", named(plain, b"RGB")
    yield "adobe-1-and-named-rgb", inserted(named(bare, b"RGB"), 0xDB, adobe(1))
    yield "odd-names", named(bare, b"\x22\x11\x33")
    yield "rgb-by-adobe-0", named(rgb, b"\1\2\3")
    yield "rgb-by-names", without(rgb, 0xEE)
    yield "stray-zeros", inserted(plain, 0xDB, bytes(32))
    yield "stray-restart", inserted(plain, 0xDB, b"\xff\xd3")
    yield "fill-bytes", inserted(plain, 0xDB, b"\xff" * 7)
    yield "zeros-behind", plain + bytes(64)
    lines = b"\xff\xdc\0\4" + struct.pack(">H", HEIGHT)
    yield "number-of-lines", plain[:-2] + lines + plain[-2:]
    progressive = cjpeg("-progressive")
    yield "number-of-lines-progressive", progressive[:-2] + lines + progressive[-2:]
    yield "no-huffman-tables", without(plain, 0xC4)
    yield "grey", cjpeg("-grayscale")
    yield "grey-2x2", cjpeg("-grayscale", "-sample", "2x2")
    image = Image.open(io.BytesIO(PICTURE))
    for subsampling in (0, 2):
        out = io.BytesIO()
        image.convert("CMYK").save(out, "JPEG", quality=95, subsampling=subsampling)
        yield f"cmyk-{subsampling}", out.getvalue()


def difference(jpeg, grey):
    shown = subprocess.run(["djpeg", "-ppm"], input=jpeg, capture_output=True)
    if not shown.stdout:
        raise ValueError(shown.stderr.decode())
    expected = Image.open(io.BytesIO(PICTURE)).convert("L" if grey else "RGB").tobytes()
    actual = Image.open(io.BytesIO(shown.stdout)).convert("L" if grey else "RGB").tobytes()
    return sum(abs(a - b) for a, b in zip(actual, expected)) / len(expected)


for stale in HERE.glob("*.jpg"):
    stale.unlink()
for name, jpeg in files():
    if (mean := difference(jpeg, "grey" in name)) > 2.0:
        raise ValueError(f"{name}: djpeg is off by {mean:.2f}")
    (HERE / f"{name}.jpg").write_bytes(jpeg)
print(len(list(HERE.glob("*.jpg"))), "files")
