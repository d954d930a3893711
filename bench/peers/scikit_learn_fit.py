"""scikit-learn: MLPClassifier, one epoch for each call of partial_fit."""

import os

from common import BATCH, Clock, options, training_and_validation

asked = options(__doc__)
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(asked.threads)

import numpy as np  # noqa: E402  (it reads the environment when it is imported)
from sklearn.neural_network import MLPClassifier  # noqa: E402

(x, y), (x_validation, y_validation) = training_and_validation()
x = x.reshape(len(x), -1)
model = MLPClassifier((512, 512), solver="adam", learning_rate_init=1e-3, batch_size=BATCH)
clock = Clock()
for _ in range(asked.epochs):
    clock.start()
    model.partial_fit(x, y, classes=np.arange(10))
    clock.stop()
accuracy = model.score(x_validation.reshape(len(x_validation), -1), y_validation)
clock.report(["scikit-learn", "numpy"], validation_accuracy=float(accuracy))
