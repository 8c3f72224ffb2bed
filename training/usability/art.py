"""Photos turned into what is no photo, and faces that were never photographed: drawn, or shaped and lit.

RGB arrays of bytes. The filters take a photo, the face's box and a random generator; `vector_face` and `statue` make a
picture of their own.
"""

import cv2
import numpy as np

from kinds import GREY, to_bytes


def scaled(photo, box, side):
    """The photo with a face of some `side` pixels: strokes should have the same width on every face."""
    factor = side / max(box[2:])
    return cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def luma(photo):
    return to_bytes(photo.astype(np.float32) @ GREY)


def three(tone):
    return np.repeat(to_bytes(tone)[..., None], 3, 2)


def cartoon(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 260))
    flat = photo
    for _ in range(random.integers(3, 6)):
        flat = cv2.bilateralFilter(flat, 9, random.uniform(30, 60), 9)
    step = random.integers(24, 48)
    flat = (flat // step * step + step // 2).astype(np.uint8)
    lines = cv2.adaptiveThreshold(cv2.medianBlur(luma(photo), 5), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, random.uniform(3, 7))
    return flat & lines[..., None]


def stylised(photo, box, random):
    return cv2.stylization(scaled(photo, box, random.uniform(140, 260)), sigma_s=random.uniform(30, 90), sigma_r=random.uniform(0.3, 0.6))


def edge_preserved(photo, box, random):
    return cv2.edgePreservingFilter(scaled(photo, box, random.uniform(140, 260)), flags=1, sigma_s=random.uniform(40, 90), sigma_r=random.uniform(0.4, 0.7))


def pencil(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 280))
    tone = luma(photo)
    soft = cv2.GaussianBlur(255 - tone, (0, 0), random.uniform(3, 10))
    made = np.minimum(255, tone.astype(np.float32) * 256 / (256.0 - soft))
    if random.random() < 0.5:
        made = made + random.normal(0, random.uniform(5, 20), made.shape)
    if random.random() < 0.4:
        return to_bytes(made[..., None] * (0.6 + 0.4 * photo / 255))
    return three(made)


def oil(photo, box, random):
    photo = scaled(photo, box, random.uniform(120, 220))
    reach, levels = int(random.integers(2, 6)), int(random.integers(6, 14))
    level = (luma(photo).astype(int) * levels) >> 8
    side = 2 * reach + 1
    counts = np.stack([cv2.boxFilter((level == k).astype(np.float32), -1, (side, side)) for k in range(levels)])
    best = counts.argmax(0)
    made = np.zeros(photo.shape, np.float32)
    for k in range(levels):
        inside = (level == k).astype(np.float32)
        mean = cv2.boxFilter(photo * inside[..., None], cv2.CV_32F, (side, side)) / np.maximum(counts[k], 1e-6)[..., None]
        made[best == k] = mean[best == k]
    if random.random() < 0.6:
        canvas = np.sin(np.arange(photo.shape[1]) * 1.7)[None] * np.sin(np.arange(photo.shape[0]) * 1.7)[:, None]
        made = made + random.uniform(3, 12) * canvas[..., None]
    return to_bytes(made)


def water_colour(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 240))
    for _ in range(2):
        photo = cv2.medianBlur(photo, 2 * int(random.integers(2, 5)) + 1)
    photo = cv2.pyrMeanShiftFiltering(photo, random.uniform(6, 14), random.uniform(15, 35))
    paper = cv2.GaussianBlur(random.normal(0, 1, photo.shape[:2]), (0, 0), 1.2)
    return to_bytes(np.minimum(255, photo * 0.8 + 55) + 14 * paper[..., None])


