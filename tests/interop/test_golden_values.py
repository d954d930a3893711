#!/usr/bin/env python3
"""Makes the values of tests/golden/*.json anew with the real Keras, and compares: they are what PyPI's Keras says.

Exits with 77, "skipped", where there is no Keras; with CI=true that is a failure. scripts/setup --ci installs it.
"""
import contextlib
import io
import json
import math
import os
import pathlib
import sys
import unittest
import warnings

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Each case runs a few times: compiling it is what takes the time.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

try:
    import jax
    import keras
    import numpy as np
except ImportError as error:
    print(f"{'FAILED' if os.environ.get('CI') == 'true' else 'skipped'}: {error}; scripts/setup --ci installs it")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "golden"
sys.path.insert(0, str(FOLDER))
import generate_layers  # noqa: E402
import generate_rules  # noqa: E402
import generate_vocabulary  # noqa: E402

GOLDEN = json.loads((FOLDER / "golden.json").read_text())
# One float32 operation rounds by 6e-8; a value is the end of a dozen or so of them, a training of some hundreds.
VALUE, TRAINING = 2e-6, 2e-5


def array(values, shape=(-1,)):
    return np.asarray(values, np.float32).reshape(shape)


def flat(values):
    """The numbers of nested lists, dictionaries and arrays in order; everything else by itself."""
    if isinstance(values, dict):
        return [number for key in sorted(values) for number in flat(values[key])]
    if isinstance(values, (list, tuple, np.ndarray)) or hasattr(values, "numpy") or isinstance(values, jax.Array):
        return [number for value in np.asarray(values).tolist() for number in flat(value)] \
            if not isinstance(values, (list, tuple)) else [number for value in values for number in flat(value)]
    return [values]


