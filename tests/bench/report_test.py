#!/usr/bin/env python3
"""The tables of bench/run: medians, ratios, gaps, and the page's sections."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from report import number, ratio, replace_section, spread, table  # noqa: E402


def case(*values, failed=None, memory=2**20):
    return {"values": list(values), "memory": [memory] * len(values), "failed": failed}


class Report(unittest.TestCase):
    def test_numbers_keep_three_digits(self):
        shown = [number(value) for value in (0.0123, 0.831, 2.456, 12.34, 123.4, 1234.5)]
        self.assertEqual(shown, ["0.012", "0.83", "2.46", "12.3", "123", "1234"])

    def test_the_spread_shows_the_range_of_several_values_only(self):
        self.assertEqual(spread([2.0]), "2.00")
        self.assertEqual(spread([3.0, 1.0, 2.0]), "2.00 (1.00–3.00)")

    def test_a_ratio_is_of_medians(self):
        self.assertEqual(ratio([6.0, 100.0, 5.0], [1.0, 2.0, 3.0]), "3.00")
        self.assertEqual(ratio([1.0], []), "–")

    def test_a_table_has_ratios_to_its_first_row_with_as_many_threads(self):
        text, reasons = table([("telar", {1: case(2.0), 2: case(1.0)}), ("peer", {1: case(3.0), 2: case(3.0, memory=2**21)})],
                              [1, 2], "s")
        self.assertEqual(text.split("\n"), [
            "|  | s, 1 thread | ÷ telar | s, 2 threads | ÷ telar | peak MiB |",
            "|---|---:|---:|---:|---:|---:|",
            "| telar | 2.00 | 1.00 | 1.00 | 1.00 | 1 |",
            "| peer | 3.00 | 1.50 | 3.00 | 3.00 | 2 |"])
        self.assertEqual(reasons, [])

    def test_a_failure_is_shown_with_its_reason(self):
        text, reasons = table([("telar", {1: case(2.0)}), ("peer", {1: case(1.0, failed="no such module")})], [1], "s")
        self.assertIn("| peer | failed | – | – |", text)
        self.assertEqual(reasons, [("peer, 1 thread", "no such module")])

    def test_without_telar_there_are_no_ratios(self):
        text, reasons = table([("telar", {1: case(failed="missing")}), ("peer", {1: case(1e-6)})], [1], "µs", 1e6)
        self.assertIn("| telar | failed | – | – |", text)
        self.assertIn("| peer | 1.00 | – | 1 |", text)
        self.assertEqual(len(reasons), 1)

    def test_a_section_is_replaced_between_its_markers_only(self):
        page = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb\n"
        self.assertEqual(replace_section(page, "x", "new\n"), page.replace("old", "new"))
        for broken in ("", page + page, page.replace("<!-- /bench:x -->", "")):
            with self.assertRaises(ValueError):
                replace_section(broken, "x", "new")


if __name__ == "__main__":
    unittest.main()
