"""Keras 3: epochs of the default `fit`."""

from common import BATCH, Clock, options, training_and_validation
from keras_network import BACKENDS, compiled, start

asked = options(__doc__, backend=list(BACKENDS))
keras = start(asked.backend, asked.threads)
clock = Clock()


class Epochs(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        clock.start()

    def on_epoch_end(self, epoch, logs=None):
        clock.stop()


(x, y), validation = training_and_validation()
model = compiled(keras)
model.fit(x, y, batch_size=BATCH, epochs=asked.epochs, verbose=0, callbacks=[Epochs()])
_, accuracy = model.evaluate(*validation, verbose=0)
clock.report(["keras", BACKENDS[asked.backend]], validation_accuracy=accuracy)
