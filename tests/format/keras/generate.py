#!/usr/bin/env python3
"""Writes the fixtures of the tests of Keras's files, with the Keras that runs this: generate.py FOLDER

For each NAME.keras (.h5, .weights.h5) also NAME.json: the inputs, what Keras predicts for them, and the losses of two
more epochs in order from the stored state. `tests/interop` has the same checks against the Keras that is installed.
"""
import json
import os
import sys
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")
import h5py
import keras
import numpy as np
from keras import layers, optimizers

out = sys.argv[1]
version = keras.__version__
keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)


def path(name):
    return os.path.join(out, name)


def data(shape, outputs, rows=24):
    x = rng.random((rows, *shape), dtype=np.float32)
    return x, np.arange(rows) % outputs


def describe(name, model, x, y, further=True):
    facts = {"keras": version, "x": x[:4].ravel().tolist(), "predictions": model.predict(x[:4], verbose=0).ravel().tolist()}
    if further:
        facts["training_x"], facts["training_y"] = x.ravel().tolist(), y.tolist()
        history = model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        facts["losses"] = history.history["loss"]
    with open(path(name + ".json"), "w") as file:
        json.dump(facts, file)


def train(model, shape=(3, 4), outputs=3, optimizer=None, loss="sparse_categorical_crossentropy"):
    model.compile(optimizer or optimizers.Adam(0.01), loss, metrics=["accuracy"])
    x, y = data(shape, outputs)
    model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    return x, y


def mlp():
    return keras.Sequential([keras.Input((3, 4)), layers.Flatten(), layers.Dense(5, activation="relu"),
                             layers.BatchNormalization(), layers.Dropout(0.0), layers.Dense(3, activation="softmax")])


def copy_with(source, target, **options):
    """An HDF5 file rewritten: chunked, deflated, or with other superblocks."""
    libver = options.pop("libver", "earliest")
    with h5py.File(source, "r") as a, h5py.File(target, "w", libver=libver) as b:
        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                chosen = options if len(item.shape) == 2 else {}
                made = b.create_dataset(name, data=item[()], **chosen)
            else:
                made = b.require_group(name)
            for key, value in item.attrs.items():
                made.attrs[key] = value
        for key, value in a.attrs.items():
            b.attrs[key] = value
        a.visititems(visit)


model = mlp()
x, y = train(model)
model.save(path(f"mlp_{version}.keras"))
if version.startswith("3.0"):
    describe(f"mlp_{version}", model, x, y)
    sys.exit()
model.save_weights(path("mlp.weights.h5"))
model.save(path("mlp_legacy.h5"))
describe(f"mlp_{version}", model, x, y)

plain = path("mlp.weights.h5")
copy_with(plain, path("latest.weights.h5"), libver="latest")
copy_with(plain, path("v108.weights.h5"), libver=("v108", "v108"))
copy_with(plain, path("chunked.weights.h5"), chunks=True, compression="gzip", shuffle=True)
copy_with(plain, path("latest_chunked.weights.h5"), libver="latest", chunks=True, compression="gzip", shuffle=True)
copy_with(path("mlp_legacy.h5"), path("latest_legacy.h5"), libver="latest")
with h5py.File(plain, "r") as a, h5py.File(path("small_chunks.weights.h5"), "w", libver="latest") as b:
    # Chunks that do not divide the data, with and without a filter; float64 and float16; data within headers.
    for name in ("layers/dense/vars/0", "layers/dense_1/vars/0"):
        filtered = {"compression": "gzip"} if "dense_1" in name else {}
        b.create_dataset(name, data=a[name][()], chunks=tuple(n // 2 + 1 for n in a[name].shape), **filtered)
    b["layers/dense/vars/1"] = a["layers/dense/vars/1"][()].astype(np.float64)
    b["layers/dense_1/vars/1"] = a["layers/dense_1/vars/1"][()]
    for i in range(4):
        name = f"layers/batch_normalization/vars/{i}"
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        values = a[name][()]
        group = b.require_group("layers/batch_normalization/vars")
        h5py.h5d.create(group.id, str(i).encode(), h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(values.shape), compact)
        group[str(i)][()] = values

with zipfile.ZipFile(path(f"mlp_{version}.keras")) as a, zipfile.ZipFile(path("deflated.keras"), "w", zipfile.ZIP_DEFLATED) as b:
    for name in a.namelist():
        b.writestr(name, a.read(name))

# Every other kind of layer; a Functional chain; a residual branch.
model = keras.Sequential([keras.Input((6,)), layers.Normalization(), layers.Rescaling(0.5, offset=0.1), layers.Dense(5),
                          layers.LeakyReLU(), layers.PReLU(alpha_initializer="he_normal"), layers.LayerNormalization(),
                          layers.RMSNormalization(), layers.Dense(5, activation="gelu", kernel_regularizer="l2"), layers.ReLU(max_value=3.0),
                          layers.ELU(), layers.UnitNormalization(), layers.GaussianNoise(0.0), layers.ActivityRegularization(l2=0.001),
                          layers.Reshape((5, 1)), layers.Flatten(), layers.Activation("swish"), layers.Dense(3, kernel_constraint="max_norm"), layers.Softmax()])
model.layers[0].adapt(rng.random((30, 6), dtype=np.float32))
x, y = train(model, (6,), optimizer=optimizers.SGD(optimizers.schedules.CosineDecay(0.1, 30), momentum=0.9))
model.save(path("layers.keras"))
describe("layers", model, x, y)

inputs = keras.Input((6,))
z = layers.Dense(4, activation="relu", name="first")(inputs)
branch = layers.Dense(4, activation="tanh", name="inner")(z)
z = layers.Add(name="sum")([z, branch])
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(z))
x, y = train(model, (6,), optimizer=optimizers.RMSprop(0.01, momentum=0.5, centered=True))
model.save(path("residual.keras"))
describe("residual", model, x, y)

# What telar does not have.
for name, model in {"conv": keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(2, 2, name="edges"), layers.Flatten(), layers.Dense(2)]),
                    "lambda": keras.Sequential([keras.Input((4,)), layers.Dense(2), layers.Lambda(lambda v: v * 2, name="twice")])}.items():
    model.save(path(name + ".keras"))
