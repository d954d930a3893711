"""Ctrl-C and kill: the batch ends, the best weights stay, and the program says where."""

import json
import signal
import subprocess
import time
import unittest

from support import TELAR, ProgramTest

FOREVER = ["--set", "fit.epochs=1000000"]


class Interrupt(ProgramTest):
    def start(self, *arguments):
        process = subprocess.Popen([TELAR, "train", "recipe.toml", "--out", "run", *FOREVER, *arguments], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def wait_for_epochs(self, file, count=2):
        """Until `file` has so many lines; the test's own time limit ends a wait in vain."""
        for _ in range(3000):
            if file.exists() and file.read_text().count("\n") >= count:
                return
            time.sleep(0.01)
        self.fail(f"no epoch in {file}")

    def test_first_signal_ends_the_batch_and_keeps_the_best_weights(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number.name):
                process = self.start("--json")
                self.wait_for_epochs(self.folder / "run/history.jsonl")
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, code, err)
                result = json.loads(out)
                self.assertEqual((result["ended"], result["reason"], result["test"]), ("interrupted", number.name, None))
                self.assertEqual(result, json.loads((self.folder / "run/result.json").read_text()))
                losses = result["history"]["val_loss"]
                self.assertEqual(result["weights_epoch"], losses.index(min(losses)) + 1)
                self.assertIn(f"epoch {result['weights_epoch']}", err)
                self.assertIn("run/model.keras", err)
                self.assertEqual(self.document("evaluate", "run")["weights_sha256"], result["weights_sha256"])
                (self.folder / "run").rename(self.folder / f"run-{code}")

    def test_kept_weights_are_those_of_a_training_that_ends_there(self):
        process = self.start("--json")
        self.wait_for_epochs(self.folder / "run/history.jsonl", 3)
        process.send_signal(signal.SIGINT)
        kept = json.loads(process.communicate(timeout=60)[0])
        alone = self.document("train", "recipe.toml", "--set", f"fit.epochs={kept['weights_epoch']}", "--out", "alone")
        self.assertEqual(kept["weights_sha256"], alone["weights_sha256"])

    def test_signal_before_the_first_epoch_is_over_keeps_the_last_batch(self):
        process = self.start("--json", "--set", "model.layers.2.units=8192", "--set", "fit.batch_size=1")
        for _ in range(3000):
            if (self.folder / "run/environment.json").exists():
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        result = json.loads(out)
        self.assertEqual((result["ended"], result["epochs_run"], result["weights_epoch"]), ("interrupted", 0, None))
        self.assertIn("after the last batch", err)
        self.assertEqual(self.telar("evaluate", "run").returncode, 0)

    def test_seeds_all_end(self):
        process = self.start("--seeds", "3", "--threads", "2", "--json")
        for seed in (0, 1):
            self.wait_for_epochs(self.folder / f"run/s{seed}/history.jsonl")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        runs = json.loads(out)["runs"]
        self.assertEqual([(r["seed"], r["ended"]) for r in runs], [(0, "interrupted"), (1, "interrupted")])
        self.assertEqual(sorted(p.name for p in (self.folder / "run").iterdir()), ["s0", "s1"])

    def test_second_signal_ends_the_program_at_once(self):
        # A batch that takes long, so that the first signal cannot have ended it.
        process = self.start("--set", "model.layers.2.units=200000", "--set", "fit.batch_size=240", "--threads", "1")
        for _ in range(3000):
            if (self.folder / "run/environment.json").exists():
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertFalse((self.folder / "run/result.json").exists())


if __name__ == "__main__":
    unittest.main()
