"""deepface on ONNX Runtime with its default detector, and SFace: the network whose weights a package carries.

Its default network, VGG-Face, would be downloaded from elsewhere at the first comparison.
"""

import cv2
import numpy as np
from deepface import DeepFace
from http_server import serve

MODEL = "SFace"

DeepFace.build_model(MODEL)


def decoded(photo):
    image = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("no photo")
    return image


def compare(first, second):
    result = DeepFace.verify(decoded(first), decoded(second), model_name=MODEL)
    return result["verified"], -result["distance"]


serve(compare, one_at_a_time=True)
