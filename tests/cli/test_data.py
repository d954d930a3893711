"""`telar data inspect`: what the samples of a recipe are like."""

import unittest

from support import ProgramTest

RECIPE = """
[data]
source = "csv"
train = "t.csv"
label = "kind"
test = "test.csv"
[model]
layers = [ { type = "Dense", units = 2, activation = "softmax" } ]
[compile]
loss = "sparse_categorical_crossentropy"
"""


class Data(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "t.csv").write_text("a,b,kind\n1,5,x\n2,5,y\n1,5,x\n4,5,x\n")
        (self.folder / "test.csv").write_text("a,b,kind\n2,5,y\n9,6,y\n")
        (self.folder / "t.toml").write_text(RECIPE)

    def test_counts_classes_duplicates_leaks_and_what_never_changes(self):
        d = self.document("data", "inspect", "t.toml")
        self.assertEqual((d["schema"], d["recipe"], list(d["sets"])), ("telar.data/1", "t", ["train", "test"]))
        train, test = d["sets"]["train"], d["sets"]["test"]
        self.assertEqual((train["samples"], train["shape"]), (4, [2]))
        self.assertEqual(train["values"], {"min": 1, "mean": 3.5, "max": 5})
        self.assertEqual(train["classes"], {"x": 3, "y": 1})
        self.assertEqual((train["duplicates"], train["constant"]), (1, ["b"]))
        self.assertEqual((test["duplicates"], test["also_in_training"], test["constant"]), (0, 1, []))

    def test_counts_classes_whatever_the_loss_makes_of_the_labels(self):
        d = self.document("data", "inspect", "t.toml", "--set", "compile.loss=categorical_crossentropy")
        self.assertEqual(d["sets"]["train"]["classes"], {"x": 3, "y": 1})
        self.assertNotIn("targets", d["sets"]["train"])

    def test_a_mistake_in_recipe_or_table_has_its_exit_code_and_place(self):
        self.assert_refused(2, "data", "inspect", "none.toml", says=["none.toml"])
        self.assert_refused(2, "data", "inspect", "t.toml", "--set", "data.label=knd", says=["knd", 'did you mean "kind"'])
        (self.folder / "test.csv").write_text("a,b,kind\n2,5,z\n")
        self.assert_refused(5, "data", "inspect", "t.toml", says=["test.csv:2:5", '"z"'])

    def test_says_so_to_people(self):
        done = self.telar("data", "inspect", "t.toml")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words in ("train: 4 samples of shape (2)", "75.00 %", "duplicates: 1", "also in the training set: 1",
                      "constant features: 1 (b)"):
            self.assertIn(words, done.stdout)

    def test_takes_pictures_and_regressions_too(self):
        d = self.document("data", "inspect", "recipe.toml")
        self.assertEqual(d["sets"]["train"]["shape"], [8, 8])
        self.assertEqual(d["sets"]["validation"]["samples"], 60)
        (self.folder / "t.csv").write_text("a,y\n1,5\n2,7\n")
        d = self.document("data", "inspect", "t.toml", "--set", "data.label=", "--set", "data.targets=['y']", "--set",
                          "data.test=t.csv", "--set", "compile.loss=mse", "--set", "model.layers.0.units=1")
        self.assertEqual(d["sets"]["train"]["targets"], [{"min": 5, "mean": 6, "max": 7}])
        self.assertNotIn("classes", d["sets"]["train"])


if __name__ == "__main__":
    unittest.main()
