"""`telar compare`: verdicts, documents, what is used again, and what is refused."""

import json
import re
import signal
import subprocess
import time
import unittest

from support import TELAR, ProgramTest, write_data

SLOWER = """
extends = "recipe.toml"
[compile]
optimizer = { learning_rate = 1e-5 }
"""
SAME = """
extends = "recipe.toml"
[model]
layers = [
  { type = "Rescaling", scale = 0.00392156862745098 },
  { type = "Flatten" },
  { type = "Dense", units = 16, activation = "relu" },
  { type = "Activation", activation = "linear" },
  { type = "Dense", units = 4, activation = "softmax" },
]
"""
DIVERGING = """
extends = "recipe.toml"
[model]
layers = [
  { type = "Flatten" },
  { type = "Dense", units = 16 },
  { type = "Dense", units = 4, activation = "softmax" },
]
[compile]
optimizer = { type = "SGD", learning_rate = 1e10 }
"""

# After 96 steps its moving averages have moved by 1 %.
LAGGING = """
extends = "recipe.toml"
[model]
layers = [
  { type = "Rescaling", scale = 0.00392156862745098 },
  { type = "Flatten" },
  { type = "Dense", units = 16 },
  { type = "BatchNormalization", momentum = 0.9999 },
  { type = "ReLU" },
  { type = "Dense", units = 4, activation = "softmax" },
]
"""


SHAKING = """
extends = "recipe.toml"
[compile]
optimizer = { learning_rate = %s }
[fit]
epochs = 12
"""


