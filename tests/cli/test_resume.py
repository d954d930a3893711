"""`telar train --resume`: goes on where a run was cut off, and only where it is the same run."""

import json
import resource
import shutil
import signal
import subprocess
import time
import unittest

from support import TELAR, ProgramTest, available_isas

LONG = ["--set", "fit.epochs=1500"]
OPTIONS = [*LONG, "--set", "fit.callbacks=[{ type = 'ReduceLROnPlateau', monitor = 'loss', patience = 3, factor = 0.9 }]"]


class Resume(ProgramTest):
    def interrupt(self, *arguments):
        """Trains into run/ until there is a checkpoint, then says SIGINT."""
        process = subprocess.Popen([TELAR, "train", "recipe.toml", "--out", "run", "--json", "--checkpoint-every", "500",
                                    *OPTIONS, *arguments], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        for _ in range(6000):
            if list(self.folder.glob("run/checkpoints/*.checkpoint")):
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        return json.loads(out), err

    def same(self, result, whole):
        for key in ("ended", "epochs_run", "history", "validation", "test", "intervals", "confusion", "weights_sha256"):
            self.assertEqual(result[key], whole[key], key)
        self.assertEqual(len(result["epoch_seconds"]), len(whole["epoch_seconds"]))

    def test_an_interrupted_run_ends_as_if_it_had_not_been(self):
        whole = self.document("train", "recipe.toml", "--out", "whole", *OPTIONS)
        cut, err = self.interrupt("--threads", "2")
        self.assertEqual(cut["ended"], "interrupted")
        self.assertIn("`telar train run --resume` goes on", err)
        shutil.copytree(self.folder / "run", self.folder / "copy")
        result = self.document("train", "run", "--resume", "--threads", "1", TELAR_ISA=available_isas()[0])
        self.same(result, whole)
        self.assertEqual((self.folder / "run/history.jsonl").read_text(), (self.folder / "whole/history.jsonl").read_text())
        self.assertEqual((self.folder / "run/model.keras").read_bytes(), (self.folder / "whole/model.keras").read_bytes())
        self.assertFalse((self.folder / "run/checkpoints").exists(), "nothing is left to go on from")
        # The recipe's own words, and the folder by --out.
        self.same(self.document("train", "recipe.toml", *OPTIONS, "--out", "copy", "--resume"), whole)

    def test_a_run_that_has_ended_says_what_it_said(self):
        first = self.document("train", "recipe.toml", "--out", "run")
        self.assertEqual(self.document("train", "run", "--resume"), first)
        self.assertIn("completed", self.telar("train", "run", "--resume").stdout)

    def test_a_run_that_was_never_begun_is_begun(self):
        first = self.document("train", "recipe.toml", "--out", "run")
        self.assertEqual(self.document("train", "recipe.toml", "--out", "other", "--resume")["weights_sha256"],
                         first["weights_sha256"])

    def test_a_run_that_was_killed_before_it_had_told_its_environment_tells_it(self):
        first = self.document("train", "recipe.toml", "--out", "run")
        (self.folder / "cut").mkdir()
        shutil.copy(self.folder / "run/recipe.toml", self.folder / "cut")
        self.assertEqual(self.document("train", "cut", "--resume")["weights_sha256"], first["weights_sha256"])
        of_run, of_cut = (json.loads((self.folder / f"{run}/environment.json").read_text()) for run in ("run", "cut"))
        self.assertEqual(of_cut["data"], of_run["data"])

    def test_another_recipe_or_other_data_are_refused(self):
        self.interrupt()
        self.assert_refused(2, "train", "recipe.toml", "--out", "run", "--resume",
                            says=["fit.epochs = 3, but the run has 1500", "telar train run --resume"])
        self.assert_refused(2, "train", "run", "--resume", "--seed", "4", says=["seed = 4, but the run has 0"])
        self.assert_refused(2, "train", "run", "--resume", "--set", "model.layers.2.units=17",
                            says=["model.layers.2.units = 17, but the run has 16"])
        labels = self.folder / "data" / "train-labels-idx1-ubyte"
        bytes_of_labels = labels.read_bytes()
        labels.write_bytes(bytes_of_labels[:-1] + bytes([(bytes_of_labels[-1] + 1) % 4]))
        self.assert_refused(5, "train", "run", "--resume", says=["other samples"])

    def test_what_cannot_be_resumed_is_refused(self):
        self.assert_refused(2, "train", "recipe.toml", "--resume", says=["which run?", "--out"])
        self.assert_refused(5, "train", "data", "--resume", says=["recipe.toml"])
        self.assert_refused(2, "train", "data", "--out", "run", "--resume", says=["--out", "run folder"])
        for wish in ("-1", "often", "3h", "0.5"):
            self.assert_refused(2, "train", "recipe.toml", "--checkpoint-every", wish, says=["--checkpoint-every", "30s"])

    def test_a_run_with_a_checkpoint_that_is_damaged_goes_on_from_the_one_before(self):
        whole = self.document("train", "recipe.toml", "--out", "whole", *OPTIONS)
        self.interrupt()
        files = sorted(self.folder.glob("run/checkpoints/*.checkpoint"))
        self.assertEqual(len(files), 2)
        files[1].write_bytes(files[1].read_bytes()[:-1])
        done = self.telar("train", "run", "--resume", "--json")
        self.assertIn(f"going on from {files[0].name}", done.stderr)
        self.assertEqual(json.loads(done.stdout)["weights_sha256"], whole["weights_sha256"])

    def test_a_run_goes_on_where_it_was_also_if_it_shall_leave_no_more_checkpoints(self):
        whole = self.document("train", "recipe.toml", "--out", "whole", *OPTIONS)
        cut, _ = self.interrupt()
        result = self.document("train", "run", "--resume", "--checkpoint-every", "0")
        self.same(result, whole)
        self.assertGreater(cut["epochs_run"], 0)

    def test_many_seeds_need_few_open_files(self):
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        done = subprocess.run([TELAR, "train", "recipe.toml", "--seeds", "40", "--set", "fit.epochs=1", "--out", "s", "-q"],
                              cwd=self.folder, env=self.environment, capture_output=True, text=True, preexec_fn=few)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_two_trainings_cannot_have_one_folder(self):
        process = subprocess.Popen([TELAR, "train", "recipe.toml", "--out", "run", "--set", "fit.epochs=1000000"],
                                   cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        while not (self.folder / "run/history.jsonl").exists():
            time.sleep(0.01)
        done = self.telar("train", "run", "--resume")
        self.assertEqual(done.returncode, 2)
        self.assertIn("another process is training", done.stderr)

    def test_without_checkpoints_an_interrupt_leaves_none(self):
        process = subprocess.Popen([TELAR, "train", "recipe.toml", "--out", "run", "--checkpoint-every", "0", "--set",
                                    "fit.epochs=1000000"], cwd=self.folder, env=self.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        while not (self.folder / "run/history.jsonl").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        self.assertFalse((self.folder / "run/checkpoints").exists())


if __name__ == "__main__":
    unittest.main()
