"""Writes layers.json: what the real Keras makes of a batch in layers that golden.json does not have.

    KERAS_BACKEND=jax python3 generate_layers.py > layers.json

needs keras and jax, of any version that has the layers. A case gives the layer's weights, the outputs for `x` and, for
the mean squared error against `targets` of a network of this layer alone, the loss with all that the layer adds to it
and the gradients in weights and inputs.
"""
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

ROWS, COLUMNS = 6, 5
random = np.random.default_rng(7)
x = random.normal(size=(ROWS, COLUMNS)).astype("float32")
x[1] = x[1] * 0.1 + 0.5  # a row with little variance
x[4] *= 1e-3  # and one of little length
targets = random.normal(size=(ROWS, COLUMNS)).astype("float32")


def numbers(array):
    return [float(value) for value in np.asarray(array).ravel()]


def case(name, model, args, x=x, targets=targets, random=random, training=False):
    model.set_weights([random.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    for w in model.weights:
        if w.path.endswith("variance"):
            w.assign(abs(w.numpy()) + 0.5)
    trainable = [w.value for w in model.trainable_variables]
    others = [w.value for w in model.non_trainable_variables]

    def loss(weights, inputs):
        outputs, _, losses = model.stateless_call(weights, others, inputs, return_losses=True, training=training)
        return ((outputs - targets) ** 2).mean() + sum(losses)

    by_weights, by_inputs = jax.grad(loss, argnums=(0, 1))(trainable, x)
    return {
        "class": name,
        "args": args,
        "weights": [[w.path.split("/")[-1], numbers(w)] for w in model.weights],
        "outputs": numbers(model(x)),
        "loss": float(loss(trainable, x)),
        "gradients": [numbers(g) for g in by_weights],
        "input_gradient": numbers(by_inputs),
    }


# Samples of several axes.
SHAPE = (2, 3)
shaped_random = np.random.default_rng(8)
shaped_x = shaped_random.normal(size=(ROWS, 6)).astype("float32")
shaped_x[2] = shaped_x[2] * 0.1 + 0.5
shaped_targets = shaped_random.normal(size=(ROWS, 6)).astype("float32")


def shaped(name, args):
    layer = getattr(keras.layers, name)(**args)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Reshape(SHAPE), layer, keras.layers.Flatten()])
    return case(name, model, args, shaped_x, shaped_targets)


# Some of several axes.
MORE = (2, 3, 4)
more_random = np.random.default_rng(9)
more_x = more_random.normal(size=(ROWS, 24)).astype("float32")
more_x[3] = more_x[3] * 0.1 + 0.5
more_targets = more_random.normal(size=(ROWS, 24)).astype("float32")


def more(name, args):
    """The layer on samples of shape MORE; with `training`, what it does to its own variables too."""
    layer = getattr(keras.layers, name)(**args)
    model = keras.Sequential([keras.Input((24,)), keras.layers.Reshape(MORE), layer, keras.layers.Flatten()])
    training = name == "BatchNormalization"
    made = case(name, model, args, more_x, more_targets, more_random, training)
    made["shapes"] = [list(w.shape) for w in model.weights]
    if training:
        trainable = [w.value for w in model.trainable_variables]
        others = [w.value for w in model.non_trainable_variables]
        outputs, moved = model.stateless_call(trainable, others, more_x, training=True)
        made["training_loss"] = float(((outputs - more_targets) ** 2).mean())
        made["loss"] = float(((model(more_x) - more_targets) ** 2).mean())
        made["moved"] = [numbers(w) for w in moved]
    return made


def adapted(axis):
    layer = keras.layers.Normalization(axis=axis)
    layer.adapt(more_x.reshape((ROWS,) + MORE))
    return {"axis": axis, "mean": numbers(layer.mean), "variance": numbers(layer.variance)}


def residual():
    """telar's Residual as Keras's functional interface says it."""
    inputs = keras.Input((COLUMNS,))
    inner = keras.layers.Dense(7, activation="tanh")(inputs)
    inner = keras.layers.Dense(COLUMNS)(keras.layers.LayerNormalization()(inner))
    return case("Residual", keras.Model(inputs, keras.layers.Add()([inputs, inner])), {})


def made(name, args={}):
    layer = getattr(keras.layers, name)(**args)
    return case(name, keras.Sequential([keras.Input((COLUMNS,)), layer]), args)


def values():
    return {
        "keras": keras.version(),
        "shape": [ROWS, COLUMNS],
        "x": numbers(x),
        "targets": numbers(targets),
        "cases": [
            made("LayerNormalization"),
            made("LayerNormalization", {"epsilon": 0.5, "center": False}),
            made("LayerNormalization", {"scale": False}),
            made("LayerNormalization", {"center": False, "scale": False}),
            made("RMSNormalization"),
            made("RMSNormalization", {"epsilon": 0.5}),
            made("UnitNormalization"),
            made("ActivityRegularization", {"l1": 0.1, "l2": 0.2}),
            made("ActivityRegularization", {"l2": 0.5}),
            made("Normalization", {"mean": [0.5, -1, 0, 2, 3], "variance": [1, 2, 0.25, 4, 0.1]}),
        ],
        "residual": residual(),
        "more": {
            "shape": [ROWS, 24],
            "target_shape": MORE,
            "x": numbers(more_x),
            "targets": numbers(more_targets),
            "cases": [
                more("LayerNormalization", {}),
                more("LayerNormalization", {"axis": 1, "epsilon": 0.5}),
                more("LayerNormalization", {"axis": -2, "scale": False, "epsilon": 0.1}),
                more("LayerNormalization", {"axis": [1, 2]}),
                more("LayerNormalization", {"axis": [3, 1]}),
                more("LayerNormalization", {"axis": [-2, -1], "center": False}),
                more("RMSNormalization", {}),
                more("RMSNormalization", {"axis": [2, 3], "epsilon": 0.5}),
                more("UnitNormalization", {}),
                more("UnitNormalization", {"axis": 2}),
                more("UnitNormalization", {"axis": [1, 3]}),
                more("Softmax", {}),
                more("Softmax", {"axis": 1}),
                more("Softmax", {"axis": [1, 3]}),
                more("BatchNormalization", {}),
                more("BatchNormalization", {"axis": 1, "momentum": 0.75, "epsilon": 0.5}),
                more("BatchNormalization", {"axis": -2, "center": False}),
                more("BatchNormalization", {"axis": 2, "scale": False, "center": False}),
                more("Normalization", {"axis": 2, "mean": [0.5, -1, 2], "variance": [1, 2, 0.25]}),
                more("Normalization", {"mean": [0.5, -1, 2, 0], "variance": [1, 2, 0.25, 4], "invert": True}),
            ],
            "adapted": [adapted(axis) for axis in (-1, 1, [1, 3])],
        },
        "shaped": {
            "shape": [ROWS, 6],
            "target_shape": SHAPE,
            "x": numbers(shaped_x),
            "targets": numbers(shaped_targets),
            "cases": [
                shaped("LayerNormalization", {"axis": [1, 2]}),
                shaped("LayerNormalization", {"axis": [-2, -1], "scale": False, "epsilon": 0.5}),
                shaped("RMSNormalization", {"axis": [1, 2]}),
                shaped("UnitNormalization", {"axis": [-2, -1]}),
                shaped("Softmax", {"axis": [1, 2]}),
            ],
        },
    }


if __name__ == "__main__":
    json.dump(values(), sys.stdout, indent=1)
    print()
