"""Keras 3: the whole first experiment, as a script that one starts and waits for."""

from common import BATCH, emit, load, options, training_and_validation
from keras_network import BACKENDS, compiled, start

asked = options(__doc__, backend=list(BACKENDS))
keras = start(asked.backend, asked.threads)
(x, y), validation = training_and_validation()
model = compiled(keras)
model.fit(x, y, batch_size=BATCH, epochs=asked.epochs, validation_data=validation, verbose=0)
loss, accuracy = model.evaluate(*load("t10k"), verbose=0)
emit(["keras", BACKENDS[asked.backend]], test_loss=loss, test_accuracy=accuracy)
