"""`telar report`: one page about runs or a study, and what the terminal says of it."""

import json
import os
import shutil
import unittest
from pathlib import Path

from support import RECIPE, ProgramTest

TUNING = Path(__file__).resolve().parent.parent / "study" / "tuning"
STUDY = {"schema": "telar.compare/1", "baseline": "recipe", "changes": [
    {"recipe": "wider", "verdict": "worse", "delta": -0.0237, "interval": [-0.029, -0.019], "p": 0.0078, "seeds": 8}]}


class Report(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls("runTest")
        test.setUp()
        (test.folder / "wider.toml").write_text(RECIPE.replace("units = 16", "units = 24"))
        for recipe in ("recipe", "wider"):
            done = test.telar("train", f"{recipe}.toml", "--seeds", 2, "--out", recipe, "-q")
            assert done.returncode == 0, done.stderr
            shutil.copytree(test.folder / recipe, cls.template / recipe)
        cls.trained_in = str(test.folder)
        test.doCleanups()

    def setUp(self):
        super().setUp()
        for recipe in self.folder.rglob("s?/recipe.toml"):  # it says where its data lay
            recipe.write_text(recipe.read_text().replace(self.trained_in, str(self.folder)))

    def runTest(self):
        pass

    def page(self, file):
        text = (self.folder / file).read_text(encoding="utf-8")
        self.assertTrue(text.startswith("<!doctype html>") and text.endswith("</html>\n"))
        return text

    def test_lies_beside_its_run_and_says_so(self):
        done = self.telar("report", "recipe/s0")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^recipe gets \d+\.\d\d % of 100 test samples right\.\n")
        self.assertTrue(done.stdout.endswith("\nReport: recipe/s0/report.html\n"))
        self.assertRegex(done.stdout, "val_accuracy [▁-█]{3} ")
        self.assertIn("<h1>recipe gets", self.page("recipe/s0/report.html"))
        self.assertEqual(self.telar("report", "recipe/s0").returncode, 0, "a second one takes its place")

    def test_sees_runs_that_differ_in_the_seed_as_one_recipe(self):
        d = self.document("report", "recipe", "wider/s1", "wider/s0", "wider/s0", "--out", "r.html")
        self.assertEqual((d["schema"], d["file"]), ("telar.report/1", "r.html"))
        self.assertEqual([(r["recipe"], [run["seed"] for run in r["runs"]]) for r in d["recipes"]],
                         [("recipe", [0, 1]), ("wider", [0, 1])])
        self.assertNotEqual(d["recipes"][0]["recipe_sha256"], d["recipes"][1]["recipe_sha256"])
        self.assertEqual(d["recipes"][0]["summary"]["test.accuracy"]["n"], 2)
        self.assertEqual(d["differences"][0]["lines"], ['-   { type = "Dense", units = 16, activation = "relu" },',
                                                        '+   { type = "Dense", units = 24, activation = "relu" },'])
        self.assertEqual(d["differences"][0]["validation.accuracy"]["n"], 2)
        self.page("r.html")

    def test_keeps_runs_apart_that_were_tested_on_other_samples(self):
        images = self.folder / "data" / "t10k-images-idx3-ubyte"
        images.write_bytes(images.read_bytes()[:-1] + b"\x07")
        self.document("train", "recipe.toml", "--seed", 7, "--out", "other")
        d = self.document("report", "recipe/s0", "other", "--out", "r.html")
        self.assertEqual([(r["recipe"], [run["seed"] for run in r["runs"]]) for r in d["recipes"]],
                         [("recipe", [0]), ("recipe (2)", [7])])
        self.assertIn("were not given the same test samples", " ".join(d["notices"]))

    def test_looks_at_the_network_as_evaluate_does(self):
        network = self.document("report", "recipe/s0")["recipes"][0]["network"]
        scored = self.document("evaluate", "recipe/s0")
        self.assertEqual(network["samples"] - network["wrong"], sum(row[i] for i, row in enumerate(scored["confusion"])))
        self.assertAlmostEqual(network["expected_calibration_error"], scored["test"]["expected_calibration_error"], 6)
        self.assertEqual([layer["type"] for layer in network["layers"]], ["Dense", "Dense"])
        self.assertEqual([layer["units"] for layer in network["layers"]], [16, 4])
        sure = [mistake["confidence"] for mistake in network["mistakes"]]
        self.assertEqual(sure, sorted(sure, reverse=True))
        self.assertEqual(len(sure), min(network["wrong"], 24))

    def test_is_the_same_whatever_the_threads(self):
        pages = []
        for threads in (1, 3):
            self.assertEqual(self.telar("report", "recipe", "--out", "r.html", "--threads", threads).returncode, 0)
            pages.append((self.folder / "r.html").read_bytes())
        self.assertEqual(*pages)

    def test_goes_without_the_data_and_says_what_is_missing(self):
        shutil.rmtree(self.folder / "data")
        done = self.telar("report", "recipe/s0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: recipe: its network could not be looked at", done.stderr)
        page = self.page("recipe/s0/report.html")
        self.assertIn("cannot be shown here", page)
        self.assertNotIn("<img", page)
        self.assertIn("Confusion matrix", page, "which the result has")

    def test_does_not_show_other_samples_as_the_runs(self):
        images = self.folder / "data" / "t10k-images-idx3-ubyte"
        images.write_bytes(images.read_bytes()[:-1] + b"\x07")
        done = self.telar("report", "recipe/s0")
        self.assertEqual(done.returncode, 0)
        self.assertIn("its test set has changed", done.stderr)

    def test_does_not_show_other_weights_as_the_runs(self):
        shutil.copy(self.folder / "recipe/s1/model.keras", self.folder / "recipe/s0/model.keras")
        done = self.telar("report", "recipe/s0")
        self.assertEqual(done.returncode, 0)
        self.assertIn("the weights in the folder are not those of its result", done.stderr)

    def test_shows_a_study(self):
        (self.folder / "study").mkdir()
        (self.folder / "study" / "comparison.json").write_text(json.dumps(STUDY))
        for subject in ("study", "study/comparison.json"):
            done = self.telar("report", subject)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertTrue(done.stdout.startswith("wider is worse than recipe by 2.37 points.\n"), done.stdout)
            self.assertIn("<h1>wider is worse than recipe by 2.37 points.</h1>", self.page("study/report.html"))
        d = self.document("report", "study", "recipe", "wider")
        self.assertEqual(d["study"]["changes"][0]["verdict"], "worse")
        self.assertEqual(len(d["recipes"]), 2)

    def test_finds_the_runs_of_a_study_where_they_are_now(self):
        (self.folder / "store" / "study").mkdir(parents=True)
        shutil.copytree(self.folder / "recipe/s0", self.folder / "store/moved")
        runs = {"runs": [{"run_dir": "elsewhere/moved"}, {"run_dir": "elsewhere/gone"}]}
        changes = [{**STUDY["changes"][0], "runs": [{"run_dir": str(self.folder / "wider/s0")}]}]
        (self.folder / "store/study/comparison.json").write_text(json.dumps({**STUDY, "baseline_runs": runs, "changes": changes}))
        d = self.document("report", "store/study")
        self.assertEqual([r["recipe"] for r in d["recipes"]], ["recipe", "wider"])
        self.assertEqual(d["notices"], ["1 of the study's 3 runs are not here, so that only its verdicts are shown of them."])

    def test_speaks_markdown(self):
        done = self.telar("report", "recipe", "wider", "--markdown", "--out", "r.html")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith("# "))
        self.assertIn("| Recipe | Seeds | Test accuracy |", done.stdout)
        self.assertIn('    +   { type = "Dense", units = 24, activation = "relu" },', done.stdout)

    def test_says_that_a_training_broke_off(self):
        (self.folder / "recipe/s1/result.json").unlink()
        done = self.telar("report", "recipe")
        self.assertEqual(done.returncode, 0)
        self.assertIn("recipe: 1 of 2 trainings broke off, and its scores are without it", done.stderr)
        self.assertIn("1 of 2 trainings broke off", self.page("recipe/report.html"))

    def test_refuses_what_is_no_run(self):
        self.assert_refused(5, "report", "nowhere", says=["nowhere", "no such run folder or study"])
        self.assert_refused(5, "report", "data", says=["data", "neither a run folder nor a study"])
        self.assert_refused(5, "report", "recipe.toml", says=["recipe.toml", "not a telar.compare/1"])
        self.assert_refused(2, "report", says=["required"])
        self.assert_refused(2, "report", "recipe", "--json", "--markdown", says=["--markdown"])
        for number in (1, 2):
            (self.folder / f"study{number}").mkdir()
            (self.folder / f"study{number}" / "comparison.json").write_text(json.dumps(STUDY))
        self.assert_refused(2, "report", "study1", "study2", says=["a second study"])

    def search(self, name="one-objective", folder="tune"):
        (self.folder / folder).mkdir()
        return shutil.copy(TUNING / f"{name}.json", self.folder / folder / "tuning.json")

    def test_shows_a_search(self):
        shutil.copy(self.search(), self.folder / "printed.json")
        for subject, page in (("tune", "tune/report.html"), ("tune/tuning.json", "tune/report.html"), ("printed.json", "report.html")):
            done = self.telar("report", subject)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.startswith("Tuning found trial 2, which is better than the default: validation accuracy "
                                                   "90.71 % against 88.90 %, +1.81 points.\n"), done.stdout)
            self.assertIn("warning: 1 of 6 trials diverged", done.stderr)
            self.assertIn("<h1>Tuning found trial 2", self.page(page))
        d = self.document("report", "tune")
        self.assertEqual((d["schema"], d["file"], d["tuning"]["best"]["trial"]), ("telar.report/1", "tune/report.html", 2))
        self.assertTrue(self.telar("report", "tune", "--markdown").stdout.startswith("# Tuning found trial 2"))

    def test_shows_a_search_of_two_objectives_without_a_proof(self):
        self.search("two-objectives")
        done = self.telar("report", "tune", "--out", "r.html")
        self.assertIn("no proof says that it is better than the default", done.stdout)
        self.assertIn('<section id="front"', self.page("r.html"))

    def test_shows_a_search_alone(self):
        self.search()
        self.search("two-objectives", "other")
        for subjects in (("tune", "recipe"), ("recipe", "tune"), ("tune", "other")):
            self.assert_refused(2, "report", *subjects, says=["tune", "give the study alone"])

    def test_refuses_a_damaged_search(self):
        file = self.folder / "tune" / "tuning.json"
        text = Path(self.search()).read_text()
        for damaged, why in ((text[:200], "not a telar.tune/1"), ("", "not a telar.tune/1"), ("[" * 100_000, "not a telar.tune/1"),
                             (text.replace('"diverged"', '"well"'), "how trial 1 ended is not known"),
                             (text.replace('"trials": [', '"trials": 7, "x": ['), "no list of trials")):
            file.write_text(damaged)
            self.assert_refused(5, "report", "tune", says=["tune/tuning.json", why])

    def test_refuses_damaged_runs(self):
        (self.folder / "recipe/s0/result.json").write_text("{")
        self.assert_refused(5, "report", "recipe/s0", says=["result.json", "not the result of a training"])
        (self.folder / "wider/s0/recipe.toml").write_text("[data")
        self.assert_refused(5, "report", "wider/s0", says=["recipe.toml"])

    def test_says_where_it_cannot_be_written(self):
        self.assert_refused(6, "report", "recipe/s0", "--out", "no/such/folder/r.html", says=["no/such/folder/r.html"])

    def test_refuses_to_write_where_it_may_not(self):
        (self.folder / "recipe/s0").chmod(0o555)
        self.addCleanup((self.folder / "recipe/s0").chmod, 0o755)
        if os.geteuid() == 0:
            self.become_nobody()  # root may write anywhere
        self.assert_refused(6, "report", "recipe/s0", says=["recipe/s0/report.html"])


if __name__ == "__main__":
    unittest.main()
