"""A trained network to ONNX with weights of 16 bits, checked against the framework in the runtime that ships."""

import io
import warnings

import numpy as np
import onnx
import openvino
import torch
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
# Smaller tensors (biases and constants) stay at 32 bits: halving them saves nothing.
LEAST_HALVED = 256


def written(model, side, path, name, inputs="photo", outputs="odds"):
    """Writes `model` for one photo of `side` x `side` to `path` and returns the file's size in bytes."""
    model = model.eval().to(memory_format=torch.contiguous_format)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (torch.zeros(1, 3, side, side),), buffer, dynamo=True, opset_version=OPSET, external_data=False, verbose=False,
            input_names=[inputs], output_names=[outputs],
        )  # fmt: skip
    graph = onnx.load_from_string(buffer.getvalue())
    halved(graph.graph)
    graph.graph.name, graph.producer_name, graph.producer_version = name, "", ""
    # The exporter notes where in which source file each node came from.
    for part in (graph, graph.graph, *graph.graph.node, *graph.graph.input, *graph.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    del graph.graph.value_info[:]
    onnx.checker.check_model(graph)
    path.write_bytes(graph.SerializeToString())
    return path.stat().st_size


def halved(graph):
    """Large weights as 16 bits, cast back to 32 where they are used: runtimes do that once, when they compile."""
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < LEAST_HALVED:
            continue
        values, name = numpy_helper.to_array(tensor).astype(np.float16), tensor.name
        if not np.isfinite(values).all():
            raise ValueError(f"{name} does not fit into 16 bits")
        tensor.CopyFrom(numpy_helper.from_array(values, name + "_16"))
        casts.append(helper.make_node("Cast", [name + "_16"], [name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)


def difference(model, path, photos):
    """Largest difference of the log-odds between the framework and OpenVINO in f32 on photos [n, 3, side, side]."""
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = openvino.Core().compile_model(path, "CPU", options)
    with torch.inference_mode():
        expected = model.eval()(torch.from_numpy(photos).float()).numpy()
    actual = np.concatenate([compiled([photo[None].astype(np.float32)])[0] for photo in photos])
    return float(np.abs(expected - actual).max())
