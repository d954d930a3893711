"""telar doctor: what in a recipe cannot do what it seems to."""

import unittest

from support import ProgramTest

CANNOT_CUT = '[{ type = "ReduceLROnPlateau", monitor = "val_loss", min_lr = 0.01 }]'


class Doctor(ProgramTest):
    def test_a_good_recipe_has_no_findings(self):
        d = self.document("doctor", "recipe.toml")
        self.assertEqual(d, {"schema": "telar.doctor/1", "recipe": "recipe", "warnings": 0, "notes": 0,
                             "data_examined": True, "findings": []})
        done = self.telar("doctor", "recipe.toml")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "recipe: no warnings, no notes\n", ""))

    def test_a_finding_has_message_reason_change_and_place(self):
        d = self.document("doctor", "recipe.toml", "--set", f"fit.callbacks={CANNOT_CUT}")
        self.assertEqual((d["warnings"], d["notes"]), (1, 0))
        finding = d["findings"][0]
        self.assertEqual(list(finding), ["severity", "message", "why", "change", "place"])
        self.assertEqual(finding["severity"], "warning")
        self.assertEqual(finding["message"], "ReduceLROnPlateau can never act: min_lr 0.01 >= learning_rate 0.01")
        self.assertEqual(finding["change"], "min_lr = 1e-05")
        self.assertIn("--set", finding["place"])

    def test_findings_go_to_stdout_and_the_exit_code_is_that_of_success(self):
        done = self.telar("doctor", "recipe.toml", "--set", f"fit.callbacks={CANNOT_CUT}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith("recipe: 1 warning, no notes\n"), done.stdout)
        for line in ("why  ", "change  min_lr = 1e-05", "at  "):
            self.assertIn(line, done.stdout)

    def test_places_are_those_of_the_file(self):
        self.recipe_with("epochs = 3", "epochs = 3\ncallbacks = [\"EarlyStopping\"]")
        d = self.document("doctor", "recipe.toml")
        self.assertEqual([f["place"] for f in d["findings"] if f["severity"] == "note"], ["recipe.toml:23:14"])

    def test_training_tells_the_warnings_but_not_the_notes(self):
        self.recipe_with("epochs = 3", "epochs = 9\ncallbacks = [{ type = \"EarlyStopping\", patience = 2 }]")
        self.assertEqual([f["severity"] for f in self.document("doctor", "recipe.toml")["findings"]], ["note"])
        self.assertEqual(self.telar("train", "recipe.toml", "-q").stderr, "")

    def test_training_warns_of_what_the_data_show(self):
        self.recipe_with("batch_size = 32", "batch_size = 239")
        layers = ('[{ type = "Rescaling", scale = 0.004 }, "Flatten", { type = "BatchNormalization", momentum = 0.1 }, '
                  '{ type = "Dense", units = 4, activation = "softmax" }]')
        message = "sees a last batch of 1 sample: 240 samples in batches of 239 (recipe.toml:21:1)"
        for extra in (["-q"], ["-q", "--seeds", "2"]):
            done = self.telar("train", "recipe.toml", "--set", f"model.layers={layers}", *extra)
            self.assertEqual(done.stderr.count("warning: "), 1, done.stderr)
            self.assertIn(message, done.stderr)
        self.assertIn(message.split(" (")[0], self.telar("doctor", "recipe.toml", "--set", f"model.layers={layers}").stdout)

    def test_without_the_data_the_recipe_is_still_examined(self):
        self.recipe_with('dir = "data"', 'dir = "nowhere"')
        done = self.telar("doctor", "recipe.toml", "--set", f"fit.callbacks={CANNOT_CUT}", "--json")
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: only the recipe was examined", done.stderr)
        self.assertIn('"data_examined":false', done.stdout)
        self.assertIn("ReduceLROnPlateau can never act", done.stdout)

    def test_what_cannot_train_at_all_is_refused_as_in_training(self):
        self.assert_refused(2, "doctor", "recipe.toml", "--set", "model.layers.3.units=3", says=["3 outputs", "4 classes"])
        self.assert_refused(2, "doctor", "missing.toml", says=["missing.toml"])


if __name__ == "__main__":
    unittest.main()
