"""How often the limits of challenges are wrong: lists of pairs of photos, and rates from the facts about them.

    python challenge.py pairs --data DATA --out PAIRS
    cargo run -p faceward-service --example challenge_facts -- PAIRS/pairs.txt > facts.csv
    python challenge.py rates --pairs PAIRS --facts facts.csv

DATA holds the unpacked sets pad, landmarks68 and lfw. The limits are those of crates/service/src/policy/sequence.
"""

import argparse
import csv
import itertools
import os
import random
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

LIMITS = {"turn": 35, "shift": 0.5, "zoom": 0.35, "scene": 0.6}
COPY_TURNED, COPY_STILL, SIMILARITY, LIVE, LIVE_SHARE = 0.96, 0.99, 0.75, 0.85, 0.8
HEAD = {"left", "right", "up", "down", "front"}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def frame_number(path):
    name = os.path.basename(path)
    return int(re.findall(r"_(\d+)", name)[-1 if "--" in name else 0])


def video(path):
    """Person and number of the video of a frame of landmarks68."""
    found = re.match(r"(?:training|test)_(.*)_(\d)\d\.jpg", os.path.basename(path))
    return (found[1], found[2]) if found else None


def recordings(data):
    clips = defaultdict(list)
    for row in rows(data / "pad/index.csv"):
        if row["source"] in ("ahforoughi", "td_replay"):
            clips[f"{row['source']} {row['label']} {row['group']}"].append(str(data / "pad" / row["path"]))
    return {name: sorted(paths, key=frame_number) for name, paths in clips.items()}


def pairs_of(data):
    """(kind, path, path): neighbours and any two frames of recordings; one video, two videos, two photos of a person."""
    found = []
    for name, paths in recordings(data).items():
        found += [(f"neighbours {name}", a, b) for a, b in zip(paths, paths[1:])]
        any_two = list(itertools.combinations(paths, 2))
        found += [(f"any two {name}", a, b) for a, b in random.sample(any_two, min(100, len(any_two)))]
    people = defaultdict(list)
    for row in rows(data / "landmarks68/index.csv"):
        people[row["identity"]].append(str(data / "landmarks68" / row["path"]))
    for paths in people.values():
        two = list(itertools.combinations(sorted(paths), 2))
        found += [("one video", a, b) for a, b in two if video(a) == video(b)]
        others = [(a, b) for a, b in two if video(a) != video(b)]
        found += [("two videos", a, b) for a, b in random.sample(others, min(2, len(others)))]
    photos = defaultdict(list)
    for row in rows(data / "lfw/index.csv"):
        photos[row["identity"]].append(str(data / "lfw" / row["path"]))
    several = [paths for paths in photos.values() if len(paths) > 1]
    found += [("two photos", *random.sample(paths, 2)) for paths in random.sample(several, 250)]
    return found


