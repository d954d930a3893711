"""Trainings that go well, or diverge: documents, run folders, seeds, equal bits, evaluate and inspect."""

import json
import math
import os
import statistics
import subprocess
import unittest

from support import CLASSES, TELAR, ProgramTest, available_isas


# Without relu no layer can die before the weights are out of range.
DIVERGING = ["--set", "model.layers.2.activation=linear",
             "--set", 'compile.optimizer={ type = "SGD", learning_rate = 1e10 }']


class Train(ProgramTest):
    def test_document(self):
        d = self.document("train", "recipe.toml", "--out", "run", "--threads", "1")
        self.assertEqual(d["schema"], "telar.train/1")
        self.assertEqual((d["seed"], d["threads"], d["ended"], d["epochs_run"]), (0, 1, "completed", 3))
        self.assertEqual(sorted(d["history"]), ["accuracy", "loss", "val_accuracy", "val_loss"])
        self.assertTrue(all(len(values) == 3 for values in d["history"].values()))
        self.assertEqual((len(d["epoch_seconds"]), len(d["validation_seconds"])), (3, 3))
        self.assertEqual(sorted(d["test"]), ["accuracy", "balanced_accuracy", "expected_calibration_error", "loss",
                                             "matthews_correlation"])
        for name in ("test.accuracy", "test.loss", "validation.accuracy"):
            low, high = d["intervals"][name]
            part, quantity = name.split(".")
            self.assertTrue(0 < low < d[part][quantity] < high, name)
        self.assertRegex(d["weights_sha256"], r"\A[0-9a-f]{64}\Z")
        self.assertEqual(d["run_dir"], "run")
        self.assertEqual(sum(map(sum, d["confusion"])), 100)
        right = sum(d["confusion"][i][i] for i in range(CLASSES))
        self.assertAlmostEqual(d["test"]["accuracy"], right / 100)
        self.assertGreater(d["test"]["accuracy"], 0.5, "the classes are easy to tell apart")

    def test_the_last_epoch_of_the_history_is_the_validation_reading(self):
        d = self.document("train", "recipe.toml", "--out", "run")
        self.assertAlmostEqual(d["history"]["val_accuracy"][-1], d["validation"]["accuracy"], places=6)
        self.assertAlmostEqual(d["history"]["val_loss"][-1], d["validation"]["loss"], places=5)

    def test_run_folder(self):
        d = self.document("train", "recipe.toml", "--out", "a/b/run", "--seed", "5")
        run = self.folder / "a/b/run"
        self.assertEqual(sorted(os.listdir(run)),
                         ["environment.json", "history.jsonl", "model.keras", "recipe.toml", "result.json"])
        self.assertEqual(json.loads((run / "result.json").read_text()), d)
        epochs = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
        self.assertEqual([e["epoch"] for e in epochs], [1, 2, 3])
        for name, values in d["history"].items():
            self.assertEqual([e[name] for e in epochs], values)
        environment = json.loads((run / "environment.json").read_text())
        self.assertEqual((environment["schema"], environment["seed"]), ("telar.environment/1", 5))
        self.assertEqual(environment["recipe"], "recipe")
        self.assertEqual(environment["command"][1:3], ["train", "recipe.toml"])
        self.assertEqual(environment["data"]["train"]["samples"], 240)
        self.assertRegex(environment["data"]["test"]["sha256"], r"\A[0-9a-f]{64}\Z")

    def test_run_folder_of_its_own_accord(self):
        for _ in range(2):
            self.document("train", "recipe.toml", "--seed", "3", "--set", "fit.epochs=1")
        names = os.listdir(self.folder / "runs")
        self.assertEqual(len(names), 2)
        for name in names:
            self.assertRegex(name, r"\A\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-recipe-s3(-2)?\Z")

    def test_the_stored_recipe_gives_the_same_run(self):
        first = self.document("train", "recipe.toml", "--out", "one", "--seed", "9", "--set", "fit.epochs=2")
        again = self.document("train", "one/recipe.toml", "--out", "two")
        self.assertEqual(again["weights_sha256"], first["weights_sha256"])
        self.assertEqual(again["history"], first["history"])

    def test_without_a_terminal_there_is_one_line_per_epoch(self):
        done = self.telar("train", "recipe.toml")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 3, done.stderr)
        for i, line in enumerate(lines):
            self.assertRegex(line, rf"\AEpoch {i + 1}/3 - \d+\.\ds - \d+(us|ms|s)/step - accuracy: [\d.]+ - loss: [\d.]+"
                                   r" - val_accuracy: [\d.]+ - val_loss: [\d.e-]+\Z")
        for text in (done.stdout, done.stderr):
            self.assertNotRegex(text, r"[\x00-\x08\x0b-\x1f]")

    def test_result_for_people(self):
        done = self.telar("train", "recipe.toml", "--out", "run", "-q")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\ATest +loss [\d.]+ \[[\d.]+, [\d.]+\] +accuracy [\d.]+ \[[\d.]+, [\d.]+\] +100 samples\n")
        for headline in ("Validation ", "Training ", "while it trained", "Learning curve: accuracy", "Accuracy by class",
                         "Precision and F1 by class", "balanced_accuracy", "Confusion matrix", "Run folder: run"):
            self.assertIn(headline, done.stdout)

    def test_seed_decides_everything(self):
        hashes = [self.document("train", "recipe.toml", "--seed", seed, "--set", "fit.epochs=1")["weights_sha256"]
                  for seed in (1, 1, 2)]
        self.assertEqual(hashes[0], hashes[1])
        self.assertNotEqual(hashes[0], hashes[2])

    def test_same_bits_for_any_number_of_threads(self):
        runs = [self.document("train", "recipe.toml", "--threads", n, "--set", "fit.batch_size=50") for n in (1, 2, 3, 4)]
        self.assertEqual([r["threads"] for r in runs], [1, 2, 3, 4])
        for run in runs[1:]:
            self.assertEqual(run["weights_sha256"], runs[0]["weights_sha256"])
            self.assertEqual(run["history"], runs[0]["history"])
            self.assertEqual(run["test"], runs[0]["test"])

    def test_same_bits_for_every_instruction_set(self):
        isas = available_isas()
        if len(isas) < 2:
            self.skipTest("this processor or this build has none to compare")
        runs = [self.document("train", "recipe.toml", TELAR_ISA=isa) for isa in isas]
        self.assertEqual([r["isa"] for r in runs], isas)
        for run in runs[1:]:
            self.assertEqual(run["weights_sha256"], runs[0]["weights_sha256"])
            self.assertEqual(run["history"], runs[0]["history"])

    def test_shuffled_and_stratified_validation(self):
        for order in ("shuffled", "stratified"):
            d = self.document("train", "recipe.toml", "--set",
                              f'data.validation={{ fraction = 0.25, order = "{order}" }}', "--out", order)
            environment = json.loads((self.folder / order / "environment.json").read_text())
            self.assertEqual(environment["data"]["validation"]["samples"], 75)
            self.assertEqual(d["epochs_run"], 3)

    def test_without_validation_data(self):
        (self.folder / "recipe.toml").write_text(
            (self.folder / "recipe.toml").read_text().replace("validation = { first = 60 }\n", ""))
        d = self.document("train", "recipe.toml")
        self.assertIsNone(d["validation"])
        self.assertEqual(d["validation_seconds"], [])
        self.assertEqual(sorted(d["history"]), ["accuracy", "loss"])

    def test_early_stopping_is_told(self):
        callback = '[{ type = "EarlyStopping", monitor = "val_loss", min_delta = 10.0, patience = 1 }]'
        d = self.document("train", "recipe.toml", "--set", f"fit.callbacks={callback}")
        self.assertEqual((d["ended"], d["epochs_run"]), ("stopped_early", 2))

    def test_a_setting_that_cannot_act_is_warned_of_also_with_json(self):
        callback = '[{ type = "ReduceLROnPlateau", monitor = "val_loss", min_lr = 0.01 }]'
        for extra in ([], ["--json"], ["-q"]):
            done = self.telar("train", "recipe.toml", "--set", f"fit.callbacks={callback}", *extra)
            self.assertEqual(done.returncode, 0)
            warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
            self.assertEqual(len(warnings), 1)
            self.assertIn("ReduceLROnPlateau can never act: min_lr 0.01 >= learning_rate 0.01", warnings[0])
            self.assertNotIn("warning", done.stdout)

    def test_a_result_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([TELAR, "train", "recipe.toml", "--json", "-q"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, text=True, env=self.environment)
        self.assertEqual(done.returncode, 6)
        self.assertIn("stdout", done.stderr)

    def test_a_file_size_limit_is_an_error_of_the_disk(self):
        done = subprocess.run(["bash", "-c", 'ulimit -f 3; exec "$0" train recipe.toml -q --out run', TELAR],
                              cwd=self.folder, capture_output=True, text=True, env=self.environment)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("model.keras", done.stderr)
        self.assertFalse((self.folder / "run/model.keras").exists())
        self.assertFalse([name for name in os.listdir(self.folder / "run") if "tmp" in name])


class Diverged(ProgramTest):
    def test_exits_with_3_says_where_and_keeps_the_history(self):
        arguments = ("recipe.toml", *DIVERGING)
        done = self.telar("train", *arguments, "--out", "run")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"diverged: .*epoch \d+, step \d+")
        self.assertIn("learning_rate", done.stderr)
        result = json.loads((self.folder / "run/result.json").read_text())
        self.assertEqual((result["ended"], result["test"], result["validation"]), ("diverged", None, None))
        self.assertEqual(self.document("train", *arguments, code=3)["ended"], "diverged")


