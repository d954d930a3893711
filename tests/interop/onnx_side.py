#!/usr/bin/env python3
"""The other side of onnx_files_test.cpp: onnx_side.py FOLDER

Checks every model of FOLDER, runs it on images.u8, and prints how far its outputs are from the floats that telar left
beside it: the largest difference, relative where outputs are above 1. With no folder only whether ONNX Runtime is there.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

if len(sys.argv) < 2:
    print(onnxruntime.__version__)
    sys.exit()
folder = Path(sys.argv[1])
images = np.fromfile(folder / "images.u8", np.uint8).reshape(-1, 28, 28)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
found = {}
for file in sorted(folder.glob("*.onnx")):
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    source, target = session.get_inputs()[0], session.get_outputs()[0]
    x = images if source.type == "tensor(uint8)" else images.astype(np.float32)

    def run(rows):
        return session.run([target.name], {source.name: rows})[0].astype(np.float64)

    theirs = run(x)
    ours = np.fromfile(file.with_suffix(".f32"), np.float32).astype(np.float64).reshape(theirs.shape)
    difference = np.abs(theirs - ours) / np.maximum(1, np.abs(ours))
    found[file.stem] = {
        "input": source.name,
        "shape": [*source.shape],
        "output_shape": [*target.shape],
        "type": source.type,
        "rows": len(theirs),
        "difference": float(difference.max()) if np.isfinite(difference).all() else 1e30,
        "difference_of_one_row": float(np.abs(run(x[:1]) - theirs[:1]).max()),
        "operators": sorted({node.op_type for node in model.graph.node}),
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
    }
print(json.dumps(found))
