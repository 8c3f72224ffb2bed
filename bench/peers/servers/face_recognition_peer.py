"""face_recognition with its defaults: HOG detector, tolerance .6. The largest face of a photo counts."""

import io

import face_recognition
from http_server import serve


def area(box):
    top, right, bottom, left = box
    return (bottom - top) * (right - left)


def encoding(photo):
    image = face_recognition.load_image_file(io.BytesIO(photo))
    boxes = face_recognition.face_locations(image)
    if not boxes:
        raise ValueError("no face")
    return face_recognition.face_encodings(image, [max(boxes, key=area)])[0]


def compare(first, second):
    distance = face_recognition.face_distance([encoding(first)], encoding(second))[0]
    return distance <= 0.6, 1 - distance


# dlib crashes when two threads use it at once.
serve(compare, one_at_a_time=True)
