"""Callbacks and options of [fit] as a recipe says them."""

import unittest

from support import ProgramTest


class Callbacks(ProgramTest):
    def train(self, callbacks, *more):
        return self.document("train", "recipe.toml", "--out", "run", "--set", f"fit.callbacks={callbacks}", *more)

    def test_files_of_callbacks_lie_in_the_run_folder(self):
        d = self.train('[{ type = "ModelCheckpoint", filepath = "kept/{epoch:02d}.npz" }, '
                       '{ type = "CSVLogger", filename = "log.csv" }]')
        run = self.folder / "run"
        self.assertEqual(sorted(p.name for p in (run / "kept").iterdir()), ["01.npz", "02.npz", "03.npz"])
        lines = (run / "log.csv").read_bytes().decode().split("\r\n")
        self.assertEqual(lines[0], "epoch,accuracy,loss,val_accuracy,val_loss")
        self.assertEqual([line.split(",")[0] for line in lines[1:]], ["0", "1", "2", ""])
        self.assertAlmostEqual(float(lines[3].split(",")[2]), d["history"]["loss"][2], places=7)
        (run / "model.keras").unlink()  # then a run's weights are those of an archive
        (run / "kept" / "03.npz").rename(run / "weights.npz")
        self.assertEqual(self.document("inspect", "run")["weights_sha256"], d["weights_sha256"])

    def test_every_seed_has_files_of_its_own(self):
        self.document("train", "recipe.toml", "--out", "run", "--seeds", "2", "--set",
                      'fit.callbacks=[{ type = "ModelCheckpoint", filepath = "best.npz", save_best_only = true }]')
        self.assertTrue((self.folder / "run" / "s0" / "best.npz").exists())
        self.assertTrue((self.folder / "run" / "s1" / "best.npz").exists())

    def test_a_backup_lets_the_next_run_go_on(self):
        callbacks = '[{ type = "BackupAndRestore", backup_dir = "backup", delete_checkpoint = false }]'
        whole = self.document("train", "recipe.toml", "--out", "whole")
        first = self.document("train", "recipe.toml", "--out", "first", "--set", f"fit.callbacks={callbacks}",
                              "--set", "fit.epochs=2")
        self.assertEqual(len(list((self.folder / "backup" / "recipe-s0").iterdir())), 2)
        second = self.document("train", "recipe.toml", "--out", "second", "--set", f"fit.callbacks={callbacks}")
        self.assertEqual((first["epochs_run"], second["epochs_run"]), (2, 3))
        self.assertEqual(second["weights_sha256"], whole["weights_sha256"])
        self.assertEqual(second["history"], whole["history"])
        lines = (self.folder / "second" / "history.jsonl").read_text()
        self.assertEqual(lines, (self.folder / "whole" / "history.jsonl").read_text())

    def test_a_damaged_backup_is_an_error_of_data(self):
        (self.folder / "backup" / "recipe-s0").mkdir(parents=True)
        (self.folder / "backup" / "recipe-s0" / "00000003.checkpoint").write_bytes(b"no checkpoint")
        self.assert_refused(5, "train", "recipe.toml", "--set",
                            'fit.callbacks=[{ type = "BackupAndRestore", backup_dir = "backup" }]', says=["00000003.checkpoint"])

    def test_a_training_starts_from_another_ones_weights(self):
        first = self.document("train", "recipe.toml", "--out", "first")
        d = self.document("train", "recipe.toml", "--out", "second", "--set", "fit.start_from=first")
        self.assertLess(d["history"]["loss"][0], first["history"]["loss"][-1])
        resolved = (self.folder / "second" / "recipe.toml").read_text()
        self.assertIn(f'start_from = "{self.folder}/first"', resolved)
        self.assert_refused(5, "train", "recipe.toml", "--set", "fit.start_from=first", "--set", "model.layers.2.units=8",
                            says=["--set fit.start_from=first", "layer 2, dense (Dense)", "(64, 16)", "(64, 8)"])
        self.assert_refused(5, "train", "recipe.toml", "--set", "fit.start_from=nowhere", says=["nowhere"])

    def test_mixup_trains_on_mixtures(self):
        d = self.document("train", "recipe.toml", "--set", "fit.mixup={ alpha = 0.4 }")
        self.assertGreater(d["history"]["loss"][-1], d["training"]["loss"])
        self.assert_refused(2, "train", "recipe.toml", "--set", "fit.mixup={}", "--set", "compile.loss=mse",
                            says=["mixup", "mean_squared_error"])

    def test_moving_averages_are_what_is_validated(self):
        d = self.train('["SwapEMAWeights"]', "--set", 'compile.optimizer={ type = "Adam", use_ema = true }')
        self.assertAlmostEqual(d["history"]["val_loss"][-1], d["validation"]["loss"], places=8)

    def test_a_time_limit_ends_the_training_early(self):
        d = self.train('[{ type = "TimeLimit", seconds = 1e-9 }]')
        self.assertEqual((d["ended"], d["epochs_run"]), ("stopped_early", 1))
        self.assertIn("time limit", d["reason"])

    def test_epochs_without_validation_are_null_in_the_document(self):
        d = self.train("[]", "--set", "fit.validation_freq=2")
        self.assertEqual([v is None for v in d["history"]["val_loss"]], [True, False, True])

    def test_the_training_data_are_read_again_at_the_end_unless_told_not_to(self):
        d = self.train("[]")
        self.assertEqual(sorted(d["training"]), ["accuracy", "loss"])
        low, high = d["intervals"]["training.accuracy"]
        self.assertTrue(low <= d["training"]["accuracy"] <= high)
        again = self.document("train", "recipe.toml", "--set", "fit.training_score=false")
        self.assertIsNone(again["training"])
        self.assertEqual(again["weights_sha256"], d["weights_sha256"])

    def test_validation_split_holds_the_last_part_out(self):
        self.recipe_with("validation = { first = 60 }\n", "")
        split = self.document("train", "recipe.toml", "--out", "a", "--set", "fit.validation_split=0.2")
        last = self.document("train", "recipe.toml", "--out", "b", "--set", "data.validation.last=0.2")
        self.assertEqual(split["weights_sha256"], last["weights_sha256"])
        self.assertEqual(split["history"], last["history"])

    def test_a_divergence_names_what_was_not_finite(self):
        d = self.document("train", "recipe.toml", "--set", "compile.optimizer.type=SGD", "--set",
                          "compile.optimizer.learning_rate=1e30", "--set", "model.layers.0.scale=1e30", code=3)
        self.assertRegex(d["reason"], r"the loss was not finite at epoch \d+, step \d+: .*(first|inference)")


if __name__ == "__main__":
    unittest.main()
