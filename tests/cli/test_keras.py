"""Models in Keras's files: a run leaves one, and inspect, evaluate and export take them."""

import unittest
import zipfile

from support import ProgramTest


class Keras(ProgramTest):
    def setUp(self):
        super().setUp()
        self.trained = self.document("train", "recipe.toml", "--out", "run")

    def test_a_run_leaves_a_model_that_says_everything(self):
        d = self.document("inspect", "run/model.keras")
        self.assertEqual((d["schema"], d["model"]), ("telar.inspect/1", "run/model.keras"))
        self.assertEqual(d["weights_sha256"], self.trained["weights_sha256"])
        self.assertEqual((d["input"], d["optimizer"], d["loss"]), ([8, 8], "Adam", "SparseCategoricalCrossentropy"))
        self.assertEqual(d["variables"][0], {"path": "dense/kernel", "shape": [64, 16], "trainable": True})
        with zipfile.ZipFile(self.folder / "run" / "model.keras") as archive:
            self.assertEqual(archive.namelist(), ["metadata.json", "config.json", "model.weights.h5"])
            self.assertIsNone(archive.testzip())
        self.assertIn("Total params", self.telar("inspect", "run/model.keras").stdout)

    def test_a_model_is_evaluated_as_its_run_is(self):
        d = self.document("evaluate", "run/model.keras", "--data", "idx", "--data-dir", "data")
        self.assertEqual(d["test"], self.trained["test"])
        self.assertEqual(d["run_dir"], "run/model.keras")
        self.document("evaluate", "run/model.keras", "--data", "idx", "--data-dir", "data", "--min-accuracy", "1", code=4)
        self.assert_refused(2, "evaluate", "run", "--data", "idx", says=["--data idx", "model.keras"])

    def test_a_run_and_a_model_are_exported(self):
        d = self.document("export", "run", "--keras", "a.keras", "--h5", "a.h5")
        self.assertEqual(d, {"schema": "telar.export/1", "files": ["a.keras", "a.h5"],
                             "weights_sha256": self.trained["weights_sha256"]})
        self.document("export", "a.h5", "--keras", "b.keras")
        for model in ("a.keras", "a.h5", "b.keras"):
            self.assertEqual(self.document("inspect", model)["weights_sha256"], self.trained["weights_sha256"])
        self.assertEqual(self.telar("export", "a.keras", "--h5", "a.weights.h5").stdout, "wrote a.weights.h5\n")

    def test_what_cannot_be_exported_is_said(self):
        self.assert_refused(2, "export", "run", says=["--keras"])
        self.assert_refused(2, "export", "run", "--keras", "a.onnx", says=["a.onnx", ".keras"])
        self.assert_refused(5, "export", "nothing", "--keras", "a.keras", says=["nothing"])
        self.assert_refused(6, "export", "run", "--keras", "no/folder.keras", says=["no/folder.keras"])

    def test_a_damaged_model_is_an_error_of_data(self):
        model = self.folder / "run" / "model.keras"
        bytes_ = bytearray(model.read_bytes())
        bytes_[len(bytes_) // 2] ^= 1
        model.write_bytes(bytes_)
        for verb in ("inspect", "evaluate"):
            self.assert_refused(5, verb, "run/model.keras", says=["model.keras"])
        self.assert_refused(5, "inspect", "none.keras", says=["none.keras"])

    def test_a_network_that_keras_has_no_words_for_keeps_its_weights_as_an_archive(self):
        self.recipe_with('activation = "relu"', 'activation = "gelu_tanh"')
        d = self.document("train", "recipe.toml", "--out", "other")
        self.assertTrue((self.folder / "other" / "weights.npz").exists())
        self.assertEqual(self.document("evaluate", "other")["test"], d["test"])
        self.assert_refused(2, "export", "other", "--keras", "a.keras", says=["gelu_tanh", "layer 2"])


if __name__ == "__main__":
    unittest.main()
