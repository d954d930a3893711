"""kill -9 at random moments of a training: every run goes on and ends in the same bits.

TELAR_KILLS is the number of kills (20), TELAR_EPOCHS how long a training is (600: a second or so), TELAR_SEED what decides
the moments; a failure names it.
"""

import json
import os
import random
import shutil
import subprocess
import time
import unittest

from support import TELAR, ProgramTest

KILLS = int(os.environ.get("TELAR_KILLS", "20"))
EPOCHS = int(os.environ.get("TELAR_EPOCHS", "600"))
SEED = int(os.environ.get("TELAR_SEED", str(random.randrange(1 << 30))))

# Everything that has a state of its own: an optimiser with moving averages, dropout, statistics, metrics, callbacks.
SETTINGS = [
    "model.layers=[{ type = 'Rescaling', scale = 0.004 }, { type = 'Flatten' }, { type = 'Dense', units = 128, activation = "
    "'relu' }, { type = 'BatchNormalization' }, { type = 'Dropout', rate = 0.3 }, { type = 'Dense', units = 4, activation = "
    "'softmax' }]",
    "compile.optimizer={ type = 'Adam', learning_rate = 0.001, use_ema = true, gradient_accumulation_steps = 2 }",
    "compile.metrics=['accuracy', 'AUC', 'F1Score']",
    "fit.batch_size=16",
    f"fit.epochs={EPOCHS}",
    f"fit.callbacks=[{{ type = 'EarlyStopping', patience = {EPOCHS}, restore_best_weights = true }}, "
    "{ type = 'ReduceLROnPlateau', patience = 5, factor = 0.9, min_lr = 1e-5 }, "
    "{ type = 'ModelCheckpoint', filepath = 'best.npz', save_best_only = true }, "
    "{ type = 'CSVLogger', filename = 'log.csv' }]",
]
RESULTS = ("ended", "epochs_run", "history", "validation", "test", "training", "intervals", "confusion", "weights_sha256")
FILES = ("history.jsonl", "model.keras", "log.csv", "best.npz", "recipe.toml")


class Kill(ProgramTest):
    def command(self, out, *more):
        settings = [word for setting in SETTINGS for word in ("--set", setting)]
        return [TELAR, "train", "recipe.toml", "--out", out, "--resume", "--json", "-q", *settings, *more]

    def train(self, out, seconds, *more):
        """The document of a training; None if it was killed after so many seconds."""
        process = subprocess.Popen(self.command(out, *more), cwd=self.folder, env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
        self.assertEqual(process.returncode, 0, f"seed {SEED}: {err}")
        return json.loads(out)

    def test_a_killed_training_goes_on_and_ends_in_the_same_bits(self):
        draw = random.Random(SEED)
        begin = time.monotonic()
        whole = self.train("whole", None)
        length = time.monotonic() - begin
        kills = runs = 0
        while kills < KILLS:
            result = None
            while result is None:
                threads = str(draw.choice([1, 2, 3]))
                wait = draw.uniform(0, length / 2) if kills < KILLS else None
                result = self.train("run", wait, "--threads", threads, "--checkpoint-every", str(draw.choice([7, 50, 331])))
                kills += result is None
            for key in RESULTS:
                self.assertEqual(result[key], whole[key], f"{key}, seed {SEED}")
            for file in FILES:
                self.assertEqual((self.folder / "run" / file).read_bytes(), (self.folder / "whole" / file).read_bytes(),
                                 f"{file}, seed {SEED}")
            left = sorted(p.name for p in (self.folder / "run").iterdir())
            self.assertEqual(left, sorted([*FILES, "environment.json", "result.json"]), f"seed {SEED}")
            shutil.rmtree(self.folder / "run")
            runs += 1
        print(f"{kills} kills of {runs} trainings of {length:.1f} s: one hash, {whole['weights_sha256'][:16]}; seed {SEED}")


if __name__ == "__main__":
    unittest.main()
