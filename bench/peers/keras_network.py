"""The baseline in Keras 3, for keras_fit.py and keras_experiment.py."""

import os

from common import stay_on_cores

BACKENDS = {"tensorflow": "tensorflow-cpu", "jax": "jax", "torch": "torch"}


def start(backend, threads):
    """Imports Keras on `backend` with as many threads as that backend's documentation lets one ask for."""
    os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if backend == "jax":
        stay_on_cores(threads)
    elif backend == "tensorflow":
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
    else:
        import torch

        torch.set_num_threads(threads)
    import keras

    return keras


def compiled(keras):
    model = keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss="sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    return model
