#!/usr/bin/env python3
"""Writes vocabulary.json: what the real Keras makes of losses, metrics and layers that golden.json does not have.

  pip install keras jax
  KERAS_BACKEND=jax python3 generate_vocabulary.py

Losses and metrics are of golden.json's loss_inputs, in its form; metrics see rows 0-3, then 4-5.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

HERE = pathlib.Path(__file__).parent
INPUTS = json.loads((HERE / "golden.json").read_text())["loss_inputs"]
SHAPE = INPUTS["shape"]


def numbers(array):
    return np.asarray(array, np.float32).ravel().tolist()


def inputs(name):
    return np.array(INPUTS[name]) if name == "labels" else np.array(INPUTS[name], np.float32).reshape(SHAPE)


WEIGHTS = np.array(INPUTS["sample_weight"], np.float32)


def loss(cls, args, reduction, weighted, y_pred="prob"):
    # Keras's generalised cross-entropy takes labels where the others take their one-hot rows.
    true = "labels" if cls == "CategoricalGeneralizedCrossEntropy" else "onehot"
    function = getattr(keras.losses, cls)(reduction=reduction, **args)
    value = function(inputs(true), inputs(y_pred), WEIGHTS if weighted else None)
    return {"cls": cls, "args": args, "y_true": "onehot", "y_pred": y_pred, "reduction": reduction, "weighted": weighted, "value": numbers(value)}


# Rows that sum to 1, as their targets do, cannot tell Tversky's alpha from its beta: values() has others.
LOSSES = [
    ("CategoricalGeneralizedCrossEntropy", {}),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.9}),
    ("Dice", {}),
    ("Dice", {"axis": -1}),
    ("Tversky", {}),
    ("Tversky", {"alpha": 0.3, "beta": 0.8}),
    ("Tversky", {"alpha": 0.3, "beta": 0.8, "axis": -1}),
]


def metric(cls, args, weighted):
    measured = getattr(keras.metrics, cls)(**({"thresholds": args["threshold"]} if "threshold" in args else args))
    for rows in (slice(0, 4), slice(4, 6)):
        measured.update_state(inputs("onehot")[rows], inputs("prob")[rows], WEIGHTS[rows] if weighted else None)
    return {"cls": cls, "args": args, "y_true": "onehot", "y_pred": "prob", "weighted": weighted, "value": numbers(measured.result())}


METRICS = [
    ("TruePositives", {}),
    ("TrueNegatives", {}),
    ("FalsePositives", {"threshold": 0.2}),
    ("FalseNegatives", {"threshold": 0.3}),
    ("PrecisionAtRecall", {"recall": 0.5}),
    ("PrecisionAtRecall", {"recall": 0.3, "num_thresholds": 20}),
    ("RecallAtPrecision", {"precision": 0.4}),
    ("SensitivityAtSpecificity", {"specificity": 0.6}),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5}),
    ("PearsonCorrelation", {}),
    ("ConcordanceCorrelation", {}),
]

# Two images of 4 x 5 pixels with two channels.
IMAGES = np.random.default_rng(11).normal(size=(2, 4, 5, 2)).astype(np.float32)


def flip(mode):
    """Both sides of the coin, from many throws."""
    layer = keras.layers.RandomFlip(mode, seed=1)
    thrown = [np.asarray(layer(IMAGES, training=True))[0] for _ in range(20)]
    turned = [image for image in thrown if not np.array_equal(image, IMAGES[0])]
    assert 0 < len(turned) < len(thrown)
    return {"args": {"mode": mode}, "turned": numbers(turned[0])}


def translation(height, width, **args):
    """A range of one number leaves nothing to chance."""
    args = {"height_factor": [height, height], "width_factor": [width, width], **args}
    return {"args": args, "outputs": numbers(keras.layers.RandomTranslation(**args)(IMAGES, training=True))}


def translations():
    for mode in ("constant", "nearest", "reflect", "wrap"):
        for height, width in ((0.25, 0.2), (-0.1, 0.3), (0.33, -0.77)):
            yield translation(height, width, fill_mode=mode, fill_value=2.5)
        yield translation(1.0, -0.6, fill_mode=mode, interpolation="nearest")


def inverted():
    args = {"mean": [0.5, -1, 0, 2, 3], "variance": [1, 2, 0.25, 4, 0], "invert": True}
    x = IMAGES.reshape(-1, 5)
    return {"args": args, "x": numbers(x), "outputs": numbers(keras.layers.Normalization(**args)(x))}


def values():
    reductions = ("sum_over_batch_size", "sum", "mean_with_sample_weight")
    return {
        "keras": keras.__version__,
        "losses": [loss(*case, reduction, weighted) for case in LOSSES for reduction in reductions for weighted in (False, True)]
        + [loss("Tversky", {"alpha": 0.3, "beta": 0.8, **axis}, "sum_over_batch_size", False, "logits") for axis in ({}, {"axis": -1})],
        "metrics": [metric(*case, weighted) for case in METRICS for weighted in (False, True)],
        "images": {"shape": list(IMAGES.shape), "x": numbers(IMAGES)},
        "flips": [flip(mode) for mode in ("horizontal", "vertical", "horizontal_and_vertical")],
        "translations": list(translations()),
        "inverted": inverted(),
    }


if __name__ == "__main__":
    (HERE / "vocabulary.json").write_text(json.dumps(values()) + "\n")
