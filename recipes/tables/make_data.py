#!/usr/bin/env python3
"""Writes waveform.csv and friedman.csv beside this script: two tables whose best possible score is known.

waveform  Breiman, Friedman, Olshen, Stone 1984, "Classification and Regression Trees", section 2.6.2: three classes, each
          a random mixture of two of three triangles, with noise of deviation 1 on all 21 features. The best possible
          classifier is right in 86 % of all cases.
friedman  Friedman 1991, "Multivariate adaptive regression splines", section 4.3: y = 10 sin(pi a b) + 20 (c - 1/2)^2 +
          10 d + 5 e + noise of deviation 1; five more features say nothing. The best possible mean squared error is 1.

The same script writes the same bytes.
"""
import math
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROWS = 1500


def waveform(draw):
    def triangle(peak, i):
        return max(6 - abs(i - peak), 0)

    peaks = {"first": (7, 15), "second": (7, 11), "third": (15, 11)}
    yield [f"x{i}" for i in range(1, 22)] + ["wave"]
    for _ in range(ROWS):
        name = draw.choice(sorted(peaks))
        share, (a, b) = draw.random(), peaks[name]
        yield [f"{share * triangle(a, i) + (1 - share) * triangle(b, i) + draw.gauss(0, 1):.2f}" for i in range(1, 22)] + [name]


def friedman(draw):
    yield [*"abcdefghij", "y"]
    for _ in range(ROWS):
        x = [draw.random() for _ in range(10)]
        y = 10 * math.sin(math.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4] + draw.gauss(0, 1)
        yield [f"{value:.4f}" for value in x] + [f"{y:.3f}"]


if __name__ == "__main__":
    for name, rows in (("waveform", waveform), ("friedman", friedman)):
        lines = [",".join(row) + "\n" for row in rows(random.Random(name))]
        (HERE / f"{name}.csv").write_text("".join(lines), newline="\n")
