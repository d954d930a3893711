"""What the peers share: the data, the options, and the one line of JSON that each prints."""

import argparse
import gzip
import importlib.metadata
import json
import os
import statistics
import time

FOLDER = os.environ.get("TELAR_DATA", "/usr/share/datasets/fashion-mnist")
VALIDATION = 10_000
BATCH = 128


def options(description, **choices):
    """Parses --threads, --epochs and one option for each of `choices`, whose values are its choices."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=4, help="the first is warm-up where an epoch is what is timed")
    for name, values in choices.items():
        parser.add_argument("--" + name, choices=values, required=True)
    return parser.parse_args()


def load(part):
    """Images as float32 in [0, 1], (n, 28, 28), and labels as int64, of `train` or `t10k`."""
    import numpy as np

    def read(name, offset):
        path = os.path.join(FOLDER, name)
        opened = open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz")
        with opened as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    images = read(f"{part}-images-idx3-ubyte", 16).reshape(-1, 28, 28)
    return images.astype("float32") / 255, read(f"{part}-labels-idx1-ubyte", 8).astype("int64")


def training_and_validation():
    """Fashion-MNIST's training images without the first 10,000, and those."""
    images, labels = load("train")
    return (images[VALIDATION:], labels[VALIDATION:]), (images[:VALIDATION], labels[:VALIDATION])


def stay_on_cores(count):
    """For JAX, which documents no number of threads and sizes its pool by the cores that the process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    if count < len(allowed):
        os.sched_setaffinity(0, allowed[:count])


class Clock:
    """Seconds of wall and of all threads, epoch by epoch."""

    def __init__(self):
        self.epochs, self.busy = [], []

    def start(self):
        self.began = time.perf_counter(), time.process_time()

    def stop(self):
        wall, busy = time.perf_counter(), time.process_time()
        self.epochs.append(wall - self.began[0])
        self.busy.append(busy - self.began[1])

    def report(self, packages, **more):
        """Prints the JSON line: the first epoch is warm-up, the median of the others counts."""
        emit(packages, seconds_per_epoch=statistics.median(self.epochs[1:]), epoch_seconds=self.epochs[1:],
             warm_up_seconds=self.epochs[0], cores_used=sum(self.busy[1:]) / sum(self.epochs[1:]), **more)


def emit(packages, **values):
    values["versions"] = {package: importlib.metadata.version(package) for package in packages}
    print(json.dumps(values), flush=True)
