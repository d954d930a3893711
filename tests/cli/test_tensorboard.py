"""`--tensorboard DIR`: which files lie where, and what is refused. What is in them, tests/interop reads with TensorBoard."""

import os
import unittest

from support import ProgramTest


class TensorBoardFolders(ProgramTest):
    def logs(self, folder="board"):
        """The folders that hold event files, relative to the board."""
        root = self.folder / folder
        return sorted({str(p.parent.relative_to(root)) for p in root.rglob("events.out.tfevents.*")})

    def test_one_training_logs_into_the_folder_itself(self):
        self.document("train", "recipe.toml", "--out", "run", "--tensorboard", "board")
        self.assertEqual(self.logs(), ["train", "validation"])

    def test_each_of_several_seeds_has_a_folder_named_as_its_run(self):
        d = self.document("train", "recipe.toml", "--seeds", "2", "--tensorboard", "board")
        runs = sorted(os.path.basename(run["run_dir"]) for run in d["runs"])
        self.assertEqual(self.logs(), sorted(f"{run}/{part}" for run in runs for part in ("train", "validation")))

    def test_a_recipe_logs_into_its_run_folder(self):
        self.document("train", "recipe.toml", "--out", "run", "--set", "fit.callbacks=['TensorBoard']")
        self.assertEqual(self.logs("run"), ["logs/train", "logs/validation"])

    def test_the_flag_is_no_part_of_the_recipe(self):
        plain = self.document("train", "recipe.toml", "--out", "plain")
        logged = self.document("train", "recipe.toml", "--out", "logged", "--tensorboard", "board")
        self.assertEqual(logged["weights_sha256"], plain["weights_sha256"])
        self.assertEqual((self.folder / "logged/recipe.toml").read_text(), (self.folder / "plain/recipe.toml").read_text())

    def test_what_cannot_be_written_is_refused(self):
        (self.folder / "file").write_text("no folder")
        (self.folder / "runs").mkdir()
        (self.folder / "twin.toml").write_text('extends = "recipe.toml"\n')
        for verb in (["train", "recipe.toml"], ["train", "recipe.toml", "--seeds", "2"],
                     ["compare", "recipe.toml", "twin.toml", "--seeds", "6"]):
            with self.subTest(verb=verb):
                self.assert_refused(6, *verb, "--tensorboard", "file", says=["file", "Not a directory"])

    @unittest.skipIf(os.geteuid() != 0, "becomes a user without rights")
    def test_a_folder_without_rights_is_refused(self):
        self.become_nobody()
        (self.folder / "board").mkdir(mode=0o755)
        (self.folder / "runs").mkdir()
        (self.folder / "runs").chmod(0o777)
        self.assert_refused(6, "train", "recipe.toml", "--tensorboard", "board", says=["board/train", "Permission denied"])

    def test_an_empty_name_and_a_search_for_a_rate_are_refused(self):
        self.assert_refused(2, "train", "recipe.toml", "--tensorboard", "", says=["--tensorboard"])
        self.assert_refused(2, "train", "recipe.toml", "--find-lr", "--tensorboard", "board", says=["--tensorboard"])
        self.assert_refused(2, "train", "recipe.toml", "--set", "fit.callbacks=[{ type = 'TensorBoard', log_dir = '' }]",
                            says=["log_dir is empty"])


if __name__ == "__main__":
    unittest.main()
