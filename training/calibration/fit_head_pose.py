"""Computes the mean face that head pose is measured against: models/calibration/head_pose.{toml,bin}.

    python fit_head_pose.py --data DATA --cache CACHE --tables models/calibration

Generalised Procrustes analysis of the meshes of lfw, made symmetric, turned so that its plane of symmetry is x = 0 and
that forehead and chin are equally deep. Judged by what mirroring a photo does: yaw must change its sign, pitch stay.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

import tables

N_SKIN = 468
FOREHEAD, CHIN, NOSE, LEFT_EYE, RIGHT_EYE = 10, 152, 1, 33, 263


def best_similarity(source, target, weights=None):
    """Rotation, scale and means of the similarity that takes `source` [n, 3] closest to `target`."""
    weights = np.ones(len(source)) if weights is None else weights
    means = [np.average(points, axis=0, weights=weights) for points in (source, target)]
    a, b = source - means[0], target - means[1]
    u, values, vt = np.linalg.svd((b * weights[:, None]).T @ a)
    signs = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    return u @ np.diag(signs) @ vt, (values * signs).sum() / (weights[:, None] * a**2).sum(), means


def moved(source, target):
    rotation, scale, (source_mean, target_mean) = best_similarity(source, target)
    return scale * (source - source_mean) @ rotation.T + target_mean


def procrustes_mean(shapes, rounds=4):
    mean = shapes[0]
    for _ in range(rounds):
        mean = np.mean([moved(shape, mean) for shape in shapes], axis=0)
        mean -= mean.mean(0)
        mean /= np.sqrt((mean**2).mean())
    return mean


def mirror_partners(meshes, mirrored, widths):
    """For each point the one that it becomes when the photo is mirrored: the closest over many photos."""
    distance = 0
    for mesh, other, width in zip(meshes, mirrored, widths):
        back = other * [-1, 1, 1] + [width, 0, 0]
        distance = distance + np.linalg.norm(mesh[:, None] - back, axis=2) / np.linalg.norm(mesh[LEFT_EYE] - mesh[RIGHT_EYE])
    partners = linear_sum_assignment(distance)[1]
    assert (partners[partners] == np.arange(len(partners))).all(), "mirroring twice must change nothing"
    return partners


def symmetric(mean, partners):
    reflected = (mean * [-1, 1, 1])[partners]
    mean = (mean + moved(reflected, mean)) / 2
    across = mean - mean[partners]
    across = (across * np.sign(across @ (mean[RIGHT_EYE] - mean[LEFT_EYE]))[:, None]).sum(0)
    across /= np.linalg.norm(across)
    down = mean[CHIN] - mean[FOREHEAD]
    down -= across * (down @ across)
    down /= np.linalg.norm(down)
    mean = (mean - mean.mean(0)) @ np.stack([across, down, np.cross(across, down)]).T
    return (mean + (mean * [-1, 1, 1])[partners]) / 2


def yaw_and_pitch(mesh, points, mean, weights):
    """As crates/engine/src/landmarks/pose.rs."""
    across = points[1] - points[0]
    cos, sin = across / np.linalg.norm(across)
    level = mesh @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    rotation, _, _ = best_similarity(mean, level, weights)
    right, down, away = -rotation[:, 2]
    return np.degrees([np.arctan2(right, -away), np.arcsin(np.clip(down, -1, 1))])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "tables"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    outputs, _ = tables.load(arguments.data, arguments.cache, "lfw")
    meshes, mirrored = (outputs[key][:, :N_SKIN].astype(float) for key in ("mesh", "mirrored_mesh"))
    widths, points = outputs["size"][:, 0], outputs["points"].astype(float)
    partners = mirror_partners(meshes[:300], mirrored[:300], widths[:300])
    mean = symmetric(procrustes_mean(meshes), partners)
    # Forehead to upper lip: what an open mouth leaves where it is.
    weights = (mean[:, 1] < mean[NOSE, 1] + 0.3).astype(float)

    angles = np.array([yaw_and_pitch(m, p, mean, weights) for m, p in zip(meshes, points)])
    mirrored_points = points[:, [1, 0, 2, 4, 3]] * [-1, 1] + np.c_[widths, 0 * widths][:, None]
    mirrored_angles = np.array([yaw_and_pitch(m, p, mean, weights) for m, p in zip(mirrored, mirrored_points)])
    eyes, nose = points[:, :2], points[:, 2]
    along = eyes[:, 1] - eyes[:, 0]
    offset = ((nose - eyes.mean(1)) * along).sum(1)
    turned = np.abs(angles[:, 0]) > 5
    tables.write_numbers(arguments.tables / "head_pose.bin", np.c_[mean, weights])
    text = f"""\
# The mean face that head pose is measured against; the numbers are in head_pose.bin: x, y, z and weight of each of the
# 468 points of the skin. x to the image's right, y down, z away from the camera; root mean square 1.
# Written by training/calibration/fit_head_pose.py.
data = "lfw"
photos = {len(meshes)}
date = "{tables.today()}"
# Standard deviation, in degrees, of yaw + yaw of the mirrored photo, and of pitch - pitch of the mirrored photo.
# (The network fr-pose on the same photos: 2.7 and 2.4, at 7 ms of its own.)
mirrored_yaw_deviation = {(angles[:, 0] + mirrored_angles[:, 0]).std():.2f}
mirrored_pitch_deviation = {(angles[:, 1] - mirrored_angles[:, 1]).std():.2f}
# Of the {turned.sum()} photos with yaw beyond 5 degrees, the part whose nose is offset from the middle of the eyes to that side.
yaw_sign_agreement = {(np.sign(offset) == np.sign(angles[:, 0]))[turned].mean():.4f}
# Mean and standard deviation of yaw and pitch over the photos, in degrees.
yaw = [{angles[:, 0].mean():.1f}, {angles[:, 0].std():.1f}]
pitch = [{angles[:, 1].mean():.1f}, {angles[:, 1].std():.1f}]
"""
    (arguments.tables / "head_pose.toml").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