class Seeds(ProgramTest):
    def test_document_has_the_runs_in_seed_order_and_their_statistics(self):
        d = self.document("train", "recipe.toml", "--seeds", "3", "--out", "runs8", "--set", "seed=10")
        self.assertEqual(d["schema"], "telar.train_seeds/1")
        self.assertEqual([r["seed"] for r in d["runs"]], [10, 11, 12])
        self.assertEqual([r["run_dir"] for r in d["runs"]], ["runs8/s10", "runs8/s11", "runs8/s12"])
        for quantity in ("accuracy", "loss"):
            values = [r["test"][quantity] for r in d["runs"]]
            summary = d["summary"][f"test.{quantity}"]
            self.assertAlmostEqual(summary["mean"], statistics.mean(values), places=7)
            self.assertAlmostEqual(summary["sd"], statistics.stdev(values), places=7)
            half = 4.302652730 * statistics.stdev(values) / math.sqrt(3)  # Student's t, 97.5 %, 2 degrees of freedom
            self.assertAlmostEqual(summary["interval"][0], statistics.mean(values) - half, places=6)
            self.assertAlmostEqual(summary["interval"][1], statistics.mean(values) + half, places=6)
        self.assertEqual(d["summary"]["epochs_run"]["mean"], 3)

    def test_each_seed_is_the_run_it_would_be_alone(self):
        for workers in (1, 3):
            d = self.document("train", "recipe.toml", "--seeds", "3", "--threads", workers)
            for run in d["runs"]:
                alone = self.document("train", "recipe.toml", "--seed", run["seed"])
                self.assertEqual(run["weights_sha256"], alone["weights_sha256"])
                self.assertEqual(run["test"], alone["test"])
                self.assertEqual(run["history"], alone["history"])

    def test_a_random_split_belongs_to_its_seed(self):
        setting = "data.validation={ fraction = 0.25 }"
        d = self.document("train", "recipe.toml", "--seeds", "2", "--set", setting)
        for run in d["runs"]:
            alone = self.document("train", "recipe.toml", "--seed", run["seed"], "--set", setting)
            self.assertEqual(run["weights_sha256"], alone["weights_sha256"])

    def test_table_for_people_and_a_line_per_seed(self):
        done = self.telar("train", "recipe.toml", "--seeds", "2")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(sorted(line[:7] for line in done.stderr.splitlines()), ["seed 0:", "seed 1:"])
        for word in ("test.accuracy", "test.loss", "epochs_run", "mean", "sd", "95 % interval"):
            self.assertIn(word, done.stdout)

    def test_diverged_seeds_are_shown_and_counted(self):
        d = self.document("train", "recipe.toml", "--seeds", "2", *DIVERGING, code=3)
        self.assertEqual([r["ended"] for r in d["runs"]], ["diverged", "diverged"])
        done = self.telar("train", "recipe.toml", "--seeds", "2", *DIVERGING, "-q")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout.count("diverged"), 2)
        self.assertEqual(done.stderr.count("diverged:"), 2)


