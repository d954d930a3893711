#!/usr/bin/env python3
"""Writes rules.json: what the real Keras makes of optimisers, regularisers and constraints.

  pip install keras jax
  KERAS_BACKEND=jax python3 generate_rules.py

Inputs are those of golden.json. Every training is of 6 -> Dense 9 relu -> BatchNormalization -> Dense 3 softmax, from
fixed weights, as those of golden.json, some with a PReLU before the last, or of shaped_network: batches of 16, four
epochs, no shuffle.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import constraints, layers, optimizers, regularizers

HERE = pathlib.Path(__file__).parent
GOLDEN = json.loads((HERE / "golden.json").read_text())


def numbers(array):
    return np.asarray(array, dtype=np.float32).tolist()


def trace(name, args):
    """Weights after each step on the gradients of golden.json."""
    inputs = GOLDEN["optimizer_inputs"]
    kernel = keras.Variable(np.array(inputs["w0"], np.float32).reshape(3, 2), name="kernel")
    bias = keras.Variable(np.array(inputs["b0"], np.float32), name="bias")
    optimizer = getattr(optimizers, name)(**args)
    steps = []
    for of_kernel, of_bias in inputs["grads"]:
        gradients = [np.array(of_kernel, np.float32).reshape(3, 2), np.array(of_bias, np.float32)]
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], [kernel, bias])
        steps.append([numbers(kernel).copy(), numbers(bias).copy()])
    return {"name": name, "args": args, "trace": [[np.ravel(k).tolist(), b] for k, b in steps]}


OPTIMIZERS = [
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.01, "weight_decay": 0.1, "beta_1": 0.8, "clipnorm": 0.5}),
    ("Lamb", {"clipvalue": 0.3, "gradient_accumulation_steps": 2}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.5, "clip_threshold": 0.7, "epsilon_2": 0.01, "beta_2_decay": -0.6}),
    ("Adafactor", {"weight_decay": 0.1, "global_clipnorm": 0.5, "relative_step": False}),
    ("Muon", {}),
    ("Muon", {"learning_rate": 0.02, "nesterov": False, "ns_steps": 3, "adam_lr_ratio": 0.1, "weight_decay": 0.1}),
    ("Muon", {"exclude_layers": ["kernel"], "adam_weight_decay": 0.1, "clipvalue": 0.5}),
    ("Muon", {"rms_rate": 0.5, "muon_a": 2.0, "muon_b": -1.5, "muon_c": 0.5, "momentum": 0.5, "clipnorm": 0.3}),
]


def network(units=9, start=None, first={}, norm={}, last={}, prelu=None):
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(units, activation="relu", name="dense", **first),
            layers.BatchNormalization(name="batch_normalization", **norm),
            *([] if prelu is None else [layers.PReLU(name="p_re_lu", **prelu)]),
            layers.Dense(3, activation="softmax", name="dense_1", **last),
        ]
    )
    random = np.random.default_rng(5)
    weights = []
    for variable in model.weights:
        values = random.normal(size=variable.shape) * 0.5
        if variable.path.endswith("gamma") or variable.path.endswith("variance"):
            values = 1 + np.abs(values) / 2
        weights.append(values.astype(np.float32))
    if start:
        weights = [values.reshape(variable.shape) for values, variable in zip(start, model.weights)]
    model.set_weights(weights)
    return model, weights


def shaped_network(norm={}):
    """Weights of a normalisation that have rows and columns, and some that have one axis of several."""
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(12, name="dense"),
            layers.Reshape((3, 4)),
            layers.LayerNormalization(axis=[1, 2], name="layer_normalization", **norm),
            layers.BatchNormalization(axis=1, name="batch_normalization"),
            layers.RMSNormalization(name="rms_normalization"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax", name="dense_1"),
        ]
    )
    random = np.random.default_rng(6)
    weights = []
    for variable in model.weights:
        values = random.normal(size=variable.shape) * 0.5
        weights.append((values if len(variable.shape) == 2 else 1 + np.abs(values) / 2).astype(np.float32))
    model.set_weights(weights)
    return model, weights


def training(tag, optimizer, class_weight=None, make=network, **options):
    model, start = make(**options)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    data = GOLDEN["e2e_data"]
    x, xv = (np.array(data[k], np.float32).reshape(-1, 6) for k in ("X", "XV"))
    y, yv = (np.array(data[k], np.int32) for k in ("Y", "YV"))
    history = model.fit(
        x, y, batch_size=16, epochs=4, shuffle=False, validation_data=(xv, yv), validation_batch_size=16, verbose=0,
        class_weight=class_weight,
    ).history
    return {
        "tag": tag,
        "init": np.concatenate([w.ravel() for w in start]).tolist(),
        "history": {k: [float(v) for v in values] for k, values in history.items()},
        "weights": [np.ravel(w).tolist() for w in model.get_weights()],
        "eval": [float(v) for v in model.evaluate(xv, yv, batch_size=16, verbose=0)],
    }


def trainings():
    sgd = lambda **more: optimizers.SGD(learning_rate=0.1, **more)
    yield training("lamb", optimizers.Lamb(learning_rate=0.01))
    yield training("lamb_ema", optimizers.Lamb(learning_rate=0.01, clipnorm=0.1, weight_decay=0.01, use_ema=True, ema_momentum=0.9))
    yield training("adafactor", optimizers.Adafactor(learning_rate=0.1))
    yield training("adafactor_clip", optimizers.Adafactor(learning_rate=0.1, global_clipnorm=0.1, weight_decay=0.01))
    yield training("muon", optimizers.Muon(learning_rate=0.02))
    yield training("muon_excluding", optimizers.Muon(learning_rate=0.02, exclude_layers=["dense_1"], weight_decay=0.1, nesterov=False, clipvalue=0.05))
    yield training(
        "weights_adam",
        optimizers.Adam(learning_rate=0.01),
        first={"kernel_regularizer": regularizers.L2(0.01), "bias_regularizer": regularizers.L1(0.02)},
        norm={"gamma_regularizer": regularizers.L2(0.03), "beta_regularizer": regularizers.L1L2(0.01, 0.02)},
        last={"kernel_regularizer": regularizers.L1L2(0.01, 0.02)},
    )
    yield training(
        "weights_clipped",
        sgd(global_clipnorm=0.1, gradient_accumulation_steps=2),
        first={"kernel_regularizer": regularizers.L1(0.01)},
        last={"kernel_regularizer": regularizers.L2(0.02), "bias_regularizer": regularizers.L2(0.1)},
    )
    yield training(
        "activities",
        sgd(),
        first={"activity_regularizer": regularizers.L1L2(0.01, 0.02)},
        last={"activity_regularizer": regularizers.L2(0.1)},
    )
    yield training(
        "orthogonal",
        sgd(),
        first={"kernel_regularizer": regularizers.OrthogonalRegularizer(0.1, "rows")},
        last={"kernel_regularizer": regularizers.OrthogonalRegularizer(0.2, "columns")},
    )
    yield training(
        "constraints",
        sgd(),
        first={"kernel_constraint": constraints.MaxNorm(0.8), "bias_constraint": constraints.NonNeg()},
        norm={"gamma_constraint": constraints.MinMaxNorm(0.5, 2.0, 0.5), "beta_constraint": constraints.MaxNorm(0.3)},
        last={"kernel_constraint": constraints.UnitNorm(axis=1), "bias_constraint": constraints.UnitNorm()},
    )
    yield training(
        "constraints_adam",
        optimizers.Adam(learning_rate=0.01, global_clipnorm=0.5, gradient_accumulation_steps=2),
        first={"kernel_constraint": constraints.MinMaxNorm(0.5, 1.0, 0.25, axis=1)},
        last={"kernel_constraint": constraints.NonNeg()},
    )
    ema = {"use_ema": True, "ema_momentum": 0.9, "gradient_accumulation_steps": 3}
    yield training("ema_of_sums", sgd(momentum=0.9, **ema))
    yield training(
        "ema_over_sums",
        optimizers.Adam(learning_rate=0.01, ema_overwrite_frequency=2, global_clipnorm=0.5, **ema),
        last={"kernel_constraint": constraints.UnitNorm(axis=1)},
    )
    yield training("prelu_penalty", sgd(), prelu={"alpha_regularizer": regularizers.L1L2(0.02, 0.1)})
    yield training("prelu_norm", sgd(), prelu={"alpha_constraint": constraints.MaxNorm(0.8)})
    yield training(
        "prelu_both",
        optimizers.Adam(learning_rate=0.01),
        prelu={"alpha_regularizer": regularizers.L2(0.05), "alpha_constraint": constraints.NonNeg()},
    )


def shaped_trainings():
    yield training("adafactor", optimizers.Adafactor(learning_rate=0.1), make=shaped_network)
    yield training(
        "adafactor_clip",
        optimizers.Adafactor(learning_rate=0.1, global_clipnorm=0.1, weight_decay=0.01, gradient_accumulation_steps=2),
        make=shaped_network,
        norm={"gamma_regularizer": regularizers.L2(0.05), "beta_constraint": constraints.NonNeg()},
    )
    yield training(
        "adafactor_ema",
        optimizers.Adafactor(learning_rate=0.1, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3),
        make=shaped_network,
    )
    yield training("muon", optimizers.Muon(learning_rate=0.02), make=shaped_network)
    yield training(
        "muon_excluding",
        optimizers.Muon(learning_rate=0.02, exclude_layers=["layer_normalization"], weight_decay=0.1, clipvalue=0.05),
        make=shaped_network,
    )
    yield training("lamb", optimizers.Lamb(learning_rate=0.01), make=shaped_network)


def values():
    return {
        "keras": keras.__version__,
        "optimizers": [trace(*case) for case in OPTIMIZERS],
        "trainings": list(trainings()),
        "shaped_trainings": list(shaped_trainings()),
    }


if __name__ == "__main__":
    (HERE / "rules.json").write_text(json.dumps(values()) + "\n")