def altered(photo):
    """Copies that somebody might send for another photo: name, image, JPEG quality."""
    width, height = photo.size
    edge = max(3, width // 25)
    yield "compressed to 50", photo, 50
    yield "scaled to 80 %", photo.resize((int(0.8 * width), int(0.8 * height)), Image.BICUBIC), 90
    yield "cut", photo.crop((edge, edge // 2, width - edge // 3, height - edge)), 90
    yield "turned by 5 degrees", photo.rotate(5, Image.BICUBIC), 90
    yield "brightened", ImageEnhance.Brightness(photo).enhance(1.25), 90
    yield "mirrored", photo.transpose(Image.FLIP_LEFT_RIGHT), 90
    yield "squeezed to 90 %", photo.resize((int(0.9 * width), height), Image.BICUBIC), 90


def copies(data, folder):
    live = [path for name, paths in recordings(data).items() if " live " in name for path in paths]
    first = {}
    for row in rows(data / "landmarks68/index.csv"):
        first.setdefault(video(row["path"]), str(data / "landmarks68" / row["path"]))
    for number, path in enumerate(live[:27] + list(first.values())[:60]):
        for name, image, quality in altered(Image.open(path).convert("RGB")):
            copy = folder / f"{number}-{name.split()[0]}.jpg"
            image.save(copy, quality=quality)
            yield f"copy {name}", path, str(copy)


def make_pairs(data, out):
    random.seed(1)
    (out / "copies").mkdir(parents=True, exist_ok=True)
    found = pairs_of(data) + list(copies(data, out / "copies"))
    (out / "pairs.txt").write_text("".join(f"{a}\t{b}\n" for _, a, b in found))
    with open(out / "kinds.csv", "w", newline="") as file:
        csv.writer(file).writerows([("kind", "a", "b"), *found])


class Facts:
    """What the example printed: frames by path, pairs by kind."""

    def __init__(self, pairs, facts):
        kinds = {(row["a"], row["b"]): row["kind"] for row in rows(pairs / "kinds.csv")}
        self.frames, self.pairs = {}, defaultdict(list)
        for row in rows(facts):
            number = {key: float(value) if value else np.nan for key, value in row.items()
                      if key not in ("kind", "a", "b", "shows")}
            if row["kind"] == "frame":
                self.frames[row["a"]] = {"shows": set(row["shows"].split()), "live": number["liveness_or_scene"] >= LIVE}
            else:
                self.pairs[kinds[row["a"], row["b"]]].append({
                    "a": row["a"], "b": row["b"], "turn": number["yaw_or_turn"], "shift": number["pitch_or_shift"],
                    "zoom": number["roll_or_zoom"], "scene": number["liveness_or_scene"], "face": number["face"],
                    "similarity": number["similarity"],
                })

    def shows(self, path):
        return self.frames[path]["shows"]


def print_continuity(facts):
    for kind, pairs in facts.pairs.items():
        if kind.startswith("copy"):
            continue
        moves = [all(pair[name] <= LIMITS[name] for name in ("turn", "shift", "zoom")) for pair in pairs]
        scenes = [pair["scene"] >= LIMITS["scene"] for pair in pairs if not np.isnan(pair["scene"])]
        both = [moved and not pair["scene"] < LIMITS["scene"] for moved, pair in zip(moves, pairs)]
        same = sum(pair["similarity"] >= SIMILARITY for pair in pairs)
        print(f"{kind}: motion {sum(moves)} of {len(pairs)}, scene {sum(scenes)} of {len(scenes)}, "
              f"both {sum(both)}, one person {same}")


def print_copies(facts):
    for kind, pairs in facts.pairs.items():
        faces = np.array([pair["face"] for pair in pairs])
        if kind.startswith("copy"):
            print(f"{kind}: {len(faces)}, turned {np.mean(faces >= COPY_TURNED):.3f}, "
                  f"still {np.mean(faces >= COPY_STILL):.3f}")
    clips = [pair for kind, pairs in facts.pairs.items() if kind.startswith(("one video", "any two", "neighbours"))
             for pair in pairs if not np.isnan(pair["face"])]
    heads = [(facts.shows(pair["a"]) & HEAD, facts.shows(pair["b"]) & HEAD, pair["face"]) for pair in clips]
    turned = np.array([face for a, b, face in heads if a and b and not a & b])
    print(f"two directions in one clip: {len(turned)}, called copies {np.sum(turned >= COPY_TURNED)}")
    live = [pair for kind in facts.pairs if kind == "one video" or " live " in kind for pair in facts.pairs[kind]]
    mouths = np.array([pair["face"] for pair in live if pair["turn"] < 12
                       and ("mouth_open" in facts.shows(pair["a"])) != ("mouth_open" in facts.shows(pair["b"]))])
    print(f"mouth moved, head still: {len(mouths)}, called copies {np.sum(mouths >= COPY_STILL)}")


def print_liveness(facts):
    clips, replays = defaultdict(list), defaultdict(list)
    for path, frame in facts.frames.items():
        if "landmarks68" in path:
            clips[video(path)].append(frame["live"])
        elif "/pad/" in path:
            replays[os.path.dirname(path) + os.path.basename(path).rsplit("_", 1)[0][:40] * ("--" in path)].append(path)
    for least in (2, 3):
        shares = [np.mean(live) for live in clips.values() if len(live) >= least]
        print(f"clips of {least} and more: {len(shares)}, live {sum(share >= LIVE_SHARE for share in shares)}")
    for name, paths in replays.items():
        live = [facts.frames[path]["live"] for path in sorted(paths, key=frame_number)]
        windows = [np.mean(live[start:start + 12]) for start in range(len(live) - 11)]
        print(f"{os.path.basename(name)}: windows {len(windows)}, live {sum(share >= LIVE_SHARE for share in windows)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    pairs = commands.add_parser("pairs")
    pairs.add_argument("--data", type=Path, required=True)
    pairs.add_argument("--out", type=Path, required=True)
    rates = commands.add_parser("rates")
    rates.add_argument("--pairs", type=Path, required=True)
    rates.add_argument("--facts", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.command == "pairs":
        make_pairs(arguments.data, arguments.out)
    else:
        facts = Facts(arguments.pairs, arguments.facts)
        print_continuity(facts)
        print_copies(facts)
        print_liveness(facts)


if __name__ == "__main__":
    main()
