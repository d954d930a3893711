"""What a person sees: the bar on a terminal, and when there is colour."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

from support import TELAR, ProgramTest
from test_sources import MODEL, bars, png

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(ProgramTest):
    def on_terminal(self, *arguments, columns=100, **variables):
        """stdout and stderr of the program on a terminal, as one text."""
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen([TELAR, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=follower,
                                   stderr=follower, env={**self.environment, "TERM": "xterm-256color", **variables})
        os.close(follower)
        text = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not piece:
                break
            text += piece
        os.close(leader)
        self.assertEqual(process.wait(60), 0, text.decode())
        return text.decode().replace("\r\n", "\n")

    def test_bar_as_keras_draws_it(self):
        text = ESCAPE.sub("", self.on_terminal("train", "recipe.toml"))
        for epoch in (1, 2, 3):
            self.assertIn(f"Epoch {epoch}/3\n", text)
        finished = [line.split("\r")[-1] for line in text.split("\n") if "8/8" in line]
        self.assertEqual(len(finished), 3)
        for line in finished:
            self.assertRegex(line, r"\A8/8 ━{20} 0s \d+(us|ms)/step - accuracy: [\d.]+ - loss: [\d.]+ - val_accuracy: [\d.]+"
                                   r" - val_loss: [\d.e-]+\Z")

    def write_pictures(self):
        for name in ("flat", "upright"):
            (self.folder / "bars" / name).mkdir(parents=True)
            for i in range(12):
                (self.folder / "bars" / name / f"{i:02}.png").write_bytes(png(12, 12, bars(name == "upright", i)))
        (self.folder / "bars.toml").write_text('[data]\nsource = "images"\ntrain = "bars"\nsize = [6, 6]\n'
                                               "validation = { fraction = 0.25 }\ntest_fraction = 0.25\n" + MODEL)

    def test_bar_while_pictures_are_read(self):
        self.write_pictures()
        text = self.on_terminal("data", "inspect", "bars.toml", "--threads", "1", NO_COLOR="1")
        self.assertRegex(text, "\\A\rreading pictures [━─]{20} 1/24[^\n]*\r +\rtrain: ")
        self.assertNotIn("reading", self.on_terminal("data", "inspect", "bars.toml", "-q"))
        pipes = self.telar("data", "inspect", "bars.toml", "--threads", "3")
        self.assertEqual((pipes.returncode, pipes.stderr), (0, ""))
        self.assertEqual(pipes.stdout, self.telar("data", "inspect", "bars.toml", "--threads", "1").stdout)

    def test_bars_of_a_comparison_go_away(self):
        self.write_pictures()
        (self.folder / "slow.toml").write_text('extends = "bars.toml"\n[compile]\noptimizer = { type = "Adam", learning_rate = 1e-5 }\n')
        text = self.on_terminal("compare", "bars.toml", "slow.toml", "--seeds", "2", "--explain", "--out", "study",
                                "--threads", "1", NO_COLOR="1")
        self.assertRegex(text, r"\rreading pictures [━─]{20} 1/24")
        self.assertRegex(text, r"\rmeasuring [━─]{20} 0/4")
        self.assertNotRegex(text.split("\r")[-1], "reading|measuring")
        self.assertRegex(self.on_terminal("report", "study", NO_COLOR="1"), r"\rreading pictures [━─]{20} ")

    def test_bar_is_green(self):
        self.assertIn("\x1b[32m━", self.on_terminal("train", "recipe.toml"))

    def test_no_color_means_no_escape_but_a_bar(self):
        text = self.on_terminal("train", "recipe.toml", NO_COLOR="1")
        self.assertNotIn("\x1b", text)
        self.assertIn("━", text)

    def test_empty_no_color_means_nothing(self):
        self.assertIn("\x1b[", self.on_terminal("train", "recipe.toml", NO_COLOR=""))

    def test_color_option_wins(self):
        self.assertIn("\x1b[", self.on_terminal("train", "recipe.toml", "--color", "always", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_terminal("train", "recipe.toml", "--color", "never"))
        piped = self.telar("train", "recipe.toml", "--color", "always")
        self.assertIn("\x1b[", piped.stdout)

    def test_dumb_terminal_gets_lines(self):
        text = self.on_terminal("train", "recipe.toml", TERM="dumb")
        self.assertNotRegex(text, r"[\r\x1b]")
        self.assertRegex(text, r"Epoch 1/3 - ")

    @unittest.skipUnless(os.path.isdir("/usr/share/datasets/fashion-mnist"), "Debian's dataset-fashion-mnist is not installed")
    def test_what_is_fetched_has_a_bar_that_goes_away(self):
        text = self.on_terminal("data", "fetch", "fashion_mnist", "--from", "file:///usr/share/datasets/fashion-mnist",
                                columns=60, NO_COLOR="1", XDG_CACHE_HOME=str(self.folder / "cache"))
        self.assertNotIn("\x1b", text)
        drawn = [line for line in text.split("\n")[0].split("\r") if "━" in line]
        self.assertTrue(drawn)
        for line in drawn:
            self.assertLess(len(line), 60)
            self.assertRegex(line, r"\At.*-ubyte\.gz ━+─* [\d.]+/[\d.]+ MB")
        self.assertRegex(text, r"\r *\rFashion-MNIST is in ")

    def test_a_line_that_is_redrawn_fits_the_terminal(self):
        for columns in (30, 50, 80):
            text = ESCAPE.sub("", self.on_terminal("train", "recipe.toml", "-q", columns=columns))
            self.assertNotIn("\r", text)
            text = ESCAPE.sub("", self.on_terminal("train", "recipe.toml", "--set", "fit.batch_size=1", columns=columns))
            redrawn = [line for whole in text.split("\n") for line in whole.split("\r")[:-1] if line]
            self.assertTrue(redrawn)
            for line in redrawn:
                self.assertLess(len(line.rstrip()), columns)

    def test_quiet_shows_the_result_alone(self):
        text = self.on_terminal("train", "recipe.toml", "-q")
        self.assertNotIn("Epoch", text)
        self.assertTrue(ESCAPE.sub("", text).startswith("Test "))

    def test_seeds_share_one_bar_that_is_gone_at_the_end(self):
        text = ESCAPE.sub("", self.on_terminal("train", "recipe.toml", "--seeds", "2", "--set", "fit.epochs=150"))
        self.assertRegex(text, r"\r[01]/2 seeds [━─]{20} ")
        self.assertNotIn("seed 0: completed", text)
        self.assertTrue(text.split("\r")[-1].startswith("seed "), "the table begins on a clean line")


if __name__ == "__main__":
    unittest.main()
