"""The page of `telar report` in a browser: it draws, complains of nothing, asks for nothing, and can be read by everybody.

Exits with 77, "skipped", where there is no Chromium or axe-core; with CI=true that is a failure. scripts/setup --ci installs both.
With TELAR_SCREENSHOTS=DIR it leaves pictures there.
"""

import importlib.util
import json
import math
import os
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
import chromium
from support import RECIPE, ProgramTest

AXE = importlib.util.find_spec("axe_core_python")
if not (chromium.find() and AXE):
    missing = "chromium" if AXE else "axe-core-python"
    print(f"{'FAILED' if os.environ.get('CI') == 'true' else 'skipped'}: no {missing}; scripts/setup --ci installs it")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

TUNING = Path(__file__).resolve().parent.parent / "study" / "tuning"
HOSTILE = "<script>window.struck=1<!script>\"'&amp;"
STUDY = {"schema": "telar.compare/1", "baseline": "recipe", "metric": "val_accuracy", "band": 0.002, "changes": [
    {"recipe": HOSTILE, "verdict": "worse", "delta": -0.0237, "interval": [-0.029, -0.019], "p": 0.0078, "seeds": 8},
    {"recipe": "wider", "verdict": "better", "delta": 0.006, "interval": [0.002, 0.01], "p": 0.016, "seeds": 8},
    {"recipe": "dropout", "verdict": "undecided", "delta": 0.001, "interval": [-0.004, 0.006], "p": 0.6, "seeds": 8, "seeds_needed": 40}]}

DRAWN = """[...document.querySelectorAll('canvas')].map(canvas => {
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.some(value => value !== 0);
})"""