class Evaluate(ProgramTest):
    def setUp(self):
        super().setUp()
        self.trained = self.document("train", "recipe.toml", "--out", "run", "--seed", "4")

    def test_gives_the_same_reading_as_the_training(self):
        d = self.document("evaluate", "run")
        self.assertEqual((d["schema"], d["recipe"], d["samples"]), ("telar.evaluate/1", "recipe", 100))
        for key in ("test", "confusion", "classes", "weights_sha256", "run_dir"):
            self.assertEqual(d[key], self.trained[key])

    def test_prints_for_people(self):
        done = self.telar("evaluate", "run")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for text in (f"accuracy {self.trained['test']['accuracy']:.4f}", "Confusion matrix"):
            self.assertIn(text, done.stdout)

    def test_threshold(self):
        accuracy = self.trained["test"]["accuracy"]
        self.assertEqual(self.telar("evaluate", "run", "--min-accuracy", accuracy).returncode, 0)
        done = self.telar("evaluate", "run", "--min-accuracy", accuracy + 0.005)
        self.assertEqual(done.returncode, 4)
        self.assertIn("--min-accuracy", done.stderr)
        self.assertIn("Confusion matrix", done.stdout)

    def test_works_from_anywhere(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        self.folder = elsewhere
        self.assertEqual(self.document("evaluate", "../run")["test"], self.trained["test"])


class Inspect(ProgramTest):
    def test_recipe(self):
        done = self.telar("inspect", "recipe.toml", "--set", "model.layers.2.units=20")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for text in ("dense (Dense)", "(None, 20)", "Total params: 1,384", "Optimizer"):  # 64 * 20 + 20 + 20 * 4 + 4
            self.assertIn(text, done.stdout)
        self.assertFalse((self.folder / "runs").exists())

    def test_document(self):
        d = self.document("inspect", "recipe.toml")
        self.assertEqual(d["schema"], "telar.inspect/1")
        self.assertEqual([layer["type"] for layer in d["layers"]], ["Rescaling", "Flatten", "Dense", "Dense"])
        self.assertEqual([v["path"] for v in d["variables"]],
                         ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"])
        self.assertEqual(d["weights"], {"total": 1108, "trainable": 1108, "non_trainable": 0})

    def test_run_has_the_trained_weights(self):
        trained = self.document("train", "recipe.toml", "--out", "run")
        self.assertEqual(self.document("inspect", "run")["weights_sha256"], trained["weights_sha256"])
        self.assertNotEqual(self.document("inspect", "recipe.toml")["weights_sha256"], trained["weights_sha256"])


if __name__ == "__main__":
    unittest.main()
