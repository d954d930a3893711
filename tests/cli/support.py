"""What the tests of the program share: a small data set, a recipe for it, and a way to run the program."""

import json
import os
import random
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

TELAR = os.environ["TELAR_CLI"]
SIDE, CLASSES = 8, 4

RECIPE = """
[data]
source = "idx"
dir = "data"
validation = { first = 60 }

[model]
layers = [
  { type = "Rescaling", scale = 0.00392156862745098 },
  { type = "Flatten" },
  { type = "Dense", units = 16, activation = "relu" },
  { type = "Dense", units = 4, activation = "softmax" },
]

[compile]
optimizer = { type = "Adam", learning_rate = 0.01 }
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]

[fit]
batch_size = 32
epochs = 3
"""


def idx(shape, values):
    """Bytes of an IDX file of uint8."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + bytes(values)


def samples(count, seed):
    """Noise with one bright quarter, which is the class."""
    draw = random.Random(seed)
    images, labels = bytearray(), bytearray()
    for _ in range(count):
        label = draw.randrange(CLASSES)
        labels.append(label)
        for y in range(SIDE):
            for x in range(SIDE):
                bright = (y >= SIDE // 2) * 2 + (x >= SIDE // 2) == label
                images.append(draw.randrange(25, 140) if bright else draw.randrange(0, 110))
    return images, labels


def write_data(folder, train=300, test=100):
    folder.mkdir()
    for part, count, seed in (("train", train, 1), ("t10k", test, 2)):
        images, labels = samples(count, seed)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx((count, SIDE, SIDE), images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx((count,), labels))


def available_isas():
    """The instruction sets that this processor can run, slowest first, as far as TELAR has kernels for them."""
    words = {"scalar": set(), "avx2": {"avx2", "fma"}, "avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}}
    with open("/proc/cpuinfo") as info:
        flags = re.search(r"^(?:flags|Features)\s*:(.*)$", info.read(), re.M)
    there = [isa for isa in words if words[isa] <= set(flags[1].split() if flags else ())]
    return there[-1:] if "TELAR_TEST_ONE_ISA" in os.environ else there


class ProgramTest(unittest.TestCase):
    """Each test has a folder of its own with data/ and recipe.toml, and runs the program there."""

    @classmethod
    def setUpClass(cls):
        cls.template = Path(tempfile.mkdtemp(prefix="telar-cli-"))
        write_data(cls.template / "data")
        (cls.template / "recipe.toml").write_text(RECIPE)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.template)

    def setUp(self):
        parent = tempfile.mkdtemp(prefix="telar-cli-")
        self.addCleanup(shutil.rmtree, parent)
        self.folder = Path(parent) / "work"
        shutil.copytree(self.template, self.folder)
        self.program, self.identity = TELAR, {}
        self.environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TELAR_ISA", "TELAR_DATA")}

    def telar(self, *arguments, **variables):
        """Runs the program to its end, with pipes in place of a terminal."""
        return subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, env={**self.environment, **variables},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **self.identity)

    def become_nobody(self):
        """From now on telar is run by a user without rights, who can reach this folder (root only)."""
        self.program = str(self.folder / "telar-of-nobody")
        shutil.copy(TELAR, self.program)
        for path in (self.folder.parent, self.folder, *self.folder.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        Path(self.program).chmod(0o755)
        self.identity = {"user": 65534, "group": 65534, "extra_groups": []}

    def document(self, *arguments, code=0, **variables):
        """The one JSON document that a verb prints with --json."""
        done = self.telar(*arguments, "--json", **variables)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1, "one document, one line")
        self.assertTrue(done.stdout.startswith('{"schema":"telar.'), done.stdout[:80])

        def refuse(constant):
            self.fail(f"{constant} is no JSON")

        return json.loads(done.stdout, parse_constant=refuse)

    def recipe_with(self, old, new):
        """Writes recipe.toml with one passage changed."""
        self.assertEqual(RECIPE.count(old), 1, f"{old!r} must be in the recipe once")
        (self.folder / "recipe.toml").write_text(RECIPE.replace(old, new))

    def files(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))

    def assert_refused(self, code, *arguments, says=(), **variables):
        """The program ends with `code`, one message that holds all of `says`, nothing on stdout and nothing written."""
        before = self.files()
        done = self.telar(*arguments, **variables)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("error:"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)
        for word in ("terminate called", "what():", "Aborted", "std::", ".cpp"):
            self.assertNotIn(word, done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertEqual(self.files(), before)
        return done.stderr
