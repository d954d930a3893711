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


def metric(cls, args, weighted, y_true="onehot"):
    thresholds = "threshold" in args and cls != "BinaryIoU"
    measured = getattr(keras.metrics, cls)(**({"thresholds": args["threshold"]} if thresholds else args))
    for rows in (slice(0, 4), slice(4, 6)):
        measured.update_state(inputs(y_true)[rows], inputs("prob")[rows], WEIGHTS[rows] if weighted else None)
    return {"cls": cls, "args": args, "y_true": y_true, "y_pred": "prob", "weighted": weighted, "value": numbers(measured.result())}


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

# Of labels, or of one-hot rows.
INTERSECTIONS = [
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, "labels"),
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False, "ignore_class": 2}, "labels"),
    ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False, "sparse_y_true": False}, "onehot"),
    ("MeanIoU", {"num_classes": 2}, "onehot"),  # each output by itself, as a whole number
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2], "sparse_y_pred": False}, "labels"),
    ("IoU", {"num_classes": 4, "target_class_ids": [1], "sparse_y_pred": False, "sparse_y_true": False}, "onehot"),
    ("BinaryIoU", {}, "onehot"),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, "onehot"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 1]}, "onehot"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 1, 2], "ignore_class": 3}, "onehot"),
    ("OneHotMeanIoU", {"num_classes": 4}, "onehot"),
]


def intersections():
    for cls, args, y_true in INTERSECTIONS:
        yield metric(cls, args, False, y_true)
        if cls != "BinaryIoU" and args["num_classes"] != 2:  # of single outputs, Keras takes no weights of samples
            yield metric(cls, args, True, y_true)


# Trainings of 5 -> Dense 4 softmax whose samples have weights: SGD 0.1, batches of 8, three epochs, no shuffle.
def weighted_training(by):
    random = np.random.default_rng(21)
    x, x_validation = random.normal(size=(20, 5)).astype("f"), random.normal(size=(6, 5)).astype("f")
    labels, labels_validation = random.integers(0, 4, 20), random.integers(0, 4, 6)
    weights, weights_validation = random.uniform(0, 3, 20).astype("f"), random.uniform(0, 3, 6).astype("f")
    kernel = random.normal(size=(5, 4)).astype("f")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, activation="softmax")])
    model.set_weights([kernel, np.zeros(4, "f")])
    accuracy, entropy = "sparse_categorical_accuracy", "sparse_categorical_crossentropy"
    model.compile(
        keras.optimizers.SGD(0.1),
        entropy,
        metrics=[accuracy],
        weighted_metrics=[accuracy, accuracy, entropy, keras.metrics.MeanIoU(4, sparse_y_pred=False, name="mean_io_u")],
    )
    of_classes = {0: 2.0, 2: 0.5}
    more = {"sample_weight": weights, "validation_data": (x_validation, labels_validation, weights_validation)}
    if by == "class_weight":
        more = {"class_weight": of_classes, "validation_data": (x_validation, labels_validation)}
    history = model.fit(x, labels, batch_size=8, epochs=3, shuffle=False, verbose=0, validation_batch_size=8, **more).history
    return {
        "by": by,
        "x": numbers(x),
        "x_validation": numbers(x_validation),
        "labels": labels.tolist(),
        "labels_validation": labels_validation.tolist(),
        "sample_weight": numbers(weights),
        "sample_weight_validation": numbers(weights_validation),
        "class_weight": [[c, w] for c, w in of_classes.items()],
        "kernel": numbers(kernel),
        "history": {name: [float(v) for v in values] for name, values in history.items()},
    }


def epoch_schedule(name, args):
    """Keras's LearningRateScheduler with one of its schedules."""
    schedule = getattr(keras.optimizers.schedules, name)(**args)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = keras.callbacks.LearningRateScheduler(lambda epoch: float(schedule(epoch)))
    history = model.fit(np.ones((4, 2)), np.ones(4), epochs=6, verbose=0, callbacks=[callback]).history
    return {"cls": name, "args": args, "learning_rate": [float(rate) for rate in history["learning_rate"]]}


EPOCH_SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5}),
    ("PiecewiseConstantDecay", {"boundaries": [1, 3], "values": [0.1, 0.05, 0.01]}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "alpha": 0.1}),
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
        "metrics": [metric(*case, weighted) for case in METRICS for weighted in (False, True)] + list(intersections()),
        "weighted": [weighted_training(by) for by in ("sample_weight", "class_weight")],
        "epoch_schedules": [epoch_schedule(*case) for case in EPOCH_SCHEDULES],
        "images": {"shape": list(IMAGES.shape), "x": numbers(IMAGES)},
        "flips": [flip(mode) for mode in ("horizontal", "vertical", "horizontal_and_vertical")],
        "translations": list(translations()),
        "inverted": inverted(),
    }


if __name__ == "__main__":
    (HERE / "vocabulary.json").write_text(json.dumps(values()) + "\n")
