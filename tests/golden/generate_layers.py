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


def case(name, model, args, x=x, targets=targets):
    model.set_weights([random.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    trainable = [w.value for w in model.trainable_variables]

    def loss(weights, inputs):
        outputs, _, losses = model.stateless_call(weights, [], inputs, return_losses=True)
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
