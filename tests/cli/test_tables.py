"""Tables of a user's own: source = "csv"."""

import json
import os
import unittest
from pathlib import Path

from support import ProgramTest

TABLES = Path(os.environ["TELAR_RECIPES"]) / "tables"

RECIPE = """
[data]
source = "csv"
train = "plants.csv"
label = "kind"
validation = { fraction = 0.25, order = "stratified" }

[model]
layers = [ { type = "Normalization" }, { type = "Dense", units = 2, activation = "softmax" } ]

[compile]
optimizer = { type = "Adam", learning_rate = 0.1 }
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]

[fit]
batch_size = 8
epochs = 5
"""


class Tables(ProgramTest):
    def setUp(self):
        super().setUp()
        lines = [f"{i % 7},{(i % 2) * 10 + i % 3},{'oak' if i % 2 else 'fir'}" for i in range(100)]
        (self.folder / "plants.csv").write_text("\n".join(["height,width,kind", *lines]) + "\n")
        (self.folder / "plants.toml").write_text(RECIPE)

    def test_a_table_trains_from_beside_its_recipe_and_is_evaluated_again(self):
        d = self.document("train", "plants.toml", "--out", "run")
        self.assertEqual([c["class"] for c in d["classes"]], ["fir", "oak"])
        self.assertEqual(sum(c["samples"] for c in d["classes"]), 20, "a fifth of the table is the test set")
        self.assertGreater(d["test"]["accuracy"], 0.9)
        again = self.document("evaluate", "run")
        self.assertEqual(again["test"], d["test"])
        self.assertIn('dir = "' + str(self.folder), (self.folder / "run/recipe.toml").read_text())

    def test_the_test_set_is_the_same_for_every_seed(self):
        self.document("train", "plants.toml", "--out", "a", "--seed", "1")
        self.document("train", "plants.toml", "--out", "b", "--seed", "2")

        data = [json.loads((self.folder / run / "environment.json").read_text())["data"] for run in ("a", "b")]
        self.assertEqual(data[0]["test"], data[1]["test"])
        self.assertNotEqual(data[0]["train"], data[1]["train"], "the validation part is drawn by the seed")

    def test_a_file_of_its_own_is_the_test_set(self):
        (self.folder / "later.csv").write_text("height,width,kind\n1,0,fir\n2,12,oak\n3,11,oak\n")
        d = self.document("train", "plants.toml", "--set", "data.test=later.csv")
        self.assertEqual(sum(c["samples"] for c in d["classes"]), 3)
        (self.folder / "later.csv").write_text("width,height,kind\n1,0,fir\n")
        self.assert_refused(5, "train", "plants.toml", "--set", "data.test=later.csv", says=["later.csv", "columns"])
        (self.folder / "later.csv").write_text("height,width,kind\n1,0,elm\n")
        self.assert_refused(5, "train", "plants.toml", "--set", "data.test=later.csv", says=["later.csv:2:5", '"elm"'])

    def test_each_table_lies_beside_the_recipe_that_names_it(self):
        (self.folder / "sub").mkdir()
        (self.folder / "sub/later.csv").write_text("height,width,kind\n1,0,fir\n2,12,oak\n3,11,oak\n")
        (self.folder / "sub/child.toml").write_text('extends = "../plants.toml"\n[data]\ntest = "later.csv"\n')
        d = self.document("train", "sub/child.toml", "--out", "run")
        self.assertEqual(sum(c["samples"] for c in d["classes"]), 3)
        self.assertEqual(self.document("evaluate", "run")["test"], d["test"])

    def test_targets_in_another_order_are_other_targets(self):
        (self.folder / "plants.csv").write_text("x,low,high\n" + "".join(f"{i},{i},{i + 9}\n" for i in range(20)))
        (self.folder / "later.csv").write_text("x,high,low\n1,10,1\n")
        regression = ("--set", "data.label=", "--set", "data.targets=['low', 'high']", "--set", "compile.metrics=[]",
                      "--set", "compile.loss=mean_squared_error", "--set", "model.layers.1.activation=linear",
                      "--set", "data.validation={ fraction = 0.25, order = 'shuffled' }")
        self.document("train", "plants.toml", *regression)
        self.assert_refused(5, "train", "plants.toml", *regression, "--set", "data.test=later.csv", says=["later.csv", "order"])

    def test_classes_are_no_numbers_to_learn(self):
        self.assert_refused(2, "train", "plants.toml", "--set", "data.label=height", "--set", "data.ignore=['kind']",
                            "--set", "model.layers=[ { type = 'Dense', units = 1 } ]", "--set", "compile.metrics=[]",
                            "--set", "compile.loss=mean_squared_error", says=["7 classes", 'targets = ["height"]'])

    def test_mistakes_in_the_table_have_line_and_column(self):
        with (self.folder / "plants.csv").open("a") as table:
            table.write("3,tall,oak\n")
        self.assert_refused(5, "train", "plants.toml", says=["plants.csv:102:3", '"tall"', "width"])
        (self.folder / "plants.csv").write_bytes("height,width,kind\n1,2,Tr\u00e4ne\n".encode("latin-1"))
        self.assert_refused(5, "train", "plants.toml", says=["plants.csv:2:5", "UTF-8"])
        (self.folder / "plants.csv").write_text("height,width,kind\n1,,oak\n")
        self.assert_refused(5, "train", "plants.toml", says=["plants.csv:2:3", "a value is missing", "ignore"])

    def test_mistakes_in_the_recipe_are_mistakes_of_usage(self):
        for setting, says in (
            ("data.label=kinds", ['"kinds"', 'did you mean "kind"']),
            ("data.targets=['height']", ["both", "data.label", "data.targets"]),
            ("data.separator=ab", ["data.separator", "one character"]),
            ("data.test_fraction=1.5", ["data.test_fraction"]),
            ("data.train=", ["data.train"]),
            ("model.layers.1.units=3", ["3 outputs", "2 classes"]),
        ):
            with self.subTest(setting):
                self.assert_refused(2, "train", "plants.toml", "--set", setting, says=says)
        (self.folder / "plants.csv").write_text("height,width,kind\n1,2,oak\n")
        self.assert_refused(2, "train", "plants.toml", says=["plants.toml", "one part of plants.csv", "test = "])
        self.assert_refused(5, "train", "plants.toml", "--set", "data.train=none.csv", says=["none.csv", "No such file"])

    def test_the_recipes_of_the_tree_come_near_the_best_there_is(self):
        d = self.document("train", TABLES / "waveform.toml")
        self.assertGreater(d["test"]["accuracy"], 0.80, "at best 0.86")
        d = self.document("train", TABLES / "friedman.toml")
        self.assertLess(d["test"]["loss"], 2, "at best 1")
        self.assertGreater(d["test"]["r2_score"], 0.9)


if __name__ == "__main__":
    unittest.main()
