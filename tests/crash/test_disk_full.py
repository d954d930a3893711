"""A disk that is full, or takes files up to a size only: the program says so with exit 6, and what was whole stays whole.

Thirty sizes: of files of new runs 7, of later checkpoints 12, of disks 10, and none at all for the result.
"""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import TELAR, ProgramTest

SETTINGS = ["--set", "fit.epochs=12", "--set", "model.layers.2.units=64", "--set", "compile.optimizer.type=Adam"]
EVERY = ["--checkpoint-every", "20"]


class DiskFull(ProgramTest):
    def train(self, *arguments, **options):
        return subprocess.run([TELAR, "train", *map(str, arguments), "-q"], cwd=self.folder, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=300, **options)

    def assert_said(self, done, reason):
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertEqual(done.stderr.count("error:"), 1, done.stderr)
        self.assertIn(reason, done.stderr)
        self.assertRegex(done.stderr, r"error: \[.*(checkpoint|toml|json|jsonl|npz|run)\]")
        self.assertEqual(done.stdout, "")

    def assert_goes_on(self, run, whole, settings=SETTINGS):
        """With room again, from what is there."""
        done = self.train("recipe.toml", *settings, "--out", run, "--resume", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("cannot be read", done.stderr)
        self.assertEqual(json.loads(done.stdout)["weights_sha256"], whole)

    def whole(self, settings=SETTINGS):
        return self.document("train", "recipe.toml", *settings, "--out", "whole")["weights_sha256"]

    def checkpoints(self, run):
        return {p.name: p.read_bytes() for p in (self.folder / run / "checkpoints").glob("*.checkpoint")}

    def interrupt(self, settings):
        """Leaves the folder of a run that was stopped behind its first checkpoint."""
        running = subprocess.Popen([TELAR, "train", "recipe.toml", *settings, *EVERY, "--out", "stopped", "-q"], cwd=self.folder,
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and not self.checkpoints("stopped"):
            time.sleep(0.001)
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(), 130, "a training of so many epochs is not over yet")

    def test_files_may_grow_to_a_size_only(self):
        whole = self.whole()
        for size in (0, 100, 1000, 2000, 5000, 20000, 60000):
            with self.subTest(size=size):
                limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731
                done = self.train("recipe.toml", *SETTINGS, *EVERY, "--out", "run", preexec_fn=limit)
                if done.returncode != 0:
                    self.assert_said(done, "File too large")
                else:
                    self.assertEqual(size, 60000, "a checkpoint of 64 units does not fit into less")
                    shutil.rmtree(self.folder / "run")
                self.assertEqual([p.name for p in self.folder.rglob("*.tmp")], [])
                self.assert_goes_on("run", whole)
                shutil.rmtree(self.folder / "run")

    def test_a_later_checkpoint_that_does_not_fit_leaves_the_earlier_one_as_it_is(self):
        settings = [*SETTINGS, "--set", "fit.epochs=1000"]
        whole = self.whole(settings)
        self.interrupt(settings)
        earlier = self.checkpoints("stopped")
        largest = max(map(len, earlier.values()))
        for twelfths in range(12):
            size = largest * twelfths // 12
            with self.subTest(size=size):
                shutil.copytree(self.folder / "stopped", self.folder / "run")
                limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731
                done = self.train("recipe.toml", *settings, *EVERY, "--out", "run", "--resume", preexec_fn=limit)
                self.assert_said(done, "File too large")
                self.assertEqual(self.checkpoints("run"), earlier)
                self.assertEqual([p.name for p in self.folder.rglob("*.tmp")], [])
                if twelfths % 4 == 0:
                    self.assert_goes_on("run", whole, settings)
                shutil.rmtree(self.folder / "run")

    def test_a_result_that_cannot_be_printed_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([TELAR, "train", "recipe.toml", "--out", "run", "--json", "-q"], cwd=self.folder,
                                  env=self.environment, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual(done.returncode, 6)
        self.assertIn("No space left on device", done.stderr)
        self.assertTrue((self.folder / "run/result.json").exists(), "the run itself is whole")

    @contextlib.contextmanager
    def small_disk(self, kib):
        folder = Path(tempfile.mkdtemp(prefix="telar-disk-"))
        try:
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder], capture_output=True).returncode:
                self.skipTest("nobody may mount here")
            try:
                yield folder
            finally:
                subprocess.run(["umount", "-l", folder], check=True)
        finally:
            folder.rmdir()

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount")
    def test_a_small_disk_for_tensorboard(self):
        with self.small_disk(4) as disk:
            done = self.train("recipe.toml", "--out", "run", "--tensorboard", disk / "board")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertRegex(done.stderr, r"error: \[.*/events\.out\.tfevents\..*\] cannot write: No space left on device")

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount")
    def test_a_small_disk(self):
        whole = self.whole()
        for kib in (4, 8, 16, 32, 64, 96, 128, 160, 192, 1024):
            with self.subTest(kib=kib), self.small_disk(kib) as disk:
                done = self.train("recipe.toml", *SETTINGS, *EVERY, "--out", disk / "run")
                if done.returncode == 0:
                    self.assertGreater(kib, 64, "three checkpoints do not fit into less")
                    continue
                self.assert_said(done, "No space left on device")
                self.assertEqual(list(disk.rglob("*.tmp")), [])
                if (disk / "run").exists():
                    shutil.copytree(disk / "run", self.folder / "run")
                self.assert_goes_on("run", whole)
                shutil.rmtree(self.folder / "run")


if __name__ == "__main__":
    unittest.main()
