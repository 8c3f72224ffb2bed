"""Crops of one eye, of the mouth and of the whole face for the small networks, and those networks.

Coordinates and crops are those of crates/engine/src/attributes.
"""

import cv2
import numpy as np
import torch
from torch import nn

import chips

# Side of the eye crop in widths of the eye, and in pixels.
EYE_WIDTHS, EYE_SIDE = 1.4, 32
# The mouth crop is a square too: its side in widths of the mouth, and in pixels. One shape for all: in the set of mouth
# crops the shape of the crop alone tells open from closed.
MOUTH_WIDTHS, MOUTH_SIDE = 1.2, 32
FACE_SIDE = 48


class Small(nn.Module):
    """Grey squares [n, 1, side, side], (grey - 127) / 64, to `outputs` logits."""

    def __init__(self, side, widths, outputs=1, drop=0.2):
        super().__init__()
        layers, before = [], 1
        for width in widths:
            layers += [
                nn.Conv2d(before, width, 3, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
                nn.Conv2d(width, width, 3, padding=1, stride=2, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            before, side = width, (side + 1) // 2
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(drop), nn.Linear(before * side * side, 64), nn.ReLU(), nn.Dropout(drop), nn.Linear(64, outputs))

    def forward(self, grey):
        return self.head(self.body(grey))


def grey(image):
    """Luma of RGB bytes, as the engine computes it."""
    return image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def tensor(images):
    """Grey images [n, side, side] to what the networks take."""
    return torch.from_numpy(((np.asarray(images, np.float32) - 127) / 64)[:, None])


def square(photo, centre, length, along, side):
    """A square of `length` pixels, upright on `along`; the photo is mirrored at its edges."""
    cos, sin = along / np.linalg.norm(along)
    linear = np.array([[cos, -sin], [sin, cos]]) * length / side
    return chips.faces.warped(photo, linear, centre - linear @ [side / 2, side / 2], side, cv2.BORDER_REFLECT_101)


def eye_square(photo, mesh, eye, side=EYE_SIDE, widths=EYE_WIDTHS):
    """The crop of one eye, `eye` its outer and inner corner in the mesh."""
    corners = mesh[list(eye), :2]
    width = np.linalg.norm(corners[1] - corners[0])
    return square(photo, corners.mean(0), widths * width, chips.faces.eye_line(mesh), side)


def mouth_square(photo, mesh, side=MOUTH_SIDE, widths=MOUTH_WIDTHS):
    """The crop of the mouth: between its outer corners, 61 and 291."""
    corners = mesh[[61, 291], :2]
    centre = (corners.mean(0) + mesh[[13, 14], :2].mean(0)) / 2
    width = max(np.linalg.norm(corners[1] - corners[0]), 0.75 * np.linalg.norm(mesh[33, :2] - mesh[263, :2]) * 0.6)
    return square(photo, centre, widths * width, chips.faces.eye_line(mesh), side)