class GoldenFromKeras(unittest.TestCase):
    def close(self, kept, made, tolerance=VALUE):
        """Largest difference over the largest number; text, truth and null exactly."""
        kept, made = flat(kept), flat(made)
        self.assertEqual(len(kept), len(made))
        numbers = [(a, b) for a, b in zip(kept, made) if type(a) in (int, float) and math.isfinite(a)]
        others = [(a, b) for a, b in zip(kept, made) if not (type(a) in (int, float) and math.isfinite(a))]
        for a, b in others:
            self.assertEqual(str(a), str(b))
        scale = max((abs(a) for a, _ in numbers), default=0) or 1
        worst = max((abs(a - b) for a, b in numbers), default=0)
        self.assertLessEqual(worst, tolerance * scale)

    def each(self, kept, made, tolerance=VALUE):
        self.assertEqual(len(kept), len(made))
        for a, b in zip(kept, made):
            with self.subTest(**{k: v for k, v in a.items() if k in ("name", "class", "cls", "args", "tag", "reduction", "weighted")}):
                self.assertEqual(sorted(a), sorted(b))
                for key in a:
                    with self.subTest(key=key):
                        self.close(a[key], b[key], tolerance)

    def test_generated_layers(self):
        kept, made = json.loads((FOLDER / "layers.json").read_text()), generate_layers.values()
        self.close(kept["x"], made["x"])
        self.each(kept["cases"] + [kept["residual"]], made["cases"] + [made["residual"]])
        self.close(kept["shaped"]["x"], made["shaped"]["x"])
        self.each(kept["shaped"]["cases"], made["shaped"]["cases"])
        self.close(kept["more"]["x"], made["more"]["x"])
        self.each(kept["more"]["cases"], made["more"]["cases"])
        self.close(kept["more"]["adapted"], made["more"]["adapted"])

    def test_generated_rules(self):
        kept, made = json.loads((FOLDER / "rules.json").read_text()), generate_rules.values()
        self.each(kept["optimizers"], made["optimizers"])
        for part in ("trainings", "shaped_trainings"):
            self.each(kept[part], made[part], TRAINING)

    def test_generated_vocabulary(self):
        kept, made = json.loads((FOLDER / "vocabulary.json").read_text()), generate_vocabulary.values()
        for part in ("losses", "metrics", "flips", "translations", "epoch_schedules"):
            self.each(kept[part], made[part])
        self.each(kept["weighted"], made["weighted"], TRAINING)
        for part in ("images", "inverted"):
            self.close(kept[part], made[part])

    def test_optimizers(self):
        for case in GOLDEN["optimizers"]:
            with self.subTest(name=case["name"], args=case["args"]):
                self.close(case["trace"], generate_rules.trace(case["name"], case["args"])["trace"])

    def test_schedules(self):
        for case in GOLDEN["schedules"]:
            with self.subTest(name=case["name"], args=case["args"]):
                schedule = getattr(keras.optimizers.schedules, case["name"])(**case["args"])
                self.close(case["values"], [float(schedule(step)) for step in case["steps"]])

    def test_activations(self):
        for name, kept in GOLDEN["activations"].items():
            x = array(GOLDEN["activations"]["x"])
            with self.subTest(name=name):
                if name == "gelu_tanh":
                    self.close(kept, keras.activations.gelu(x, approximate=True))
                elif name != "x":
                    self.close(kept, getattr(keras.activations, name)(x))
        softmax = GOLDEN["softmax"]
        for name in ("softmax", "log_softmax", "sparsemax"):
            with self.subTest(name=name):
                self.close(softmax[name], getattr(keras.activations, name)(array(softmax["x"], softmax["shape"])).ravel())

    def inputs(self, name):
        inputs = GOLDEN["loss_inputs"]
        return np.asarray(inputs[name]) if name == "labels" else array(inputs[name], inputs["shape"])

    def test_losses(self):
        for case in GOLDEN["losses"]:
            with self.subTest(**{k: v for k, v in case.items() if k != "value"}):
                reduction = "none" if case["reduction"] is None else case["reduction"]
                loss = getattr(keras.losses, case["cls"])(reduction=reduction, **case["args"])
                weight = array(GOLDEN["loss_inputs"]["sample_weight"]) if case["weighted"] else None
                self.close(case["value"], np.ravel(loss(self.inputs(case["y_true"]), self.inputs(case["y_pred"]), weight)))

    def test_metrics(self):
        for case in GOLDEN["metrics"]:
            with self.subTest(**{k: v for k, v in case.items() if k != "value"}):
                metric = getattr(keras.metrics, case["cls"])(**case["args"])
                true, predicted = self.inputs(case["y_true"]), self.inputs(case["y_pred"])
                weight = array(GOLDEN["loss_inputs"]["sample_weight"])
                for rows in (slice(0, 4), slice(4, 6)):
                    metric.update_state(true[rows], predicted[rows], weight[rows] if case["weighted"] else None)
                self.close(case["value"], np.ravel(metric.result()))

    def test_batch_normalization(self):
        golden = GOLDEN["batchnorm"]
        x = array(golden["x"], golden["shape"])
        layer = keras.layers.BatchNormalization()
        layer.build(x.shape)
        layer.gamma.assign(array(golden["gamma"]))
        layer.beta.assign(array(golden["beta"]))
        outputs = [np.ravel(layer(x * scale, training=True)) for scale in golden["scales"]]
        self.close(golden["train_out"], outputs)
        self.close(golden["moving_mean"], layer.moving_mean.numpy())
        self.close(golden["moving_var"], layer.moving_variance.numpy())
        self.close(golden["infer_out"], np.ravel(layer(x)))

    def test_trainings(self):
        options = {
            "adam": {"optimizer": keras.optimizers.Adam(0.01)},
            "sgd_mom": {"optimizer": keras.optimizers.SGD(0.1, momentum=0.9)},
            "adam_cw": {"optimizer": keras.optimizers.Adam(0.01), "class_weight": {0: 1, 1: 2, 2: 0.5}},
            "rmsprop_clip": {"optimizer": keras.optimizers.RMSprop(0.01, global_clipnorm=0.1)},
        }
        init = [array(w) for w in GOLDEN["e2e_init"]]
        for case in GOLDEN["e2e"]:
            with self.subTest(tag=case["tag"]):
                made = generate_rules.training(case["tag"], units=5, start=init, **options[case["tag"]])
                self.close(case["history"], made["history"], TRAINING)
                self.close(case["weights"], made["weights"], TRAINING)
                self.close(case["eval"], made["eval"], TRAINING)

    def test_callbacks(self):
        for case in GOLDEN["callbacks"]:
            with self.subTest(tag=case["tag"], seq=case["seq"]):
                self.assertEqual((case["rows"], case["text"], case["warnings"]), trace_callback(case))


def trace_callback(case):
    """The state after each epoch, the printed text and the warnings of a callback that sees the case's values."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.001), loss="mse")
    callback = getattr(keras.callbacks, case["cb"])(monitor="val_loss", **case["args"])
    callback.set_model(model)
    rows, text = [], io.StringIO()
    with contextlib.redirect_stdout(text), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.stop_training = False
        callback.on_train_begin()
        for epoch, value, *_ in case["rows"]:
            callback.on_epoch_end(epoch, {"other": 0.5} if value is None else {"val_loss": value})
            best = callback.best
            rows.append([epoch, value, callback.wait, None if best is None else float(best),
                         float(model.optimizer.learning_rate.numpy()), bool(model.stop_training)])
        callback.on_train_end()
    return rows, text.getvalue(), [str(w.message) for w in caught if w.category is UserWarning]


if __name__ == "__main__":
    unittest.main()
