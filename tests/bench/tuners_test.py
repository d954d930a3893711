#!/usr/bin/env python3
"""The tables of bench/tuners/run: ranks, times to a score."""
import math
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench/tuners"))
from tables import PYTORCH, comparable, engaged, mean_ranks, ranks_table, times_table, times_to_reach  # noqa: E402


def row(tuner, repeat, score, data="waves", **others):
    return {"data": data, "tuner": tuner, "repeat": repeat, "score": score, **others}


class Tables(unittest.TestCase):
    def test_a_repetition_is_of_one_machine(self):
        whole = [row("a", 0, 0.9, machine="there"), row("b", 0, 0.8, machine="there")]
        begun_there, begun_here = row("a", 1, 0.9, machine="there"), row("b", 1, 0.8, machine="here")
        other_set = row("a", 0, 0.7, data="digits", machine="here")
        self.assertEqual(comparable([*whole, begun_there, begun_here, other_set, row("c", 0, 1.0, machine="here")], ["a", "b"], "here"),
                         [*whole, begun_here, other_set])
        self.assertEqual(comparable([begun_there], ["a", "b"], "here"), [])

    def test_equal_scores_share_their_ranks(self):
        rows = [row("a", 0, 0.9), row("b", 0, 0.8), row("c", 0, 0.8)]
        self.assertEqual({t: found[0] for t, found in mean_ranks(rows, ["a", "b", "c"]).items()}, {"a": 1, "b": 2.5, "c": 2.5})

    def test_ranks_are_of_repetitions_that_all_tuners_have(self):
        rows = [row("a", 0, 0.9), row("b", 0, 0.8), row("a", 1, 0.1), row("another", 0, 1.0)]
        self.assertEqual([found[::3] for found in mean_ranks(rows, ["a", "b"]).values()], [(1, 1), (2, 1)])
        self.assertEqual(mean_ranks(rows[2:], ["a", "b"]), {})

    def test_the_interval_is_of_the_mean(self):
        rows = [row(t, r, s) for r in range(20) for t, s in (("a", 0.9 if r % 4 else 0.7), ("b", 0.8))]
        mean, low, high, n = mean_ranks(rows, ["a", "b"])["a"]
        self.assertEqual((mean, n), (1.25, 20))
        self.assertTrue(1 < low < 1.25 < high < 1.5)

    def test_a_row_a_tuner_with_the_mean_scores_of_each_set(self):
        rows = [row(t, r, s, data) for data in ("waves", "digits") for r in (0, 1) for t, s in (("a", 0.9), ("b", 0.8 + r / 100))]
        self.assertEqual(ranks_table(rows, ["a", "b"], ["waves", "digits"]).split("\n")[2:], [
            "| a | 1.00 | 1.00 to 1.00 (n = 4) | 0.9000 | 0.9000 |", "| b | 2.00 | 2.00 to 2.00 (n = 4) | 0.8050 | 0.8050 |"])

    def test_telar_is_as_good_when_it_first_sees_the_best_of_the_other(self):
        rows = [row(PYTORCH, 0, 0, race=[[5, 0.7], [40, 0.8]]), row("telar", 0, 0, race=[[1, 0.5], [4, 0.8], [9, 0.9]]),
                row(PYTORCH, 1, 0, race=[[30, 0.8]]), row("telar", 1, 0, race=[[2, 0.7]]),
                row("other", 0, 0, race=[[1, 0.9]]), row(PYTORCH, 2, 0, race=[[1, 0.9]])]
        self.assertEqual(times_to_reach(rows, "waves", "race"), [(40, 4), (30, math.inf)])

    def test_what_is_never_reached_has_no_number(self):
        rows = [r for n in range(3) for r in (row(PYTORCH, n, 0, race=[[30, 0.8]], race_in_full=[]),
                                               row("telar", n, 0, race=[[3, 0.8 if n == 0 else 0.1]], race_in_full=[]))]
        self.assertEqual(times_table(rows, ["waves"]).split("\n")[2:], ["| waves, at any epoch | 30.0 s | – | 2 of 3 | – |"])

    def test_the_last_lines_are_of_all_sets(self):
        rows = [r for data, at in (("waves", 3), ("digits", 30)) for r in (
            row(PYTORCH, 0, 0, data, race=[[30, 0.8]], race_in_full=[]), row("telar", 0, 0, data, race=[[at, 0.8]], race_in_full=[]))]
        self.assertEqual(times_table(rows, ["waves", "digits"]).split("\n")[4:],
                         ["| all, at any epoch | 30.0 s | 16.5 s | 0 of 2 | 0.55 |"])

    def test_what_deciding_took_is_telars_own(self):
        rows = [row("telar", 0, 0, busy_share=0.97, overhead_share=0.01), row("other", 0, 0, busy_share=None, overhead_share=None)]
        self.assertIn("waves 97.0 and 1.00 %", engaged(rows, ["waves"]))


if __name__ == "__main__":
    unittest.main()
