"""telar train --find-lr: which learning rates a recipe can train with."""

import unittest

from support import ProgramTest


class FindLr(ProgramTest):
    def test_the_document_has_rates_losses_and_a_suggestion(self):
        d = self.document("train", "recipe.toml", "--find-lr")
        self.assertEqual(list(d)[:6], ["schema", "recipe", "seed", "threads", "isa", "ended"])
        self.assertEqual(d["schema"], "telar.find_lr/1")
        self.assertEqual(len({len(d[key]) for key in ("rates", "losses", "smoothed")}), 1)
        self.assertAlmostEqual(d["rates"][0], 1e-7)
        self.assertEqual(d["rates"], sorted(d["rates"]))
        self.assertGreater(d["suggestion"], 1e-5)
        self.assertLess(d["suggestion"], 1)

    def test_it_draws_a_chart_and_keeps_nothing(self):
        before = self.files()
        done = self.telar("train", "recipe.toml", "--find-lr")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Smoothed loss by learning rate", done.stdout)
        self.assertIn("rate  1.0e-07", done.stdout)
        self.assertIn("--set compile.optimizer.learning_rate=", done.stdout)
        self.assertEqual(self.files(), before)

    def test_the_seed_decides_it(self):
        first, again, other = (self.document("train", "recipe.toml", "--find-lr", "--seed", seed, "--threads", threads)
                               for seed, threads in ((1, 1), (1, 2), (2, 1)))
        self.assertEqual(first["losses"], again["losses"])
        self.assertNotEqual(first["losses"], other["losses"])

    def test_it_goes_with_neither_a_run_folder_nor_several_seeds(self):
        self.assert_refused(2, "train", "recipe.toml", "--find-lr", "--out", "run", says=["--find-lr"])
        self.assert_refused(2, "train", "recipe.toml", "--find-lr", "--seeds", "2", says=["--find-lr"])


if __name__ == "__main__":
    unittest.main()
