"""`telar tune`: a study from search.toml to the proof, durable, and what it refuses before anything trains."""

import json
import os
import shutil
import signal
import statistics
import subprocess
import time
import unittest

from support import TELAR, ProgramTest

SPACE = """
[search.space]
"compile.optimizer.learning_rate" = { log = [1e-5, 1e-1] }
"model.layers.2.units" = { int = [4, 32], log = true }
"fit.batch_size" = { choice = [16, 32] }
"""


class Tune(ProgramTest):
    def setUp(self):
        super().setUp()
        recipe = (self.folder / "recipe.toml").read_text()
        slow = recipe.replace("learning_rate = 0.01", "learning_rate = 0.0001")
        self.search = slow.replace("epochs = 3", "epochs = 9") + SPACE
        (self.folder / "search.toml").write_text(self.search)

    def study(self, *options):
        return self.document("tune", "search.toml", *options)

    def test_a_study_from_the_search_to_the_proof(self):
        d = self.study("--trials", "12", "--out", "study")
        self.assertEqual((d["schema"], d["ended"], d["trials_asked"]), ("telar.tune/1", "trials", 12))
        self.assertEqual(json.loads((self.folder / "study/tuning.json").read_text()), d)
        self.assertEqual(d["objectives"], [{"name": "val_accuracy", "more_is_better": True}])
        self.assertEqual(d["rungs"], [1, 3, 9])
        self.assertEqual(len(d["trials"]), 12)
        self.assertEqual(d["trials"][0]["values"], {"compile.optimizer.learning_rate": 0.0001, "model.layers.2.units": 16,
                                                    "fit.batch_size": "32"}, "trial 0 is the recipe itself")
        ranked = sorted((t for t in d["trials"] if t["rank"] is not None), key=lambda t: t["rank"])
        self.assertEqual([t["rank"] for t in ranked], list(range(len(ranked))))
        half = len(ranked) // 2  # what is near by changes the order, but does not turn it round
        self.assertGreater(*(statistics.mean(t["estimate"][0] for t in part) for part in (ranked[:half], ranked[half:])))
        # The finalists were trained in full on seeds that the search did not use, the proof on others.
        for finalist in d["finalists"]:
            self.assertEqual([r["seed"] for r in finalist["runs"]], [1, 2])
            self.assertAlmostEqual(finalist["mean"], sum(r["value"] for r in finalist["runs"]) / 2, places=8)
        means = [f["mean"] for f in d["finalists"]]
        self.assertEqual(means, sorted(means, reverse=True))
        proof = d["proof"]
        self.assertEqual((proof["schema"], proof["baseline"]), ("telar.compare/1", "default"))
        change, = proof["changes"]
        self.assertEqual([r["seed"] for r in change["runs"]], [3, 4, 5, 6, 7, 8])
        self.assertEqual(change["verdict"], "better", "a rate of 0.0001 learns next to nothing in nine epochs")
        # best.toml is a recipe like any other.
        self.assertEqual(d["best"]["trial"], d["finalists"][0]["trial"])
        run = self.document("train", "study/best.toml", "--seed", "3", "--out", "again")
        self.assertEqual(run["validation"]["accuracy"], change["runs"][0]["value"])
        keys = {x["key"] for x in d["best"]["differences"]}
        self.assertTrue(keys <= {"compile.optimizer.learning_rate", "model.layers.2.units", "fit.batch_size"}, keys)

    def test_the_test_set_is_read_by_the_proof_alone(self):
        self.study("--trials", "6", "--out", "study")
        read = {p.parent.name: json.loads(p.read_text()) for p in (self.folder / "study/runs").glob("*/result.json")}
        self.assertTrue(read)
        for name, result in read.items():
            proving = name.rsplit("-s", 1)[1] not in ("1", "2")
            self.assertEqual(bool(result.get("test")), proving, name)

    def test_one_worker_finds_the_same_again(self):
        a = self.study("--trials", "8", "--threads", "1", "--out", "a")
        b = self.study("--trials", "8", "--threads", "1", "--out", "b")
        for x, y in zip(a["trials"], b["trials"]):
            self.assertEqual((x["values"], x["estimate"]), (y["values"], y["estimate"]))
        self.assertEqual(a["proof"]["changes"][0]["delta"], b["proof"]["changes"][0]["delta"])

    def test_a_budget_of_time(self):
        began = time.monotonic()
        d = self.study("--budget", "4s", "--out", "study")
        self.assertEqual((d["ended"], d["budget_seconds"]), ("budget", 4))
        self.assertLess(time.monotonic() - began, 40)
        self.assertGreater(len(d["trials"]), 2)

    def test_a_search_that_is_over_is_not_begun_again(self):
        first = self.study("--budget", "3s", "--out", "study")
        last = (self.folder / "study/trials.jsonl").read_text().splitlines()[-1]
        self.assertTrue(json.loads(last)["search_ended"])
        (self.folder / "study/tuning.json").unlink()
        again = self.study("--budget", "3s", "--out", "study", "--resume")
        self.assertEqual([t["values"] for t in again["trials"]], [t["values"] for t in first["trials"]])

    def test_a_killed_study_goes_on(self):
        whole = self.study("--trials", "10", "--threads", "1", "--out", "whole")
        process = subprocess.Popen([TELAR, "tune", "search.toml", "--trials", "10", "--threads", "1", "-q"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        journal = []
        while not (journal and journal[0].read_bytes().count(b"\n") >= 8):
            self.assertLess(time.monotonic(), deadline, "no trials")
            self.assertIsNone(process.poll(), "it ended before it could be killed")
            journal = list((self.folder / "runs").glob("*-tune-search/trials.jsonl"))
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = journal[0].read_bytes()
        resumed = self.study("--trials", "10", "--threads", "1", "--resume")
        self.assertEqual(os.path.realpath(self.folder / resumed["study_dir"]), os.path.realpath(journal[0].parent))
        self.assertTrue(journal[0].read_bytes().startswith(before[:before.rindex(b"\n") + 1]), "nothing was overwritten")
        for a, b in zip(whole["trials"], resumed["trials"]):
            self.assertEqual((a["values"], a["estimate"]), (b["values"], b["estimate"]))
        self.assertEqual(whole["proof"]["changes"][0]["delta"], resumed["proof"]["changes"][0]["delta"])
        # Now it is finished: there is nothing to go on with.
        again = self.telar("tune", "search.toml", "--resume")
        self.assertEqual(again.returncode, 2)
        self.assertIn("there is no unfinished study", again.stderr)

    def test_ctrl_c_leaves_a_study_to_go_on_with(self):
        process = subprocess.Popen([TELAR, "tune", "search.toml", "--budget", "1h", "--json"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        while not any(j.read_bytes().count(b"\n") >= 6 for j in (self.folder / "runs").glob("*/trials.jsonl")):
            self.assertLess(time.monotonic(), deadline, "no trials")
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(json.loads(out)["ended"], "interrupted")
        self.assertEqual(self.study("--trials", "8", "--resume")["ended"], "trials")

    def test_a_study_that_was_cut_off_while_choosing_goes_on(self):
        whole = self.study("--trials", "8", "--threads", "1", "--out", "whole")
        self.study("--trials", "8", "--threads", "1", "--out", "cut")
        cut = self.folder / "cut"
        (cut / "tuning.json").unlink()
        (cut / "best.toml").unlink()
        runs = sorted(p for p in (cut / "runs").iterdir() if p.is_dir())
        for run in runs[1:]:
            shutil.rmtree(run)
        # What a signal leaves of a run is no result.
        result = json.loads((runs[0] / "result.json").read_text())
        result["ended"], result["validation"] = "interrupted", None
        (runs[0] / "result.json").write_text(json.dumps(result))
        resumed = self.study("--trials", "8", "--threads", "1", "--resume", "--out", "cut")
        self.assertEqual(len(resumed["trials"]), 8)
        self.assertEqual(resumed["problems"], [])
        for a, b in zip(whole["finalists"], resumed["finalists"]):
            self.assertEqual((a["trial"], a["mean"]), (b["trial"], b["mean"]))
        self.assertEqual(whole["proof"]["changes"][0]["delta"], resumed["proof"]["changes"][0]["delta"])

    def test_a_hostile_journal_is_refused(self):
        self.study("--trials", "4", "--threads", "1", "--out", "study")
        journal = self.folder / "study/trials.jsonl"
        (self.folder / "study/tuning.json").unlink()
        good = journal.read_text().splitlines()

        def refused(change, *words):
            lines = [json.loads(line) for line in good]
            last = max(i for i, line in enumerate(lines) if line.get("trial") == 3)
            change(lines[last])
            journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
            result = self.telar("tune", "search.toml", "--trials", "4", "--resume", "--out", "study")
            self.assertEqual((result.returncode, result.stdout), (5, ""), result.stderr)
            for word in ("trials.jsonl", *words):
                self.assertIn(word, result.stderr)

        refused(lambda t: t.update(first_rung=2 ** 31 - 1), "damaged")
        refused(lambda t: t.update(first_rung=9), "trial 3", "first rung")
        refused(lambda t: t.update(trial=1e300), "damaged")
        refused(lambda t: t["values"].update({"fit.batch_size": "17"}), "trial 3", "fit.batch_size")
        refused(lambda t: t["values"].update({"x": 1}), "trial 3", "outside the space")
        refused(lambda t: t["rungs"][0].update(values=[1.0, 2.0]), "trial 3", "a rung")
        refused(lambda t: t["rungs"][-1].update(epochs=10 ** 9), "trial 3", "longer")
        refused(lambda t: t["rungs"][0].update(values=None), "damaged")

    def test_few_points_are_no_rivals_of_themselves(self):
        space = '[search.space]\n"fit.batch_size" = { choice = [16, 32] }\n'
        (self.folder / "search.toml").write_text(self.search.replace(SPACE, space))
        d = self.study("--trials", "9", "--out", "study")
        self.assertEqual(len(d["finalists"]), 1, "besides the default there is one recipe")
        self.assertEqual([x["key"] for x in d["best"]["differences"]], ["fit.batch_size"])

    def test_divergence_is_a_result(self):
        space = '[search.space]\n"compile.optimizer" = { choice = { adam = { type = "Adam", learning_rate = 0.0001 }, hot = { type = "SGD", learning_rate = 1e30 } } }\n'
        (self.folder / "search.toml").write_text(self.search.replace(SPACE, space))
        d = self.study("--trials", "8", "--out", "study")
        ended = {t["ended"] for t in d["trials"] if t["values"].get("compile.optimizer") == "hot"}
        self.assertEqual(ended, {"diverged"})
        self.assertIn("not finite", next(t["reason"] for t in d["trials"] if t["ended"] == "diverged"))

    def test_several_objectives_and_a_cap(self):
        (self.folder / "search.toml").write_text(self.search.replace(
            "[search.space]", '[search]\nobjectives = ["val_accuracy", "weights"]\nmax_weights = 1200\n[search.space]'))
        d = self.study("--trials", "14", "--out", "study")
        self.assertTrue(all(t["weights"] <= 1200 for t in d["trials"] if t["rungs"]))
        self.assertTrue(all(t["weights"] > 1200 for t in d["trials"] if t["ended"] == "over_cap"))
        front = [d["trials"][i]["estimate"] for i in d["front"]]
        for a in front:
            self.assertFalse(any(b[0] > a[0] and b[1] < a[1] for b in front))

    def test_layers_that_are_repeated(self):
        space = '[search.space]\n"model.layers.2" = { repeat = [0, 3] }\n'
        (self.folder / "search.toml").write_text(self.search.replace(SPACE, space))
        d = self.study("--trials", "8", "--out", "study")
        weights = {t["values"]["model.layers.2"]: t["weights"] for t in d["trials"]}
        self.assertEqual(weights[0], 64 * 4 + 4)
        for copies, count in weights.items():
            if copies > 0:
                self.assertEqual(count, 64 * 16 + 16 + (copies - 1) * (16 * 16 + 16) + 16 * 4 + 4)

    def test_mistakes_are_told_before_anything_trains(self):
        def refused(old, new, *words, options=("--trials", "3")):
            (self.folder / "search.toml").write_text(self.search.replace(old, new))
            result = self.telar("tune", "search.toml", *options)
            self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
            for word in words:
                self.assertIn(word, result.stderr)
            self.assertNotIn("Traceback", result.stderr)
            self.assertFalse((self.folder / "runs").exists(), "nothing is left behind")

        line = self.search[:self.search.index("[search.space]")].count("\n") + 2
        refused("log = [1e-5, 1e-1]", "log = [1e-1, 1e-5]", f"search.toml:{line}:1", "the range is reversed")
        refused("choice = [16, 32]", "choice = []", f"search.toml:{line + 2}:1", "the choice is empty")
        refused('"model.layers.2.units"', '"model.layers.2.unit"', f"search.toml:{line + 1}:1", "did you mean \"units\"?")
        refused("[search.space]", "[serch.space]", "there is no [search]")
        refused("validation = { first = 60 }", "", "validation")
        refused("int = [4, 32]", "int = [4, 32], when = { x = \"y\" }", f"search.toml:{line + 1}:1", "which is no parameter")
        refused('"model.layers.2.units" = { int = [4, 32], log = true }', '"model.layers.3.units" = { int = [2, 9] }',
                "model.layers.3.units", "classes")
        refused("[search.space]", '[search]\nobjectives = ["val_acuracy"]\n[search.space]', "val_acuracy")
        refused("[search.space]", '[search.space]\nseed = { int = [1, 9] }', f"search.toml:{line}:1", "cannot be open")
        refused("[search.space]", '[search.space]\n"data.validation.first" = { int = [1, 9] }', "cannot be open")
        refused("[search.space]", '[search.space]\n"model.layers.1-2" = { repeat = [0, 2] }\n"model.layers.2" = { repeat = [0, 2] }',
                f"search.toml:{line + 1}:1", "its layers are also those of model.layers.1-2")
        refused("[search.space]", '[search]\nobjectives = ["val_loss"]\n[search.space]\nloss = { at = "compile.loss", choice = { '
                'plain = "sparse_categorical_crossentropy", soft = { type = "SparseCategoricalCrossentropy", label_smoothing = 0.1 } } }',
                "loss")
        refused("int = [4, 32]", "int = [4, 9007199254740993]", "out of range")
        refused("", "", "is no time such as", options=("--budget", "soon"))

    def test_help_and_progress(self):
        self.assertIn("--budget", self.telar("tune", "--help").stdout)
        result = self.telar("tune", "search.toml", "--trials", "4", "--out", "study")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"trial 0: 0\.\d{4} after 1 epoch")
        self.assertIn("best.toml", result.stdout)
        self.assertEqual(self.telar("tune", "search.toml", "--trials", "4", "--out", "other", "-q").stderr, "")


if __name__ == "__main__":
    unittest.main()
