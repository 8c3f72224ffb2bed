"""Measures the rules of active liveness: how often each movement is seen, at which share of false acceptance.

    faceward analyze --json PHOTO... > landmarks68.json       # every photo of the set, with the shipped engine
    python check_movements.py --data DATA --analyses landmarks68.json [--portraits lfw.json] [--plot FILE]

What a face does is told by its 68 true points, not by the engine: the head by the orthographic fit of a mean face to the
points of eyes, nose and mouth corners, eyes and mouth by their opening over their width. A movement's positives show it
clearly, its negatives clearly do not; what lies between is counted nowhere. Intervals are 95 % (Wilson).
`--portraits`: analyses of ordinary portraits, which should be `front` with open eyes.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import faces
from fit_head_pose import N_SKIN

# Points of the mesh that stand for points 27 to 47, 48 and 54 of the iBUG scheme: nose, eyes, corners of the mouth.
TRUE_POINTS = [*range(27, 48), 48, 54]
MESH_POINTS = [168, 197, 5, 4, 75, 97, 2, 326, 305, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 291]
FALSE_ACCEPTANCE = 0.01


def wilson(hits, n):
    """95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, hits / n
    centre, spread = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)


def angles(points, model):
    """Yaw and pitch in degrees, subject's left and chin down positive, from 2-D points and the same points of a model."""
    flat, deep = points - points.mean(0), model - model.mean(0)
    first, second = np.linalg.lstsq(deep, flat, rcond=None)[0].T
    scale = (np.linalg.norm(first) + np.linalg.norm(second)) / 2
    u, _, vt = np.linalg.svd(np.stack([first, second]) / scale, full_matrices=False)
    first, second = u @ vt
    level = np.arctan2(points[15:21].mean(0)[1] - points[9:15].mean(0)[1], points[15:21].mean(0)[0] - points[9:15].mean(0)[0])
    cos, sin = np.cos(level), np.sin(level)
    first, second = cos * first + sin * second, cos * second - sin * first
    rotation = np.stack([first, second, np.cross(first, second)])
    right, down, away = -rotation[:, 2]
    return np.degrees([np.arctan2(right, -away), np.arcsin(np.clip(down, -1, 1))])


def opening(points, corners, lids):
    """Height over width."""
    height = np.mean([np.linalg.norm(points[a] - points[b]) for a, b in lids])
    return height / np.linalg.norm(points[corners[0]] - points[corners[1]])


def truth(points, model):
    """What a face does, by its true points."""
    yaw, pitch = angles(points[TRUE_POINTS], model)
    right_eye = opening(points, (36, 39), ((37, 41), (38, 40)))
    left_eye = opening(points, (42, 45), ((43, 47), (44, 46)))
    mouth = opening(points, (60, 64), ((61, 67), (62, 66), (63, 65)))
    size = np.linalg.norm(points[36] - points[45])
    return {"yaw": yaw, "pitch": pitch, "eyes": (right_eye, left_eye), "mouth": mouth, "size": size}


def seen(analysis):
    """What the engine says of the largest face."""
    face = analysis["faces"][0]
    pose, attributes = face["pose"], face["attributes"]
    if pose is None or attributes["left_eye_open"] is None or attributes["mouth_open"] is None:
        return None
    eyes = sorted((attributes["left_eye_open"], attributes["right_eye_open"]))
    return {"yaw": pose["yaw"], "pitch": pose["pitch"], "eyes": eyes, "mouth": attributes["mouth_open"]}


def margin(rule, value):
    """How far inside a rule a value lies; negative outside."""
    (kind, bound), = rule.items()
    if kind == "at_least":
        return value - bound
    if kind == "at_most":
        return bound - value
    return min(value - bound[0], bound[1] - value)