def poster(photo, box, random):
    photo = scaled(photo, box, random.uniform(120, 260))
    n = int(random.integers(2, 5))
    soft = cv2.GaussianBlur(photo, (0, 0), random.uniform(0.5, 2))
    level = np.minimum(n - 1, soft.astype(int) * n // 256)
    if random.random() < 0.4:
        palette = random.integers(0, 256, (n, 3))
        return palette[np.minimum(n - 1, luma(soft).astype(int) * n // 256)].astype(np.uint8)
    return (level * 255 // (n - 1)).astype(np.uint8)


def clustered(photo, box, random):
    photo = scaled(photo, box, random.uniform(100, 200))
    few = photo.reshape(-1, 3).astype(np.float32)
    n = int(random.integers(4, 10))
    cv2.setRNGSeed(int(random.integers(1 << 30)))
    _, own, middle = cv2.kmeans(few[:: max(1, len(few) // 3000)], n, None, (3, 10, 1.0), 1, cv2.KMEANS_PP_CENTERS)
    own = np.argmin(((few[:, None] - middle[None]) ** 2).sum(2), 1)
    return to_bytes(middle[own].reshape(photo.shape))


def halftone(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 300))
    pitch, angle = random.uniform(3.5, 7), random.uniform(0, np.pi)
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]
    screens = []
    for turn in (0, 0.5, 1.1):
        u, v = x * np.cos(angle + turn) + y * np.sin(angle + turn), y * np.cos(angle + turn) - x * np.sin(angle + turn)
        screens.append(127 + 64 * (np.cos(2 * np.pi * u / pitch) + np.cos(2 * np.pi * v / pitch)))
    if random.random() < 0.5:
        return three(np.where(luma(photo) > screens[0], 255, 0))
    return to_bytes(np.where(photo > np.stack(screens, 2), 255, 0))


def dithered(photo, box, random):
    photo = scaled(photo, box, random.uniform(80, 180))
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 16 + 8
    screen = np.tile(bayer, (photo.shape[0] // 4 + 1, photo.shape[1] // 4 + 1))[: photo.shape[0], : photo.shape[1]]
    return three(np.where(luma(photo) > screen, 255, 0)) if random.random() < 0.5 else np.where(photo > screen[..., None], 255, 0).astype(np.uint8)


def engraving(photo, box, random):
    photo = scaled(photo, box, random.uniform(160, 300))
    tone, pitch = cv2.GaussianBlur(luma(photo), (0, 0), 1).astype(np.float32), random.uniform(4, 7)
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]
    bent = (y + 4 * np.sin(x / 25.0) + tone / 40) if random.random() < 0.7 else (x + y) / 1.4
    line = 127 + 120 * np.cos(2 * np.pi * bent / pitch)
    ink = random.integers(0, 70, 3)
    return np.where((tone > line)[..., None], np.uint8(245), ink.astype(np.uint8))


def stippled(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 260))
    chance = (1 - luma(photo) / 255.0) ** 1.5 * random.uniform(0.3, 0.6)
    dots = (random.random(chance.shape) < chance).astype(np.uint8)
    return three(255 - 255 * cv2.dilate(dots, np.ones((2, 2), np.uint8)))


def ascii_art(photo, box, random):
    tone = luma(scaled(photo, box, random.uniform(26, 46)))
    letters, cell = " .:-=+*#%@", 9
    if dark_ground := random.random() < 0.5:
        letters = letters[::-1]
    made = np.full((tone.shape[0] * cell, tone.shape[1] * cell), 0 if dark_ground else 255, np.uint8)
    for (row, column), value in np.ndenumerate(tone):
        letter = letters[::-1][int(value) * len(letters) // 256]
        cv2.putText(made, letter, (column * cell, row * cell + cell - 1), cv2.FONT_HERSHEY_PLAIN, 0.7, 255 if dark_ground else 0, 1)
    return three(made)


def embossed(photo, box, random):
    tone = luma(scaled(photo, box, random.uniform(120, 260))).astype(np.float32)
    kernel = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]], np.float32) * random.uniform(0.6, 1.5)
    return to_bytes((three(cv2.filter2D(cv2.GaussianBlur(tone, (0, 0), 1), -1, kernel) + 128) / 255.0) * random.uniform(150, 255, 3))


def outlines(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 280))
    lines = cv2.Canny(cv2.GaussianBlur(luma(photo), (0, 0), 1.2), random.uniform(20, 50), random.uniform(60, 120))
    lines = cv2.dilate(lines, np.ones((2, 2), np.uint8)) if random.random() < 0.6 else lines
    return three(255 - lines if random.random() < 0.8 else lines)


def neon(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 260)).astype(np.float32)
    edges = np.abs(cv2.Sobel(photo, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(photo, cv2.CV_32F, 0, 1))
    return to_bytes(edges * random.uniform(0.8, 2) * random.uniform(0.4, 1.2, 3))


def thermal(photo, box, random):
    maps = [cv2.COLORMAP_JET, cv2.COLORMAP_HOT, cv2.COLORMAP_INFERNO, cv2.COLORMAP_RAINBOW, cv2.COLORMAP_OCEAN, cv2.COLORMAP_SPRING, cv2.COLORMAP_PLASMA, cv2.COLORMAP_COOL]
    tone = cv2.GaussianBlur(luma(photo), (0, 0), random.uniform(0.3, 2.5))
    return cv2.applyColorMap(255 - tone if random.random() < 0.3 else tone, maps[random.integers(len(maps))])[..., ::-1]


def negative(photo, box, random):
    made = 255 - photo
    return three(made @ GREY) if random.random() < 0.4 else made


def solarised(photo, box, random):
    photo = photo if random.random() < 0.7 else three(luma(photo))
    return np.where(photo > random.integers(70, 170), 255 - photo, photo)


def swapped_colours(photo, box, random):
    hsv = cv2.cvtColor(photo, cv2.COLOR_RGB2HSV).astype(int)
    hsv[..., 0] = (hsv[..., 0] + random.integers(45, 135)) % 180
    hsv[..., 1] = np.minimum(255, hsv[..., 1] * random.uniform(1.2, 2) + 30)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)


def mosaic_tiles(photo, box, random):
    cell = int(random.integers(5, 9))
    photo = scaled(photo, box, random.uniform(20, 34))
    made = np.repeat(np.repeat(photo, cell, 0), cell, 1)
    made[::cell] = made[:, ::cell] = random.integers(0, 256, 3)
    return made


def low_poly(photo, box, random):
    photo = scaled(photo, box, random.uniform(140, 220))
    height, width = photo.shape[:2]
    division = cv2.Subdiv2D((0, 0, width, height))
    weight = cv2.GaussianBlur(cv2.Laplacian(luma(photo), cv2.CV_32F) ** 2, (0, 0), 2).ravel() + 20
    for place in random.choice(weight.size, int(random.integers(500, 1400)), p=weight / weight.sum()):
        division.insert((float(place % width), float(place // width)))
    for corner in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        division.insert(tuple(map(float, corner)))
    made = photo.copy()
    for triangle in division.getTriangleList().reshape(-1, 3, 2):
        middle = np.clip(triangle.mean(0), 0, [width - 1, height - 1]).astype(int)
        cv2.fillConvexPoly(made, triangle.astype(np.int32), tuple(int(v) for v in photo[middle[1], middle[0]]))
    return made


FILTERS = {
    "cartoons": [cartoon, edge_preserved, stylised],
    "paintings": [oil, water_colour],
    "pencils": [pencil, outlines, neon],
    "posters": [poster, clustered, low_poly],
    "prints": [halftone, dithered, stippled, engraving],
    "signs": [ascii_art, mosaic_tiles],
    "reliefs": [embossed],
    "wrong colours": [thermal, negative, solarised, swapped_colours],
}


# ---- Never photographed


def _skin(random):
    tones = [(255, 224, 189), (241, 194, 125), (198, 134, 66), (141, 85, 36), (255, 219, 172), (80, 50, 30)]
    plain = np.array(tones[random.integers(len(tones))], float)
    return np.clip(plain + random.normal(0, 12, 3), 0, 255) if random.random() < 0.8 else random.uniform(0, 255, 3)


def vector_face(random, side=256):
    """A face of ellipses and strokes, flat or shaded."""
    tone = lambda c: tuple(int(v) for v in np.clip(c, 0, 255))  # noqa: E731
    ground = random.uniform(0, 255, 3)
    image = np.full((side, side, 3), ground, np.float32)
    if random.random() < 0.4:
        image += np.linspace(-40, 40, side)[:, None, None]
    cx, cy = side * random.uniform(0.42, 0.58), side * random.uniform(0.48, 0.56)
    w, h = side * random.uniform(0.2, 0.28), side * random.uniform(0.26, 0.35)
    skin, hair, line = _skin(random), random.uniform(0, 160, 3), random.uniform(0, 70, 3)
    thick = int(random.integers(1, 5))
    at = lambda x, y: (int(cx + w * x), int(cy + h * y))  # noqa: E731
    size = lambda x, y: (max(1, int(w * x)), max(1, int(h * y)))  # noqa: E731
    if random.random() < 0.85:
        cv2.ellipse(image, at(0, -0.25), size(random.uniform(1.1, 1.35), random.uniform(0.95, 1.2)), 0, 0, 360, tone(hair), -1)
    cv2.rectangle(image, at(-0.35, 0.7), at(0.35, 1.6), tone(skin * 0.9), -1)
    cv2.ellipse(image, at(0, 1.9), size(1.6, 0.7), 0, 180, 360, tone(random.uniform(0, 255, 3)), -1)
    for x in (-1, 1):
        cv2.ellipse(image, at(x, 0.05), size(0.16, 0.22), 0, 0, 360, tone(skin * 0.93), -1)
    cv2.ellipse(image, at(0, 0), size(1, 1), 0, 0, 360, tone(skin), -1)
    if random.random() < 0.6:
        cv2.ellipse(image, at(0, 0), size(1, 1), 0, 0, 360, tone(line), thick)
    if random.random() < 0.8:
        cv2.ellipse(image, at(0, -0.55), size(0.95, 0.5), 0, 180, 360, tone(hair), -1)
    eye, iris = random.uniform(0.12, 0.26), random.uniform(0, 150, 3)
    height, y_eye = eye * random.uniform(0.4, 1.0), random.uniform(-0.2, -0.02)
    for x in (-0.4, 0.4):
        cv2.ellipse(image, at(x, y_eye), size(eye, height), 0, 0, 360, (255, 255, 255), -1)
        cv2.ellipse(image, at(x, y_eye), size(eye, height), 0, 180 if random.random() < 0.5 else 0, 360, tone(line), thick)
        r = min(eye * w, height * h) * random.uniform(0.5, 0.95)
        cv2.circle(image, at(x, y_eye), max(1, int(r)), tone(iris), -1)
        cv2.circle(image, at(x, y_eye), max(1, int(r * 0.5)), (10, 10, 10), -1)
        if random.random() < 0.6:
            cv2.circle(image, at(x + 0.05, y_eye - 0.04), max(1, int(r * 0.25)), (255, 255, 255), -1)
        brow = y_eye - random.uniform(0.2, 0.3)
        cv2.ellipse(image, at(x, brow + 0.1), size(0.28, 0.12), 0, 200, 340, tone(hair * 0.7), thick + 1)
    nose, y_nose = random.random(), random.uniform(0.2, 0.32)
    if nose < 0.4:
        cv2.ellipse(image, at(0, y_nose), size(0.12, 0.08), 0, 0, 180, tone(line), thick)
    elif nose < 0.7:
        cv2.polylines(image, [np.array([at(0.02, -0.05), at(0.14, y_nose), at(-0.02, y_nose + 0.03)], np.int32)], False, tone(line), thick)
    else:
        cv2.ellipse(image, at(0, y_nose), size(0.13, 0.1), 0, 0, 360, tone(skin * 0.85), -1)
    y_mouth, wide, lips = random.uniform(0.5, 0.62), random.uniform(0.25, 0.5), random.uniform([130, 20, 20], [230, 110, 110])
    if random.random() < 0.5:
        cv2.ellipse(image, at(0, y_mouth - 0.08), size(wide, 0.16), 0, 15, 165, tone(lips if random.random() < 0.6 else line), thick + 1)
    else:
        cv2.ellipse(image, at(0, y_mouth), size(wide, random.uniform(0.06, 0.16)), 0, 0, 360, tone(lips), -1)
        if random.random() < 0.5:
            cv2.line(image, at(-wide, y_mouth), at(wide, y_mouth), tone(line), thick)
    if random.random() < 0.5:
        y, x = np.mgrid[:side, :side]
        apart = ((x - cx + w * random.uniform(-0.5, 0.5)) / w) ** 2 + ((y - cy + h * random.uniform(-0.4, 0.2)) / h) ** 2
        image = image * np.clip(1.12 - random.uniform(0.15, 0.4) * apart, 0.35, 1.2)[..., None]
    if random.random() < 0.6:
        image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.6))
    if random.random() < 0.3:
        image = image + random.normal(0, random.uniform(3, 14), image.shape)
    return to_bytes(image)


def statue(random, mesh, side=256):
    """The shape of a face (478 points with depth) without its colours: marble, bronze, plastic, with or without paint."""
    points = mesh[:468].astype(np.float64)
    points = points - points.mean(0)
    points *= side * 0.28 / np.abs(points[:, :2]).max()
    yaw = np.radians(random.uniform(-15, 15))
    points = points @ np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    division = cv2.Subdiv2D((-side, -side, 2 * side, 2 * side))
    index = {}
    for place, (x, y, _) in enumerate(points):
        key = (float(np.float32(x)), float(np.float32(y)))
        index[key] = place
        division.insert(key)
    corners = division.getTriangleList().reshape(-1, 3, 2)
    faces = [[index.get((float(x), float(y)), -1) for x, y in triangle] for triangle in corners]
    faces = np.array([face for face in faces if min(face) >= 0])
    a, b, c = (points[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal *= np.sign(normal[:, 2:] + 1e-9) * -1
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, faces[:, k], normal)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    light = random.normal(0, 1, 3) * [0.7, 0.5, 0] + [0, -0.4, -1]
    light /= np.linalg.norm(light)
    shine = np.clip(normals @ light, 0, 1)
    gloss = random.uniform(0, 0.8) * np.clip(normals @ ((light + [0, 0, -1]) / np.linalg.norm(light + [0, 0, -1])), 0, 1) ** random.uniform(8, 50)
    stone = [(225, 222, 215), (150, 110, 70), (120, 120, 125), (240, 205, 185), (90, 75, 60), (210, 180, 140), (60, 60, 62)][random.integers(7)]
    value = random.uniform(0.15, 0.4) + random.uniform(0.5, 0.85) * shine
    colour = value[:, None] * np.array(stone) + 255 * gloss[:, None]
    image = np.full((side, side, 3), random.uniform(0, 255, 3), np.float32)
    image += cv2.GaussianBlur(random.normal(0, 60, (side, side, 3)), (0, 0), random.uniform(8, 40)) * 8
    middle = side / 2 + random.uniform(-10, 10, 2)
    scalp = (np.array(stone) * random.uniform(0.25, 0.9)).tolist()
    cv2.ellipse(image, (int(middle[0]), int(middle[1] - side * 0.03)), (int(side * 0.27), int(side * 0.36)), 0, 0, 360, scalp, -1)
    cv2.rectangle(image, (int(middle[0] - side * 0.12), int(middle[1] + side * 0.2)), (int(middle[0] + side * 0.12), side), scalp, -1)
    order = np.argsort(-points[faces][:, :, 2].mean(1))
    for face in faces[order]:
        corners = np.rint((points[face, :2] + middle) * 16).astype(np.int32)
        cv2.fillConvexPoly(image, corners, tuple(colour[face].mean(0)), cv2.LINE_AA, 4)
    image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.8, 2.0))
    if random.random() < 0.5:
        put = lambda place: tuple(int(v) for v in points[place, :2] + middle)  # noqa: E731
        for ring in ((33, 160, 158, 133, 153, 144), (263, 387, 385, 362, 380, 373)):
            shape = np.array([put(place) for place in ring], np.int32)
            cv2.fillPoly(image, [shape], (245, 245, 245))
            centre = shape.mean(0).astype(int)
            cv2.circle(image, tuple(map(int, centre)), max(2, int(side * 0.018)), random.uniform(0, 110, 3).tolist(), -1)
        lips = np.array([put(place) for place in (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)], np.int32)
        cv2.fillPoly(image, [lips], random.uniform([130, 30, 40], [220, 120, 120]).tolist())
        image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.0))
    if random.random() < 0.6:
        image = image + cv2.GaussianBlur(random.normal(0, 1, image.shape[:2]), (0, 0), random.uniform(0.5, 3))[..., None] * random.uniform(5, 25)
    return to_bytes(image)
