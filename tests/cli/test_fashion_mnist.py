"""The recipes of the tree on the real Fashion-MNIST, an epoch at most."""

import os
import unittest
from pathlib import Path

from support import ProgramTest

RECIPES = Path(os.environ["TELAR_RECIPES"]) / "fashion-mnist"


@unittest.skipUnless(os.path.isdir("/usr/share/datasets/fashion-mnist"), "Debian's dataset-fashion-mnist is not installed")
class FashionMnist(ProgramTest):
    def test_one_epoch_of_the_baseline_is_named_by_garment(self):
        d = self.document("train", RECIPES / "baseline.toml", "--set", "fit.epochs=1", "--out", "run")
        self.assertEqual([c["class"] for c in d["classes"]],
                         ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                          "Ankle boot"])
        self.assertTrue(all(c["samples"] == 1000 for c in d["classes"]))
        self.assertGreater(d["test"]["accuracy"], 0.8)
        self.assertEqual(self.document("evaluate", "run")["test"], d["test"])

    def test_a_learning_rate_of_1e10_diverges(self):
        d = self.document("train", RECIPES / "baseline.toml", "--set", "compile.optimizer.learning_rate=1e10", code=3)
        self.assertEqual((d["ended"], d["epochs_run"], d["test"]), ("diverged", 0, None))

    def test_every_recipe_can_be_inspected(self):
        for recipe in sorted(RECIPES.glob("*.toml")):
            d = self.document("inspect", recipe)
            self.assertEqual((d["recipe"], d["variables"][-1]["shape"]), (recipe.stem, [10]))

    def test_the_plan_counts_every_product_of_a_step(self):
        plan = self.document("inspect", RECIPES / "batch-normalization.toml", "--plan", "--threads", "2")["plan"]
        weights, first = 784 * 512 + 512 * 512 + 512 * 10, 784 * 512
        self.assertEqual(plan["flops"], 2 * 128 * (weights * 3 - first))
        self.assertEqual((plan["rows"], plan["threads"]), (128, 2))
        self.assertEqual([o["op"] for o in plan["ops"][:3]], ["gather", "dense, bias, relu", "batch normalization"])
        self.assertEqual(plan["ops"][1]["group"], plan["ops"][2]["group"])
        text = self.telar("inspect", RECIPES / "baseline.toml", "--plan", "--threads", "1").stdout
        self.assertRegex(text, r"weight gradient, update +784 -> 512 +102\.76 ")

    def test_the_callback_that_cannot_act_is_warned_of_with_both_numbers(self):
        done = self.telar("inspect", RECIPES / "reduce-lr-on-plateau.toml")
        self.assertRegex(done.stderr, r"\Awarning: ReduceLROnPlateau can never act: min_lr 0\.001 >= learning_rate 0\.001 "
                                      r"\(reduce-lr-on-plateau\.toml:\d+:\d+\)\n\Z")
        self.assertEqual(self.telar("inspect", RECIPES / "reduce-lr-working.toml").stderr, "")


if __name__ == "__main__":
    unittest.main()
