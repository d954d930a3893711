#!/usr/bin/env python3
"""The other side of keras_files_test.cpp: keras_side.py FOLDER

Loads telar's files from FOLDER, predicts and trains on with them, writes a network of Keras's own there, and says in
keras.json what came out. With no folder only whether Keras is there: its version.
"""
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
from keras import layers

if len(sys.argv) < 2:
    print(keras.__version__)
    sys.exit()
folder = sys.argv[1]


def path(name):
    return os.path.join(folder, name)


x = np.fromfile(path("x.f32"), np.float32).reshape(-1, 28, 28)
y = np.fromfile(path("y.i32"), np.int32)
found = {"version": keras.__version__}


def predict(model, rows=x):
    return np.asarray(model.predict(rows, batch_size=len(rows), verbose=0), np.float64).ravel().tolist()


def train(model):
    history = model.fit(x, y, batch_size=100, epochs=3, shuffle=False, verbose=0)
    return [float(v) for v in history.history["loss"]]


model = keras.models.load_model(path("telar.keras"))
found["predictions"] = predict(model)
found["iterations"] = int(np.asarray(model.optimizer.iterations.value))
found["losses"] = train(model)
found["legacy_predictions"] = predict(keras.models.load_model(path("telar.h5")))
keras.utils.set_random_seed(1)
blank = keras.models.clone_model(model)
blank.load_weights(path("telar.weights.h5"))
found["weights_predictions"] = predict(blank)
vector = np.fromfile(path("vector.f32"), np.float32).reshape(-1, 6)
for name in ("layers", "residual") + (("newer",) if hasattr(layers, "RMSNormalization") else ()):
    found[name + "_predictions"] = predict(keras.models.load_model(path(name + ".keras")), vector)

# The other way: what Keras made, and how it goes on from there.
model = keras.Sequential([keras.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(24, activation="relu"),
                          layers.BatchNormalization(), layers.Dropout(0.0), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
train(model)
model.save(path("keras.keras"))
model.save(path("keras.h5"))
model.save_weights(path("keras.weights.h5"))
found["own_predictions"] = predict(model)
found["own_losses"] = train(model)
with open(path("keras.json"), "w") as file:
    json.dump(found, file)