def report(name, margins, positive, negative):
    """Rates at the shipped rule, and the hit rate where the rule is shifted until 1 % of the negatives pass."""
    hits, passed = (margins[positive] >= 0).sum(), (margins[negative] >= 0).sum()
    n_positive, n_negative = positive.sum(), negative.sum()
    shift = np.quantile(margins[negative], 1 - FALSE_ACCEPTANCE) if n_negative else 0
    at_one = (margins[positive] > shift).sum()
    text = lambda k, n: f"{k}/{n} = {100 * k / max(n, 1):.1f} % ({100 * wilson(k, n)[0]:.1f} to {100 * wilson(k, n)[1]:.1f})"
    print(f"| `{name}` | {text(hits, n_positive)} | {text(passed, n_negative)} | {text(at_one, n_positive)} | {shift:+.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--analyses", required=True, type=Path)
    parser.add_argument("--portraits", type=Path)
    parser.add_argument("--tables", type=Path, default=Path(__file__).parents[2] / "models" / "calibration")
    arguments = parser.parse_args()
    import tomllib

    rules = tomllib.loads((arguments.tables / "thresholds.toml").read_text())["movement"]
    mean = np.fromfile(arguments.tables / "head_pose.bin", "<f4").reshape(N_SKIN, 4)[:, :3]
    model = mean[MESH_POINTS].astype(float)
    labels = faces.index_of(arguments.data, "landmarks68")
    points = {path: np.array(text.split(), float).reshape(68, 2) for path, text in zip(labels.path, labels.points)}
    true, found = [], []
    for entry in json.loads(arguments.analyses.read_text()):
        path = "/".join(Path(entry["path"]).parts[-2:])
        what = seen(entry["analysis"]) if entry["analysis"]["faces"] else None
        if what is not None:
            true.append(truth(points[path], model))
            found.append(what)
    column = lambda key: np.array([t[key] for t in true])
    engine = lambda key: np.array([f[key] for f in found])
    yaw, pitch, eyes, mouth, size = (column(key) for key in ("yaw", "pitch", "eyes", "mouth", "size"))
    print(f"{len(true)} of {len(labels)} photos; yaw by the true points and by the engine: correlation "
          f"{np.corrcoef(yaw, engine('yaw'))[0, 1]:.3f}, mean difference {np.mean(engine('yaw') - yaw):+.1f}; pitch "
          f"{np.corrcoef(pitch, engine('pitch'))[0, 1]:.3f}, {np.mean(engine('pitch') - pitch):+.1f}")
    middle = np.median(pitch)
    each = lambda key: np.vectorize(lambda value: margin(rules[key], value))
    head = {
        "left": (each("left")(engine("yaw")), yaw >= 25, yaw <= 10),
        "right": (each("right")(engine("yaw")), yaw <= -25, yaw >= -10),
        "up": (each("up")(engine("pitch")), pitch <= middle - 15, pitch >= middle - 5),
        "down": (each("down")(engine("pitch")), pitch >= middle + 15, pitch <= middle + 5),
    }
    level = np.abs(pitch - middle)
    front = np.minimum(each("front_yaw")(engine("yaw")), each("front_pitch")(engine("pitch")))
    head["front"] = (front, (np.abs(yaw) <= 8) & (level <= 8), (np.abs(yaw) >= 25) | (level >= 20))
    clear = size > 45
    least, most = eyes.min(1), eyes.max(1)
    lids = engine("eyes")
    is_open, is_closed = (least > 0.25) & clear, (most < 0.15) & clear
    head["eyes open"] = (each("eyes_open")(lids[:, 0]), is_open, is_closed)
    head["eyes closed"] = (each("eyes_closed")(lids[:, 1]), is_closed, is_open)
    head["mouth open"] = (each("mouth_open")(engine("mouth")), mouth > 0.25, mouth < 0.1)
    head["mouth closed"] = (each("mouth_closed")(engine("mouth")), mouth < 0.1, mouth > 0.25)
    print("| movement | seen | falsely seen | seen at 1 % false acceptance | shift |\n|---|---|---|---|---|")
    for name, (margins, positive, negative) in head.items():
        report(name, margins, positive, negative)
    if arguments.portraits:
        portraits = [seen(e["analysis"]) for e in json.loads(arguments.portraits.read_text()) if e["analysis"]["faces"]]
        portraits = [p for p in portraits if p is not None]
        show = {
            "front": [min(margin(rules["front_yaw"], p["yaw"]), margin(rules["front_pitch"], p["pitch"])) for p in portraits],
            "left": [margin(rules["left"], p["yaw"]) for p in portraits],
            "right": [margin(rules["right"], p["yaw"]) for p in portraits],
            "up": [margin(rules["up"], p["pitch"]) for p in portraits],
            "down": [margin(rules["down"], p["pitch"]) for p in portraits],
            "eyes open": [margin(rules["eyes_open"], p["eyes"][0]) for p in portraits],
            "eyes closed": [margin(rules["eyes_closed"], p["eyes"][1]) for p in portraits],
        }
        for key in ("yaw", "pitch"):
            values = np.array([p[key] for p in portraits])
            print(key, "quantiles 1 5 25 50 75 95 99:", np.round(np.quantile(values, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]), 1))
        for name, margins in show.items():
            shown = int((np.array(margins) >= 0).sum())
            low, high = wilson(shown, len(portraits))
            print(f"{name}: {shown} of {len(portraits)} portraits, {100 * shown / len(portraits):.1f} % ({100 * low:.1f} to {100 * high:.1f})")


if __name__ == "__main__":
    main()
