"""Help, version and wrong options."""

import os
import subprocess
import unittest

from support import TELAR, ProgramTest

VERBS = ("train", "evaluate", "predict", "inspect", "doctor")


class Help(ProgramTest):
    def test_version_is_one_line_with_name_and_number(self):
        done = self.telar("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\Atelar \d+\.\d+\.\d+\n\Z")

    def test_help_goes_to_stdout_and_names_every_verb(self):
        done = self.telar("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for verb in VERBS:
            self.assertIn(verb, done.stdout)

    def test_every_verb_has_help_with_examples_and_the_common_options(self):
        for verb in VERBS:
            done = self.telar(verb, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), verb)
            self.assertGreaterEqual(done.stdout.split("Examples:")[1].count(f"telar {verb} "), 2, verb)
            self.assertIn(f"Usage: telar {verb} [OPTIONS]", done.stdout)
            for option in ("--json", "-q", "--color", "--threads"):
                self.assertIn(option, done.stdout, verb)

    def test_help_that_cannot_be_written_is_an_error(self):
        for arguments in (["--help"], ["--version"], ["train", "--help"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([TELAR, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn("stdout", done.stderr)


class WrongUse(ProgramTest):
    def test_no_verb(self):
        self.assert_refused(2)

    def test_unknown_verb(self):
        self.assert_refused(2, "trian", "recipe.toml")

    def test_a_verb_that_does_not_exist_yet(self):
        self.assert_refused(2, "tune", "search.toml")

    def test_verbs_without_what_they_work_on(self):
        for verb in ("compare", "report", "data", "export", "predict"):
            self.assert_refused(2, verb)

    def test_missing_recipe_argument(self):
        self.assert_refused(2, "train", says=["RECIPE"])

    def test_unknown_option(self):
        self.assert_refused(2, "train", "recipe.toml", "--sed", "1", says=["--sed"])

    def test_seed_that_is_no_number_or_negative(self):
        for seed in ("x", "-1", "1.5", ""):
            self.assert_refused(2, "train", "recipe.toml", f"--seed={seed}", says=["--seed"])

    def test_seed_and_seeds_together(self):
        self.assert_refused(2, "train", "recipe.toml", "--seed", "1", "--seeds", "2", says=["--seed"])

    def test_numbers_out_of_range(self):
        self.assert_refused(2, "train", "recipe.toml", "--seeds", "0", says=["--seeds"])
        self.assert_refused(2, "train", "recipe.toml", "--threads", "0", says=["--threads"])
        self.assert_refused(2, "train", "recipe.toml", "--threads", "-2", says=["--threads"])
        self.assert_refused(2, "evaluate", "run", "--min-accuracy", "1.5", says=["--min-accuracy"])

    def test_unknown_color(self):
        self.assert_refused(2, "train", "recipe.toml", "--color", "pink", says=["--color", "always"])

    def test_unknown_isa(self):
        for verb, argument in (("train", "recipe.toml"), ("inspect", "recipe.toml"), ("evaluate", "run")):
            self.assert_refused(2, verb, argument, says=["TELAR_ISA", "sse9"], TELAR_ISA="sse9")

    def test_unavailable_isa(self):
        there = "neon" if os.uname().machine == "x86_64" else "avx2"
        self.assert_refused(2, "train", "recipe.toml", says=["TELAR_ISA", there], TELAR_ISA=there)


if __name__ == "__main__":
    unittest.main()
