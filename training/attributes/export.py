"""Writes a trained network as ONNX with half-precision weights, and checks that both say the same.

    python export.py --work WORK --models models/trained [face|embedding|eyes|mouth|flare]...

Weights are stored in half precision and cast to single when the network is loaded: half the size, computed as before.
"""

import argparse
import hashlib
import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

import parts
import train_embedding
import train_face
import train_flare
import train_people

# Numbers fewer than this stay in single precision: nothing is gained.
SMALL = 256


class Answers(torch.nn.Module):
    """From 21 bins of age and other logits to years and the same logits: what the engine reads."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.register_buffer("ages", train_face.AGES.clone())

    def forward(self, image):
        logits = self.network(image)
        age = (logits[:, :21].softmax(1) * self.ages).sum(1, keepdim=True)
        return torch.cat([age, logits[:, 21:]], 1)


class Strength(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        return self.network(image).sigmoid()


def face(work):
    network = train_face.FaceNetwork(pretrained=False)
    stored = torch.load(work / "face.pt", weights_only=False)
    average = {key.removeprefix("module."): value for key, value in stored["average"].items() if key.startswith("module.")}
    network.load_state_dict(average)
    return Answers(network), (1, 3, 112, 112)


def embedding(work):
    return Answers(train_people.joined(*(torch.load(work / f"{name}.pt") for name in ("people", "embedding")))), (1, train_embedding.N_INPUTS)


def eyes(work):
    network = parts.Small(parts.EYE_SIDE, (16, 32, 48))
    network.load_state_dict(torch.load(work / "eyes.pt"))
    return network, (1, 1, parts.EYE_SIDE, parts.EYE_SIDE)


def mouth(work):
    network = parts.Small(parts.MOUTH_SIDE, (16, 32, 48))
    network.load_state_dict(torch.load(work / "mouth.pt"))
    return network, (1, 1, parts.MOUTH_SIDE, parts.MOUTH_SIDE)


def flare(work):
    network = train_flare.FlareNetwork()
    network.load_state_dict(torch.load(work / "flare.pt"))
    return Strength(network), (1, 3, train_flare.SIDE, train_flare.SIDE)


NETWORKS = {"face": (face, "face-attributes-1"), "embedding": (embedding, "embedding-attributes-1"), "eyes": (eyes, "eye-state-1"), "mouth": (mouth, "mouth-state-1"), "flare": (flare, "flare-1")}


def halved(model):
    """Large weights in half precision, each with a cast behind it."""
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALL:
            continue
        half = numpy_helper.from_array(values.astype(np.float16), weight.name + "_half")
        casts.append(helper.make_node("Cast", [half.name], [weight.name], to=TensorProto.FLOAT))
        weight.CopyFrom(half)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    return model


def export(name, work, folder):
    make, identifier = NETWORKS[name]
    network, shape = make(work)
    network.eval()
    given = "image" if len(shape) == 4 else "embedding"
    stored = io.BytesIO()
    torch.onnx.export(network, torch.zeros(shape), stored, input_names=[given], output_names=["answers"], opset_version=17, dynamo=False)
    model = halved(onnx.load_from_string(stored.getvalue()))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{identifier}.onnx"
    content = model.SerializeToString()
    path.write_bytes(content)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    random, worst = np.random.default_rng(0), 0.0
    for _ in range(8):
        image = random.uniform(-1, 1, shape).astype(np.float32)
        with torch.no_grad():
            expected = network(torch.from_numpy(image)).numpy()
        worst = max(worst, float(np.abs(session.run(None, {given: image})[0] - expected).max()))
    print(f"{path}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}, output {expected.shape}, differs by at most {worst:.2g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("work", "models"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.names or NETWORKS:
        export(name, arguments.work, arguments.models)


if __name__ == "__main__":
    main()