class OnPages:
    """Tests of pages that `prepare` makes once, all in one browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.test = cls("runTest")
        cls.test.setUp()
        cls.prepare(cls.test)
        cls.page = chromium.Page(chromium.find())
        cls.axe = (Path(AXE.submodule_search_locations[0]) / "axe.min.js").read_text()

    @classmethod
    def tearDownClass(cls):
        cls.page.close()
        cls.test.doCleanups()
        super().tearDownClass()

    def runTest(self):
        pass


class Report(OnPages, ProgramTest):
    """One page of a study and of six runs, whose names are an attack."""

    @classmethod
    def prepare(cls, test):
        (test.folder / "study").mkdir()
        (test.folder / "study" / "comparison.json").write_text(json.dumps(STUDY))
        (test.folder / f"{HOSTILE}.toml").write_text(RECIPE.replace("units = 16", "units = 24"))
        (test.folder / "stopping.toml").write_text(
            RECIPE.replace("epochs = 3", 'epochs = 40\ncallbacks = [{ type = "ReduceLROnPlateau", patience = 1 }, '
                                         '{ type = "EarlyStopping", patience = 3 }]'))
        for recipe, seeds in (("recipe", 3), (HOSTILE, 2), ("stopping", 1)):
            done = test.telar("train", f"{recipe}.toml", "--seeds", seeds, "--out", f"runs-{recipe}", "-q")
            assert done.returncode == 0, done.stderr
        done = test.telar("report", "study", "runs-recipe", f"runs-{HOSTILE}", "runs-stopping", "--out", "report.html")
        assert done.returncode == 0, done.stderr
        cls.file = test.folder / "report.html"

    def open(self, width=1200, scheme="light", media="screen"):
        self.page.look(width, scheme=scheme, media=media)
        self.page.open(self.file.as_uri())
        return self.page

    def test_draws_every_chart_and_complains_of_nothing(self):
        for scheme in ("light", "dark"):
            page = self.open(scheme=scheme)
            drawn = page.evaluate(DRAWN)
            self.assertEqual(drawn, [True] * 7, "verdicts, scores, accuracy, loss, learning rate, calibration, dead units")
            self.assertEqual(page.complaints(), [])

    def test_asks_for_nothing_but_itself(self):
        page = self.open()
        asked = [url for url in page.requests() if not url.startswith("data:")]
        self.assertEqual(asked, [self.file.as_uri()])
        self.assertLess(self.file.stat().st_size, 1_000_000)

    def test_its_policy_stops_a_script_that_got_in(self):
        page = self.open()
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.struck = 2'}))")
        self.assertIsNone(page.evaluate("window.struck"))
        self.assertTrue(any("Content Security Policy" in text for text in page.complaints()))

    def test_shows_hostile_names_as_text(self):
        page = self.open()
        self.assertIsNone(page.evaluate("window.struck"))
        self.assertIn(HOSTILE, page.evaluate("document.body.innerText"))
        self.assertEqual(page.evaluate("document.scripts.length"), 3)

    def test_begins_with_the_verdict(self):
        page = self.open()
        self.assertEqual(page.evaluate("document.querySelector('h1').innerText"), "Of 3 changes to recipe, 1 is better, 1 is worse, 1 is undecided.")
        self.assertEqual(page.evaluate("document.title"), page.evaluate("document.querySelector('h1').innerText"))
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(after - before <= 1 for before, after in zip(levels, levels[1:])), levels)

    def test_shows_the_pictures_of_its_mistakes(self):
        page = self.open()
        seen = page.evaluate("[...document.querySelectorAll('.mistakes img')].map(i => [i.naturalWidth, i.naturalHeight, i.alt])")
        self.assertGreater(len(seen), 0)
        for width, height, text in seen:
            self.assertEqual((width, height), (8, 8))
            self.assertRegex(text, r"^Test sample \d+: \d, taken for \d$")

    def test_can_be_read_by_everybody(self):
        for width in (1200, 400):
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    page = self.open(width, scheme)
                    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                    page.evaluate(self.axe)
                    found = page.evaluate("axe.run(document).then(r => r.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html)]))")
                    self.assertEqual(found, [])

    def test_fits_a_telephone(self):
        page = self.open(400)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 400)

    def test_can_be_used_without_a_mouse(self):
        page = self.open()
        for key in ("keyDown", "keyUp"):
            page.send("Input.dispatchKeyEvent", type=key, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        self.assertEqual(page.evaluate("document.activeElement.getAttribute('href')"), "#findings")
        page.evaluate("document.querySelector('summary').focus()")
        for key in ("keyDown", "keyUp"):
            page.send("Input.dispatchKeyEvent", type=key, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r" if key == "keyDown" else "")
        self.assertTrue(page.evaluate("document.querySelector('details').open"))

    def test_says_everything_without_scripts(self):
        self.page.send("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.page.look(1200)
            self.page.open(self.file.as_uri())
            tree = self.page.send("DOMSnapshot.captureSnapshot", computedStyles=[])
            self.assertTrue(any("Most often mistaken" in text for text in tree["strings"]))
            self.assertTrue(any(text == "Numbers" for text in tree["strings"]))
        finally:
            self.page.send("Emulation.setScriptExecutionDisabled", value=False)

    def test_is_light_on_paper(self):
        page = self.open(scheme="dark", media="print")
        self.assertEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('nav')).display"), "none")
        self.assertTrue(page.send("Page.printToPDF")["data"].startswith("JVBER"), "a PDF")

    def test_leaves_pictures_where_it_is_asked_to(self):
        folder = os.environ.get("TELAR_SCREENSHOTS")
        for width in (1200, 400):
            for scheme in ("light", "dark"):
                page = self.open(width, scheme)
                file = Path(folder or self.test.folder) / f"report-{width}-{scheme}.png"
                page.picture(file)
                self.assertGreater(file.stat().st_size, 10_000)


NORMALISED = """
extends = "recipe.toml"
[model]
layers = [
  { type = "Rescaling", scale = 0.00392156862745098 },
  { type = "Flatten" },
  { type = "Dense", units = 16 },
  { type = "BatchNormalization" },
  { type = "ReLU" },
  { type = "Dense", units = 4, activation = "softmax" },
]
"""


class MeasuredReport(OnPages, ProgramTest):
    """A page of a comparison whose runs were measured: the layers of both recipes side by side."""

    @classmethod
    def prepare(cls, test):
        (test.folder / "normalised.toml").write_text(NORMALISED)
        for arguments in (("compare", "recipe.toml", "normalised.toml", "--seeds", 3, "--out", "study", "-q"), ("report", "study", "--out", "report.html")):
            done = test.telar(*arguments)
            assert done.returncode == 0, done.stderr

    def open(self, width=1200, scheme="light"):
        self.page.look(width, scheme=scheme)
        self.page.open((self.test.folder / "report.html").as_uri())
        return self.page

    def test_draws_the_health_of_its_layers(self):
        for width in (1200, 400):
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    page = self.open(width, scheme)
                    drawn = page.evaluate("""[...document.querySelectorAll('#networks .figures canvas')].map(canvas => canvas.getAttribute('aria-label').split('.')[0])""")
                    self.assertEqual(drawn, ["Dead units", "Steps beside weights", "Gradients"])
                    self.assertEqual(set(page.evaluate(DRAWN)), {True})
                    self.assertEqual(page.complaints(), [])

    def test_names_the_layers_of_both_in_the_order_of_the_networks(self):
        page = self.open()
        heads = page.evaluate("[...document.querySelectorAll('#networks .figures figure:first-child tbody th')].map(th => th.textContent)")
        self.assertEqual(list(dict.fromkeys(heads)), ["dense", "re_lu"])

    def test_can_be_read_by_everybody_on_a_telephone_too(self):
        for width, scheme in ((1200, "light"), (400, "dark")):
            with self.subTest(width=width):
                page = self.open(width, scheme)
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
                page.evaluate(self.axe)
                found = page.evaluate("axe.run(document).then(r => r.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html)]))")
                self.assertEqual(found, [])

    def test_leaves_pictures_where_it_is_asked_to(self):
        folder = os.environ.get("TELAR_SCREENSHOTS")
        for width in (1200, 400):
            for scheme in ("light", "dark"):
                file = Path(folder or self.test.folder) / f"measured-{width}-{scheme}.png"
                self.open(width, scheme).picture(file)
                self.assertGreater(file.stat().st_size, 10_000)


def large_search():
    """A search of 150 trials of eight parameters, the best of them with a hostile option, made up without a training."""
    draw = random.Random(7)
    search = json.loads((TUNING / "one-objective.json").read_text())
    search["objectives"].append({"name": "weights", "more_is_better": False})
    search["parameters"] += [
        {"name": "model.layers.2.units", "kind": "int", "low": 16, "high": 1024, "log": True, "importance": None},
        {"name": "model.layers.4.rate", "kind": "float", "low": 0, "high": 0.5, "log": False, "importance": 0.0},
        {"name": "fit.batch_size", "kind": "choice", "options": [32, 64, 128, 256], "importance": None},
        {"name": "model.layers.2.activation", "kind": "choice", "options": ["relu", HOSTILE], "importance": None}]
    trials = search["trials"]
    trials[2]["values"]["model.layers.2.activation"] = HOSTILE
    for trial in trials:
        for rung in trial["rungs"]:
            rung["values"].append(101770)
    for number in range(len(trials), 150):
        sgd = draw.random() < 0.4
        rate, units = 10 ** draw.uniform(-4, -1), round(2 ** draw.uniform(4, 10))
        score = 0.9 - 0.03 * (math.log10(rate) + 2.6) ** 2 + 0.008 * math.log2(units / 128) + draw.gauss(0, 0.004)
        values = {"compile.optimizer": "sgd" if sgd else "adam", "compile.optimizer.learning_rate": rate, "model.layers.3": draw.randint(1, 4),
                  "model.layers.2.units": units, "model.layers.4.rate": draw.uniform(0, 0.5), "fit.batch_size": draw.choice([32, 64, 128, 256]),
                  "model.layers.2.activation": draw.choice(["relu", HOSTILE])}
        if sgd:
            values["compile.optimizer.momentum"] = draw.uniform(0, 0.99)
        rungs = [{"rung": r, "epochs": e, "values": [score - loss, 794 * units], "seconds": e, "at": 2.5 * number + 5 * e}
                 for r, (e, loss) in enumerate(((1, 0.05), (3, 0.02), (10, 0.0))[:draw.choice((1, 1, 1, 2, 2, 3))])]
        trials.append({"trial": number, "default": False, "values": values, "ended": "paused", "rungs": rungs, "estimate": [min(score, 0.9068), 794 * units]})
    scored = lambda trial: (trial["estimate"] or [0])[0]
    for rank, trial in enumerate(sorted(trials, key=scored, reverse=True)):
        if trial["estimate"]:
            trial["estimate"] = [*trial["estimate"], 101770][:2]
            trial["front"] = not any(scored(o) > scored(trial) and o["rungs"][0]["values"][1] < trial["rungs"][0]["values"][1] for o in trials if o["estimate"])
        trial["rank"] = rank
    return search


class TuningReport(OnPages, ProgramTest):
    """Pages of searches: two small ones, and a large one with a hostile option."""

    CHARTS = {"one-objective": 4, "two-objectives": 3, "large": 5}

    @classmethod
    def prepare(cls, test):
        for name in cls.CHARTS:
            (test.folder / name).mkdir()
            text = json.dumps(large_search()) if name == "large" else (TUNING / f"{name}.json").read_text()
            (test.folder / name / "tuning.json").write_text(text)
            done = test.telar("report", name)
            assert done.returncode == 0, done.stderr

    def open(self, name, width=1200, scheme="light"):
        self.page.look(width, scheme=scheme)
        self.page.open((self.test.folder / name / "report.html").as_uri())
        return self.page

    def test_draws_every_chart_and_complains_of_nothing(self):
        for name, charts in self.CHARTS.items():
            for width in (1200, 400):
                with self.subTest(name=name, width=width):
                    page = self.open(name, width)
                    self.assertEqual(page.evaluate(DRAWN), [True] * charts)
                    self.assertEqual(page.complaints(), [])

    def test_shows_hostile_options_as_text(self):
        page = self.open("large")
        self.assertIsNone(page.evaluate("window.struck"))
        self.assertIn(HOSTILE, page.evaluate("document.body.textContent"))
        self.assertEqual(page.evaluate("document.scripts.length"), 3)

    def test_can_be_read_by_everybody_on_a_telephone_too(self):
        for name in self.CHARTS:
            for width, scheme in ((1200, "light"), (400, "dark")):
                with self.subTest(name=name, width=width):
                    page = self.open(name, width, scheme)
                    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                    self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
                    page.evaluate(self.axe)
                    found = page.evaluate("axe.run(document).then(r => r.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html)]))")
                    self.assertEqual(found, [])

    def test_leaves_pictures_where_it_is_asked_to(self):
        folder = os.environ.get("TELAR_SCREENSHOTS")
        for name in self.CHARTS:
            for width, scheme in ((1200, "light"), (1200, "dark"), (400, "light")):
                file = Path(folder or self.test.folder) / f"tuning-{name}-{width}-{scheme}.png"
                self.open(name, width, scheme).picture(file)
                self.assertGreater(file.stat().st_size, 10_000)


if __name__ == "__main__":
    unittest.main()
