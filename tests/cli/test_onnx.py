"""ONNX models: export writes them from a run or a model."""

import unittest

from support import ProgramTest


class Onnx(ProgramTest):
    def setUp(self):
        super().setUp()
        self.trained = self.document("train", "recipe.toml", "--out", "run")

    def test_a_run_and_a_model_are_exported(self):
        d = self.document("export", "run", "--onnx", "a.onnx", "--keras", "a.keras")
        self.assertEqual(d, {"schema": "telar.export/1", "files": ["a.keras", "a.onnx"],
                             "weights_sha256": self.trained["weights_sha256"]})
        self.assertEqual(self.telar("export", "a.keras", "--onnx", "b.onnx", "--no-fold-bn").stdout, "wrote b.onnx\n")
        one = (self.folder / "a.onnx").read_bytes()
        self.assertEqual(one, (self.folder / "b.onnx").read_bytes())  # it has no BatchNormalization to fold
        self.assertIn(b"telar", one)

    def test_what_cannot_be_exported_is_said(self):
        self.assert_refused(2, "export", "run", "--onnx", "a.h5", says=["a.h5", ".onnx"])
        self.assert_refused(2, "export", "run", "--keras", "a.keras", "--no-fold-bn", says=["--no-fold-bn", "--onnx"])
        self.assert_refused(6, "export", "run", "--onnx", "no/folder.onnx", says=["no/folder.onnx"])


if __name__ == "__main__":
    unittest.main()
