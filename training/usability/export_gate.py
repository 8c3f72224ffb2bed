"""Trains the head of photograph-1 on everything, exports the network, and writes models/calibration/photograph.toml."""

import datetime
import hashlib
import importlib.util
import json
from pathlib import Path

import numpy as np
import openvino
import torch

import gate


def common(name):
    """A module of training/common; another folder on the path has one of the same name."""
    path = Path(__file__).resolve().parent.parent / "common" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"common_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def openvino_odds(path, chips):
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    run = openvino.Core().compile_model(str(path), "CPU", options).create_infer_request()
    said = []
    for chip in chips:
        run.infer([np.ascontiguousarray(chip.transpose(2, 0, 1)[None], dtype=np.float32)])
        said.append(float(run.get_output_tensor(0).data.ravel()[0]))
    return np.array(said)


def write(table, arguments):
    found, lost = json.loads((arguments.cache / "judged.json").read_text())
    # Where the threshold lies is seen on photos that the head does not know; the one that ships knows all.
    sums = gate.Sums(table)
    known = sums.fitted()
    ordinary = table.ordinary & (table.view == 0)
    unknown = gate.odds(known, table.features[ordinary & table.half]).astype(float)
    threshold = round(float(np.floor(10 * np.quantile(unknown, gate.LOST)) / 10), 1)
    head = sums.fitted(all_photos=True)
    network = gate.Network(gate.Blocks(), head).eval()
    path = arguments.models / "photograph-1.onnx"
    size = common("export").written(network, gate.SIDE, path, "photograph-1")
    _, shard = next(gate.shards(arguments.cache, "photos"))
    chips = shard["chip"][shard["found"]][:40]
    with torch.inference_mode():
        expected = network(torch.from_numpy(chips.transpose(0, 3, 1, 2).astype(np.float32)))[:, 0].numpy()
    apart = np.abs(openvino_odds(path, chips) - expected).max()
    said = gate.odds(head, table.features)
    print(f"{path}: {size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}, differs by at most {apart:.2g}; least log-odds {threshold}")
    rows = [f'[[left_out]]\ngroup = "{group}"\nkind = "{kind}"\nrefused = {refused}\nphotos = {count}' for group, kind, refused, count in found if count]
    k, n = (sum(pair[i] for pair in lost.values()) for i in (0, 1))
    parts = []
    for name in np.unique(table.set[ordinary]):
        rows_of = ordinary & (table.set == name)
        parts.append(f'[[ordinary]]\nset = "{name}"\nrefused = {int((said[rows_of] < threshold).sum())}\nphotos = {int(rows_of.sum())}')
    lines = "\n".join(rows + parts)
    (arguments.tables / "photograph.toml").write_text(f"""\
# Whether a face was photographed: where the log-odds of photograph-1 are put. Written by training/usability/gate.py.
data = "ordinary photos of ten sets; photos through filters, faces drawn and shaped by programs, avatars and emoji of packages"
photos = {int((table.view == 0).sum())}
date = "{datetime.date.today().isoformat()}"
# Below this, what was found is not the photographed face of a human.
least_odds = {threshold}
# Ordinary photos that were not trained on, refused, over the fits below.
held_out = {{ refused = {k}, photos = {n} }}

# Refused of each kind by a head that was trained without its group.
{lines}
""")