class Compare(ProgramTest):
    def setUp(self):
        super().setUp()
        for name, text in (("slower", SLOWER), ("same", SAME), ("diverging", DIVERGING), ("lagging", LAGGING),
                           ("shaking", SHAKING % 0.1), ("shaking-more", SHAKING % 0.2)):
            (self.folder / f"{name}.toml").write_text(text)

    def runs(self):
        return sorted(p.name for p in (self.folder / "runs").iterdir() if re.search(r"-s\d+(-\d+)?$", p.name))

    def test_a_change_that_is_worse(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6", "--out", "study")
        self.assertEqual((d["schema"], d["baseline"], d["metric"], d["ended"]),
                         ("telar.compare/1", "recipe", "val_accuracy", "settled"))
        change, = d["changes"]
        self.assertEqual(list(change)[:7], ["recipe", "verdict", "delta", "interval", "p", "seeds", "seeds_needed"])
        self.assertEqual((change["recipe"], change["verdict"], change["seeds"], change["seeds_needed"]),
                         ("slower", "worse", 6, None))
        self.assertEqual(change["p"], 2 / 2 ** 6)
        self.assertLess(change["interval"][0], change["delta"])
        self.assertLess(change["delta"], change["interval"][1])
        self.assertLess(change["interval"][1], 0)
        self.assertEqual(json.loads((self.folder / "study/comparison.json").read_text()), d)
        self.assertEqual([(x["key"], x["baseline"], x["change"]) for x in change["differences"]],
                         [("compile.optimizer.learning_rate", "0.01", "1e-05")])

    def test_the_values_are_those_of_the_runs_paired_by_seed(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6", "--set", "seed=3")
        change = d["changes"][0]
        pairs = list(zip(d["baseline_runs"]["runs"], change["runs"]))
        self.assertEqual([(a["seed"], b["seed"]) for a, b in pairs], [(s, s) for s in range(3, 9)])
        for run in (*d["baseline_runs"]["runs"], *change["runs"]):
            result = json.loads((self.folder / run["run_dir"] / "result.json").read_text())
            self.assertEqual((result["seed"], result["ended"]), (run["seed"], run["ended"]))
            self.assertEqual((result["validation"]["accuracy"], result["test"]["accuracy"]), (run["value"], run["test"]))
        self.assertAlmostEqual(change["delta"], sum(b["value"] - a["value"] for a, b in pairs) / 6, places=8)
        self.assertAlmostEqual(change["test"]["delta"], sum(b["test"] - a["test"] for a, b in pairs) / 6, places=8)

    def test_initial_weights_and_batches_are_shared_where_shapes_agree(self):
        d = self.document("compare", "recipe.toml", "same.toml", "--seeds", "6")
        change, = d["changes"]
        self.assertEqual((change["verdict"], change["delta"], change["share_better"]), ("equivalent", 0, 0.5))
        for a, b in zip(d["baseline_runs"]["runs"], change["runs"]):
            hashes = [json.loads((self.folder / r["run_dir"] / "result.json").read_text())["weights_sha256"] for r in (a, b)]
            self.assertEqual(*hashes, "a layer that does nothing leaves every bit as it was")
        self.assertTrue(all(i["gained"] == i["lost"] == 0 and i["p_mcnemar"] == 1 for i in change["test"]["images"]))

    def test_a_run_of_a_comparison_is_the_run_that_train_makes(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        alone = self.document("train", "slower.toml", "--seed", "1", "--out", "alone")
        run = d["changes"][0]["runs"][1]
        result = json.loads((self.folder / run["run_dir"] / "result.json").read_text())
        for key in ("seed", "history", "validation", "test", "confusion", "weights_sha256"):
            self.assertEqual(result[key], alone[key], key)
        self.assertEqual(self.document("evaluate", run["run_dir"])["test"], result["test"])

    def test_test_images_that_were_gained_and_lost(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        change = d["changes"][0]
        for a, b, images in zip(d["baseline_runs"]["runs"], change["runs"], change["test"]["images"]):
            self.assertEqual(images["gained"] - images["lost"], round(100 * (b["test"] - a["test"])))
        self.assertLess(change["test"]["p_images"], 0.01)

    def test_finished_seeds_are_used_again(self):
        first = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6")
        before = self.runs()
        again = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "7")
        self.assertEqual([r["reused"] for r in again["changes"][0]["runs"]], [True] * 6 + [False])
        self.assertEqual(len(self.runs()), len(before) + 2)
        self.assertEqual([r["value"] for r in first["baseline_runs"]["runs"]],
                         [r["value"] for r in again["baseline_runs"]["runs"]][:6])
        # What `telar train` made is as good.
        self.document("train", "recipe.toml", "--seed", "7")
        third = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "8")
        self.assertEqual(third["baseline_runs"]["runs"][7]["reused"], True)

    def test_other_recipes_samples_or_damaged_runs_are_not_used(self):
        self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        other = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2", "--set", "fit.epochs=2")
        self.assertFalse(any(r["reused"] for r in other["baseline_runs"]["runs"]))
        for path in (self.folder / "runs").glob("*-s0/result.json"):
            path.write_text("{")
        damaged = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        self.assertEqual([r["reused"] for r in damaged["baseline_runs"]["runs"]], [False, True])
        for file in (self.folder / "data").iterdir():
            file.unlink()
        (self.folder / "data").rmdir()
        write_data(self.folder / "data", train=310)
        fresh = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        self.assertFalse(any(r["reused"] for r in fresh["baseline_runs"]["runs"]))

    def test_a_run_whose_result_lacks_the_metric_is_made_anew(self):
        first = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        file = self.folder / first["baseline_runs"]["runs"][0]["run_dir"] / "result.json"
        result = json.loads(file.read_text())
        result["validation"] = None
        file.write_text(json.dumps(result))
        again = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        self.assertEqual([r["reused"] for r in again["baseline_runs"]["runs"]], [False, True])
        self.assertEqual(again["baseline_runs"]["failed"], 0)

    def test_a_damaged_network_costs_its_reading_of_the_test_set_alone(self):
        first = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6")
        run = self.folder / first["baseline_runs"]["runs"][2]["run_dir"]
        (run / "model.keras").write_text("x")
        result = json.loads((run / "result.json").read_text())
        result["test"] = None
        (run / "result.json").write_text(json.dumps(result))
        again = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6")
        self.assertEqual((again["changes"][0]["verdict"], again["changes"][0]["seeds"]), ("worse", 6))
        self.assertEqual(again["changes"][0]["test"]["seeds"], 5)
        self.assertIn("model.keras", again["problems"][0])
        self.assertIn("The test set is not read with", self.telar("compare", "recipe.toml", "slower.toml", "--seeds", "6").stdout)

    def test_looks_end_when_all_is_settled(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "same.toml")
        self.assertEqual([look["seeds"] for look in d["looks"]], [10, 16, 24])
        self.assertEqual((d["looks_made"], d["ended"]), (1, "settled"))
        self.assertEqual([c["verdict"] for c in d["changes"]], ["worse", "equivalent"])
        self.assertEqual([c["seeds"] for c in d["changes"]], [10, 10])
        self.assertEqual(len(self.runs()), 30)

    def test_looks_go_on_for_what_is_not_settled_alone(self):
        # Another initial value of the last bias is neither better nor worse, but no two trainings are the same.
        (self.folder / "other.toml").write_text('extends = "recipe.toml"\n[fit]\nbatch_size = 31\n')
        d = self.document("compare", "recipe.toml", "slower.toml", "other.toml", "--band", "0")
        slower, other = d["changes"]
        self.assertEqual((slower["verdict"], slower["seeds"]), ("worse", 10))
        self.assertGreaterEqual(other["seeds"], 10)
        self.assertEqual(other["seeds"], d["looks"][d["looks_made"] - 1]["seeds"])
        if other["verdict"] == "undecided":
            self.assertEqual((d["looks_made"], d["ended"], other["seeds"]), (3, "undecided", 24))
            self.assertGreater(other["seeds_needed"] or 25, 24)

    def test_too_few_seeds_give_no_verdict(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "5")
        change, = d["changes"]
        self.assertEqual((change["verdict"], change["too_few_seeds"], change["seeds_needed"]), ("undecided", True, 6))
        done = self.telar("compare", "recipe.toml", "slower.toml", "--seeds", "5")
        self.assertIn("warning: --seeds 5 gives no verdict: 1 change takes at least 6 seeds", done.stderr)
        self.assertIn("slower was tried with too few seeds for a verdict", done.stdout)

    def test_the_bootstrap_stands_beside_it_from_20_seeds_on(self):
        few = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6")["changes"][0]
        self.assertIsNone(few["bootstrap_interval"])
        for metric, sign in (("val_accuracy", -1), ("val_loss", 1)):
            many = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "20", "--metric", metric)["changes"][0]
            low, high = many["bootstrap_interval"]
            self.assertTrue(low < many["delta"] < high)
            self.assertEqual(many["verdict"], "worse")
            self.assertGreater(sign * low, 0)
            self.assertGreater(sign * high, 0)

    def test_fail_if_worse(self):
        self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6", "--fail-if-worse", code=4)
        self.document("compare", "slower.toml", "recipe.toml", "--seeds", "6", "--fail-if-worse")
        self.document("compare", "recipe.toml", "same.toml", "--seeds", "6", "--fail-if-worse")

    def test_less_is_better_of_a_loss(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6", "--metric", "val_loss")
        change, = d["changes"]
        self.assertEqual((d["more_is_better"], change["verdict"], change["share_better"]), (False, "worse", 0))
        self.assertGreater(change["interval"][0], 0, "change less baseline, as it is")

    def test_a_regression_is_judged_by_its_loss(self):
        rows = [f"{x},{x * 2 + (x * 7919) % 5}" for x in range(120)]
        (self.folder / "line.csv").write_text("x,y\n" + "\n".join(rows) + "\n")
        (self.folder / "line.toml").write_text("""
[data]
source = "csv"
train = "line.csv"
targets = ["y"]
validation = { last = 0.2 }
[model]
layers = [{ type = "Normalization" }, { type = "Dense", units = 1 }]
[compile]
loss = "mean_squared_error"
optimizer = { type = "Adam", learning_rate = 0.5 }
[fit]
epochs = 5
""")
        (self.folder / "lazy.toml").write_text('extends = "line.toml"\n[fit]\nepochs = 1\n')
        d = self.document("compare", "line.toml", "lazy.toml", "--seeds", "6")
        self.assertEqual((d["metric"], d["changes"][0]["verdict"]), ("val_loss", "worse"))
        self.assertEqual((d["changes"][0]["test"]["images"], d["changes"][0]["test"]["p_images"]), ([], None))

    def test_seeds_that_diverge_are_counted_and_decide(self):
        d = self.document("compare", "recipe.toml", "diverging.toml", "--seeds", "6", code=3)
        change, = d["changes"]
        self.assertEqual((change["verdict"], change["failed"], change["seeds"], change["delta"]), ("worse", 6, 0, None))
        self.assertEqual([r["ended"] for r in change["runs"]], ["diverged"] * 6)
        done = self.telar("compare", "recipe.toml", "diverging.toml", "slower.toml", "--seeds", "7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("diverging: 7 of 7 seeds gave no result (diverged).", done.stdout)

    def test_the_test_set_is_read_once_and_readings_are_counted(self):
        first = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        self.assertEqual(first["test_readings"], {"fresh_runs": 4, "comparisons": 1, "runs": 4})
        again = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        self.assertEqual(again["test_readings"], {"fresh_runs": 0, "comparisons": 1, "runs": 4})
        more = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "3")
        self.assertEqual(more["test_readings"], {"fresh_runs": 2, "comparisons": 2, "runs": 6})
        self.assertEqual(len((self.folder / "runs/test-readings.jsonl").read_text().splitlines()), 2)

    def test_callbacks_that_look_at_validation_data_are_named(self):
        (self.folder / "stopping.toml").write_text(
            'extends = "recipe.toml"\n[fit]\ncallbacks = [{ type = "EarlyStopping", restore_best_weights = true },'
            ' { type = "ReduceLROnPlateau", monitor = "loss" }]\n')
        d = self.document("compare", "recipe.toml", "stopping.toml", "--seeds", "2")
        self.assertEqual(d["changes"][0]["watches_validation"], ["EarlyStopping"])
        self.assertEqual(d["baseline_runs"]["watches_validation"], [])
        text = self.telar("compare", "recipe.toml", "stopping.toml", "--seeds", "2").stdout
        self.assertIn("stopping: EarlyStopping looks at validation data, so val_accuracy may flatter it", text)

    def test_what_a_person_reads(self):
        done = self.telar("compare", "recipe.toml", "slower.toml", "same.toml", "--seeds", "7")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"\Aslower is worse than recipe: val_accuracy -\d+\.\d\d pp \[-\d+\.\d\d, -\d+\.\d\d\] over 7 "
                                   r"seeds, p = 0\.016 \(p = 0\.031 with Holm\)\.\Z")
        self.assertRegex(lines[1], r"\Asame is as good as recipe: val_accuracy \+0\.00 pp .* within the band of 0\.20 pp\.\Z")
        self.assertRegex(lines[3], r"\A +seeds +val_accuracy +sd +difference +95 % interval +p +better in +on the test set  verdict\Z")
        self.assertEqual([line.split()[0] for line in lines[4:7]], ["recipe", "slower", "same"])
        self.assertIn("The test set was read once, after the verdicts; so far 1 comparison and 21 runs have a score on it.", lines)
        self.assertEqual(done.stderr.count("seed 0: completed after 3 epochs - validation loss"), 3, "progress")
        self.assertIn("slower, seed 3: completed", done.stderr)
        quiet = self.telar("compare", "recipe.toml", "slower.toml", "--seeds", "7", "-q")
        self.assertEqual(quiet.stderr, "")

    def test_recipes_with_other_samples_or_splits_are_refused(self):
        (self.folder / "split.toml").write_text('extends = "recipe.toml"\n[data]\nvalidation = { first = 50 }\n')
        self.assert_refused(2, "compare", "recipe.toml", "split.toml",
                            says=["split.toml:3:", "split has data.validation.first = 50, but recipe has 60", "same [data]"])
        write_data(self.folder / "elsewhere", train=300, test=90)
        (self.folder / "data2.toml").write_text('extends = "recipe.toml"\n[data]\ndir = "elsewhere"\n')
        self.assert_refused(2, "compare", "recipe.toml", "data2.toml",
                            says=["the test samples of data2 are not those of recipe", "data2.toml:3:1"])
        write_data(self.folder / "copy")
        (self.folder / "moved.toml").write_text('extends = "recipe.toml"\n[data]\ndir = "copy"\n')
        self.assertEqual(self.document("compare", "recipe.toml", "moved.toml", "--seeds", "2")["changes"][0]["delta"], 0)

    def test_mistakes_are_found_before_the_first_training(self):
        (self.folder / "wrong.toml").write_text('extends = "recipe.toml"\n[fit]\nepoch = 3\n')
        self.assert_refused(2, "compare", "recipe.toml", "wrong.toml", says=["wrong.toml:3:1", "epochs"])
        self.assert_refused(2, "compare", "recipe.toml", "slower.toml", "--metric", "val_f1_score",
                            says=["recipe does not measure val_f1_score", "it measures val_accuracy"])
        self.assert_refused(2, "compare", "recipe.toml", "slower.toml", "--metric", "accuracy", says=["--metric val_accuracy"])
        self.assert_refused(2, "compare", "recipe.toml", "slower.toml", "--out", "data", says=["exists and is not empty"])
        self.assert_refused(2, "compare", "recipe.toml", says=["CHANGE"])
        self.assert_refused(2, "compare", "recipe.toml", "missing.toml", says=["missing.toml"])
        (self.folder / "loss.toml").write_text(
            'extends = "recipe.toml"\n[compile]\nloss = { type = "CategoricalCrossentropy", label_smoothing = 0.1 }\n')
        self.assert_refused(2, "compare", "recipe.toml", "loss.toml", "--metric", "val_loss", says=["cannot be compared"])
        self.recipe_with("validation = { first = 60 }\n", "")
        self.assert_refused(2, "compare", "recipe.toml", "slower.toml", says=["no validation data", "validation = {"])

    def test_another_loss_is_compared_by_accuracy(self):
        (self.folder / "loss.toml").write_text(
            'extends = "recipe.toml"\n[compile]\nloss = { type = "CategoricalCrossentropy", label_smoothing = 0.1 }\n')
        d = self.document("compare", "recipe.toml", "loss.toml", "--seeds", "2")
        self.assertEqual(d["changes"][0]["seeds"], 2)
        self.assertEqual(len(d["changes"][0]["test"]["images"]), 2)

    def test_a_split_that_the_seed_draws_is_the_same_within_a_pair(self):
        split = ["--set", 'data.validation={ fraction = 0.2, order = "stratified" }']
        d = self.document("compare", "recipe.toml", "same.toml", "--seeds", "3", *split)
        self.assertEqual(d["changes"][0]["delta"], 0)
        sets = set()
        for run in d["baseline_runs"]["runs"]:
            sets.add(json.loads((self.folder / run["run_dir"] / "environment.json").read_text())["data"]["validation"]["sha256"])
        self.assertEqual(len(sets), 3)

    def mechanisms(self, change):
        return {m["mechanism"]: m for m in change["why"]["mechanisms"]}

    def test_every_run_is_measured(self):
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "6")
        change, = d["changes"]
        for run in (*d["baseline_runs"]["runs"], *change["runs"]):
            measures = json.loads((self.folder / run["run_dir"] / "measures.json").read_text())
            self.assertEqual(measures["schema"], "telar.measures/1")
            self.assertEqual(measures["validation"]["as_trained"]["accuracy"], run["value"])
            self.assertEqual([k["layer"] for k in measures["kernels"]], ["dense", "dense_1"])
            self.assertEqual([l["units"] for l in measures["layers"]], [16, 4])
        measured = {m["measure"]: m for m in change["why"]["measures"]}
        self.assertGreater(measured["update_ratio"]["baseline"], 100 * measured["update_ratio"]["change"])
        self.assertEqual(measured["update_ratio"]["seeds"], 6)
        self.assertGreater(measured["final_loss"]["delta"], 0)
        mechanisms = self.mechanisms(change)
        self.assertEqual(list(mechanisms), ["moving_statistics", "moving_weights", "raw_weights", "constant_rate", "step_size", "last_epoch"])
        self.assertIn("--explain", mechanisms["step_size"]["reason"])
        self.assertEqual(mechanisms["moving_statistics"]["finding"], "not_tested")

    def test_explain_switches_the_mechanism_off(self):
        options = ["recipe.toml", "slower.toml", "--seeds", "6", "--explain"]
        d = self.document("compare", *options)
        change, = d["changes"]
        steps = self.mechanisms(change)["step_size"]
        self.assertEqual((change["verdict"], steps["finding"]), ("worse", "consistent"))
        rate = float(steps["setting"].removeprefix("learning_rate = "))
        self.assertTrue(0.002 < rate < 0.05, rate)
        self.assertGreater(steps["accounted"]["mean"] / steps["difference"]["mean"], 0.7)
        self.assertEqual(steps["difference"]["mean"], change["delta"])
        measured = {m["measure"]: m for m in change["why"]["measures"]}
        self.assertEqual(measured["largest_stable_rate"]["seeds"], 6)
        self.assertGreater(measured["largest_stable_rate"]["baseline"], 0.01)
        self.assertGreater(measured["predicted_fall"]["change"], 0.9, "steps as short as these find what was predicted")
        self.assertLess(measured["gradient_change"]["change"], measured["gradient_change"]["baseline"])
        variants = [r for r in self.runs() if "-slower+equal-steps-" in r]
        self.assertEqual(len(variants), 6)
        folders = self.runs()
        again = self.telar("compare", *options)
        self.assertEqual(self.runs(), folders, "what was trained is used again")
        self.assertIn("steps of another size: consistent", again.stdout)

    def test_explain_tells_jitter_of_the_weights_and_of_their_moving_averages(self):
        # The same network twice: the averages do not move the weights, and are told beside them.
        d = self.document("compare", "shaking.toml", "shaking-more.toml", "--seeds", "6", "--explain", "--band", "0")
        change, = d["changes"]
        measured = {m["measure"]: m for m in change["why"]["measures"]}
        self.assertEqual(measured["jitter_averaged"]["seeds"], 6)
        self.assertLess(measured["jitter_averaged"]["change"], measured["jitter"]["change"])
        self.assertNotEqual(self.mechanisms(change)["raw_weights"]["finding"], "not_tested")
        averaged, = (self.folder / "runs").glob("*-shaking-more+moving-averages-s0")
        raw, = (self.folder / "runs").glob("*-shaking-more-s0")
        losses = [[json.loads(line)["loss"] for line in (run / "history.jsonl").read_text().splitlines()] for run in (raw, averaged)]
        self.assertEqual(*losses, "the weights are trained as they were")

    def test_statistics_that_lag_behind_are_found(self):
        d = self.document("compare", "recipe.toml", "lagging.toml", "--seeds", "6", "--set", "fit.epochs=12")
        change, = d["changes"]
        statistics = self.mechanisms(change)["moving_statistics"]
        self.assertEqual((change["verdict"], statistics["finding"]), ("worse", "consistent"))
        self.assertGreater(statistics["accounted"]["mean"] / statistics["difference"]["mean"], 0.5)

    def test_runs_without_measures_are_measured_later(self):
        self.document("train", "recipe.toml", "--seed", "0")
        d = self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        run = d["baseline_runs"]["runs"][0]
        self.assertTrue(run["reused"])
        damaged = self.folder / run["run_dir"] / "measures.json"
        whole = damaged.read_text()
        damaged.write_text(whole.replace('"kernels"', '"kernel"'))
        self.document("compare", "recipe.toml", "slower.toml", "--seeds", "2")
        self.assertEqual(json.loads(damaged.read_text()).keys(), json.loads(whole).keys())

    def test_ctrl_c_keeps_finished_seeds_and_the_same_command_goes_on(self):
        slow = ["--set", "fit.epochs=400", "--seeds", "6", "--threads", "1"]
        process = subprocess.Popen([TELAR, "compare", "recipe.toml", "slower.toml", "--json", *slow], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 300
        while len(list(self.folder.glob("runs/*/result.json"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        d = json.loads(out)
        self.assertEqual(d["ended"], "interrupted")
        self.assertEqual((d["changes"][0]["verdict"], d["test_readings"]), ("undecided", None))
        runs = d["baseline_runs"]["runs"] + d["changes"][0]["runs"]
        finished = [r for r in runs if r["ended"] == "completed"]
        self.assertGreaterEqual(len(finished), 3)
        self.assertLess(len(finished), 12)
        self.assertTrue(all((self.folder / r["run_dir"]).is_dir() for r in runs))

        whole = self.document("compare", "recipe.toml", "slower.toml", *slow)
        self.assertEqual(whole["ended"], "settled")
        again = whole["baseline_runs"]["runs"] + whole["changes"][0]["runs"]
        self.assertEqual(sum(r["reused"] for r in again), len(finished))
        self.assertEqual(len(self.runs()), 12, "what was cut off goes on in its own folder")


if __name__ == "__main__":
    unittest.main()
