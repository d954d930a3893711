"""ONNX Runtime: predictions of the baseline's network, and what a call costs that computes nothing.

run: session.run with NumPy arrays; binding: run_with_iobinding with input and output bound once.
"""

import argparse
import statistics
import time

import numpy as np
import onnx
import onnxruntime as ort
from common import emit
from onnx import TensorProto, helper, numpy_helper

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--mode", choices=["run", "binding"], required=True)
parser.add_argument("--seconds", type=float, default=1.0)
asked = parser.parse_args()
draw = np.random.default_rng(1)


def serialized(nodes, weights, shape_in, shape_out):
    graph = helper.make_graph(nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape_in)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape_out)], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def network():
    sizes, nodes, weights, last = [784, 512, 512, 10], [], [], "x"
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        kernel = draw.normal(0, (2 / n_in) ** 0.5, (n_in, n_out)).astype("float32")
        weights += [numpy_helper.from_array(kernel, f"w{i}"), numpy_helper.from_array(np.zeros(n_out, "float32"), f"b{i}")]
        nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"z{i}"]))
        last = f"a{i}" if i < 2 else "y"
        nodes.append(helper.make_node("Relu" if i < 2 else "Softmax", [f"z{i}"], [last]))
    return serialized(nodes, weights, ["batch", 784], ["batch", 10])


def empty():
    return serialized([helper.make_node("Identity", ["x"], ["y"])], [], [1], [1])


def seconds_per_call(model, x):
    """The median over at least `--seconds` of calls, each timed by itself."""
    settings = ort.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = asked.threads, 1
    settings.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    session = ort.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": x})[0]  # also warms up
    if asked.mode == "run":
        names, feed = ["y"], {"x": x}

        def call():
            session.run(names, feed)
    else:
        binding = session.io_binding()
        binding.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(x))
        binding.bind_ortvalue_output("y", ort.OrtValue.ortvalue_from_numpy(np.empty_like(y)))

        def call():
            session.run_with_iobinding(binding)
    for _ in range(20):
        call()
    clock, times = time.perf_counter, []
    end = clock() + asked.seconds
    while not times or clock() < end:
        began = clock()
        call()
        times.append(clock() - began)
    return statistics.median(times)


began = time.process_time(), time.perf_counter()
seconds = seconds_per_call(network(), draw.random((asked.batch, 784), dtype="float32"))
cores = (time.process_time() - began[0]) / (time.perf_counter() - began[1])
emit(["onnxruntime", "onnx"], seconds_per_call=seconds, cores_used=cores,
     empty_call_seconds=seconds_per_call(empty(), np.ones(1, "float32")))
