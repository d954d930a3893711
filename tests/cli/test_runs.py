"""`telar runs`: what is in the store, how two runs differ, and taking some away."""

import json
import os
import pty
import shutil
import subprocess
import unittest

from support import TELAR, ProgramTest


class Runs(ProgramTest):
    def train(self, *arguments):
        return self.document("train", "recipe.toml", *arguments)["run_dir"]

    def names(self, *arguments):
        return [run["run_dir"] for run in self.document("runs", *arguments)["runs"]]

    def test_list(self):
        first = self.train("--seed", "4")
        d = self.document("runs")
        self.assertEqual(d["schema"], "telar.runs/1")
        run, = d["runs"]
        self.assertEqual((run["run_dir"], run["recipe"], run["seed"], run["ended"]), (first, "recipe", 4, "completed"))
        result = json.loads((self.folder / first / "result.json").read_text())
        self.assertEqual((run["validation"], run["test"]), (result["validation"], result["test"]))
        self.assertEqual(run["bytes"], sum(p.stat().st_size for p in (self.folder / first).iterdir()))
        self.assertEqual(self.document("runs", "list"), d)
        text = self.telar("runs").stdout
        self.assertRegex(text, r"\Arecipe +seed +time +validation +test +ended +size  folder\n")
        self.assertIn(f"accuracy {run['test']['accuracy']:.4f}", text)
        self.assertRegex(text, r"\n1 run, [\d.]+ [kM]?B\n\Z")

    def test_nothing_to_list(self):
        self.assertEqual(self.document("runs"), {"schema": "telar.runs/1", "runs": []})
        self.assertEqual(self.telar("runs").stdout, "No runs in runs.\n")

    def test_filters(self):
        one = self.train()
        (self.folder / "other.toml").write_text('extends = "recipe.toml"\n')
        two = self.document("train", "other.toml")["run_dir"]
        self.assertEqual(self.names("list", "--recipe", "other"), [two])
        self.assertEqual(self.names("--ended", "completed"), sorted([one, two]))
        self.assertEqual(self.names("--ended", "diverged"), [])
        self.assertEqual(self.names("--older-than", "1"), [])
        shutil.move(self.folder / one, self.folder / "moved")
        (self.folder / "store").mkdir()
        shutil.move(self.folder / "moved", self.folder / "store/moved")
        self.assertEqual(self.names("--dir", "store"), ["store/moved"])

    def test_folders_of_seeds_are_looked_into(self):
        self.document("train", "recipe.toml", "--seeds", "2", "--out", "runs/many")
        self.assertEqual(self.names(), ["runs/many/s0", "runs/many/s1"])

    def test_damaged_and_unfinished_runs_are_shown_as_such(self):
        runs = {name: self.train("--out", f"runs/{name}") for name in ("a", "b", "c", "d")}
        (self.folder / runs["a"] / "result.json").write_text('{"schema":')
        (self.folder / runs["b"] / "result.json").unlink()
        (self.folder / runs["c"] / "recipe.toml").unlink()
        environment = self.folder / runs["d"] / "environment.json"
        environment.write_text(environment.read_text().replace('"recipe": "recipe"', '"recipe": "\\u001b[31mred\\u0007"'))
        (self.folder / "runs/notes").mkdir()
        (self.folder / "runs/notes/recipe.toml").write_text("mine")
        found = {run["run_dir"]: (run["ended"], run.get("problem")) for run in self.document("runs")["runs"]}
        self.assertEqual(found, {"runs/a": ("damaged", "result.json is no telar.train/1"), "runs/b": ("unfinished", None),
                                 "runs/c": ("damaged", "it has no recipe.toml"), "runs/d": ("completed", None)})
        text = self.telar("runs").stdout
        self.assertIn("?[31mred?", text)
        self.assertNotIn("\x1b", text)

    def test_diff(self):
        one, two = self.train("--out", "one"), self.train("--out", "two", "--set", "fit.epochs=2", "--set", "fit.steps_per_epoch=5")
        d = self.document("runs", "diff", one, two)
        self.assertEqual(d, {"schema": "telar.runs_diff/1", "first": "one", "second": "two",
                             "differences": [{"key": "fit.epochs", "first": "3", "second": "2"},
                                             {"key": "fit.steps_per_epoch", "first": None, "second": "5"}]})
        text = self.telar("runs", "diff", one, two).stdout
        self.assertRegex(text, r"\Akey +one  two\nfit\.epochs +3  2\nfit\.steps_per_epoch +-  5\n\Z")
        self.assertEqual(self.telar("runs", "diff", one, "recipe.toml").stdout, "Their recipes say the same.\n")
        self.assert_refused(5, "runs", "diff", one, "data", says=["data"])
        self.assert_refused(2, "runs", "diff", one, says=["RUN"])

    def test_prune(self):
        keep, gone = self.train("--seed", "1"), self.train("--seed", "2")
        (self.folder / gone / "result.json").unlink()
        self.assert_refused(2, "runs", "prune", "--ended", "unfinished", says=["1 run, ", "nothing was", "--yes"])
        d = self.document("runs", "prune", "--ended", "unfinished", "--yes")
        self.assertEqual((d["schema"], d["deleted"]), ("telar.runs_prune/1", [gone]))
        self.assertGreater(d["bytes"], 1000)
        self.assertEqual(self.names(), [keep])
        done = self.telar("runs", "prune", keep, "--yes")
        self.assertRegex(done.stdout, r"\Adeleted  runs/\S+  [\d.]+ [kM]B\n1 run, ")
        self.assertFalse((self.folder / keep).exists())
        self.assertEqual(self.telar("runs", "prune", "--recipe", "recipe").stdout, "Nothing was deleted.\n")

    def test_prune_takes_names_or_a_choice(self):
        run = self.train()
        self.assert_refused(2, "runs", "prune", run, "--ended", "diverged", "--yes", says=["named", "chosen"])
        self.assertTrue((self.folder / run).exists())
        self.assertEqual(self.document("runs", "prune", run, run + "/", "./" + run, "--yes")["deleted"], [run], "each once")

    def test_prune_says_what_it_deleted_before_it_had_to_stop(self):
        first, second = self.train("--seed", "1"), self.train("--seed", "2")
        if os.geteuid() == 0:
            self.become_nobody()  # root may delete anything
        for path, mode in (("runs", 0o777), (first, 0o777), (second, 0o555)):
            (self.folder / path).chmod(mode)
        done = self.telar("runs", "prune", first, second, "--yes")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("deleted  " + first, done.stdout)
        self.assertIn("cannot delete the run", done.stderr)
        (self.folder / second).chmod(0o755)

    def test_prune_asks_on_a_terminal(self):
        run = self.train()
        for answer, left in ((b"n\n", True), (b"\n", True), (b"y\n", False)):
            leader, follower = pty.openpty()
            process = subprocess.Popen([TELAR, "runs", "prune", "--recipe", "recipe"], cwd=self.folder, env=self.environment,
                                       stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            os.write(leader, answer)
            out, err = process.communicate(timeout=60)
            os.close(leader)
            os.close(follower)
            self.assertEqual(process.returncode, 0, err)
            self.assertRegex(err, r"Delete 1 run, [\d.]+ [kM]?B\? \[y/N\] \Z")
            self.assertEqual(out.startswith("Nothing was deleted."), left, out)
            self.assertEqual((self.folder / run).exists(), left)

    def test_prune_deletes_nothing_but_runs(self):
        run = self.train("--out", "real/run")
        (self.folder / "notes").mkdir()
        (self.folder / "notes/recipe.toml").write_text("mine")
        os.symlink(self.folder / run, self.folder / "link")
        (self.folder / "runs").mkdir()
        os.symlink(self.folder / run, self.folder / "runs/link")
        for path in ("notes", "data", "link", "link/", ".", "recipe.toml", "missing"):
            self.assert_refused(2, "runs", "prune", path, "--yes", says=["not a run folder"])
        self.assert_refused(2, "runs", "prune", run, "notes", "--yes", says=["not a run folder"])
        self.assert_refused(2, "runs", "prune", "--yes", says=["which runs?"])
        self.assertEqual(self.telar("runs", "prune", "--ended", "completed", "--yes").stdout, "Nothing was deleted.\n")
        self.assertTrue((self.folder / run / "model.keras").exists())

    def test_a_run_that_is_being_trained_is_shown_and_stays(self):
        process = subprocess.Popen([TELAR, "train", "recipe.toml", "--out", "runs/busy", "--set", "fit.epochs=1000000", "-q"],
                                   cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while not (self.folder / "runs/busy/history.jsonl").exists():
            pass
        self.assertEqual([run["ended"] for run in self.document("runs")["runs"]], ["training"])
        self.assertEqual(self.telar("runs", "prune", "runs/busy", "--yes").stdout, "Nothing was deleted.\n")
        self.assertTrue((self.folder / "runs/busy").exists())


if __name__ == "__main__":
    unittest.main()
