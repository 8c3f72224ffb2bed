"""Lenses and short distances: photos bent in known ways, and how much that bends the face in them."""

import cv2
import numpy as np


class Bend:
    """A map of the photo's plane about `centre`; lengths in units of `radius`, half of the photo's longer side.

    kind: barrel and pincushion move a point at distance r to r (1 - k r^2) or its inverse; fisheye maps the angle
    instead of its tangent; stretch makes one axis longer than the other. strength: 0 (none) to 1.
    """

    def __init__(self, kind, strength, centre, radius):
        self.kind, self.strength, self.centre, self.radius = kind, strength, np.asarray(centre, float), radius

    def back(self, points):
        """Where in the original photo the points of the bent photo come from."""
        d = (points - self.centre) / self.radius
        r = np.linalg.norm(d, axis=-1, keepdims=True) + 1e-9
        if self.kind == "stretch":
            return self.centre + d * self.radius * np.array([np.exp(-0.35 * self.strength), np.exp(0.35 * self.strength)]) ** 0.5
        if self.kind == "squeeze":
            return self.centre + d * self.radius * np.array([np.exp(0.35 * self.strength), np.exp(-0.35 * self.strength)]) ** 0.5
        if self.kind == "barrel":
            factor = (1 + 1.2 * self.strength * r**2) / (1 + 1.2 * self.strength * 0.5)
        elif self.kind == "pincushion":
            factor = 1 / (1 + 1.2 * self.strength * r**2) * (1 + 1.2 * self.strength * 0.5)
        else:  # fisheye
            most = 1e-3 + 1.15 * self.strength
            factor = np.tan(np.minimum(r * most, 1.45)) / (r * np.tan(most * 0.8)) * 0.8
        return self.centre + d * factor * self.radius

    def photo(self, photo):
        height, width = photo.shape[:2]
        y, x = np.mgrid[:height, :width].astype(float) + 0.5
        source = self.back(np.stack([x, y], -1)).astype(np.float32) - 0.5
        return cv2.remap(photo, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def deformation(original, bent):
    """Root mean square distance of two sets of points after the best similarity, over their root mean square size."""
    a, b = original - original.mean(0), bent - bent.mean(0)
    za, zb = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    factor = (np.conj(za) * zb).sum() / (np.abs(za) ** 2).sum()
    return float(np.sqrt((np.abs(zb - factor * za) ** 2).mean() / (np.abs(zb) ** 2).mean()))


def forward(bend, points):
    """Where the points of the original photo lie in the bent one: the inverse of `back`, by iteration."""
    guess = points.copy()
    for _ in range(40):
        guess = guess - 0.7 * (bend.back(guess) - points)
    return guess
