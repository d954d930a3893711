#!/usr/bin/env python3
"""The floor check finds what it must find, and nothing else."""
import tempfile
import unittest
from pathlib import Path

from check_floors import check


class FloorCheck(unittest.TestCase):
    def breaches(self, **files):
        """Breaches in a small sound house plus `files` (path with __ for / and _hpp for .hpp: text)."""
        house = {"src/base/error.cpp": "#include <telar/error.hpp>\n#include <vector>\n",
                 "src/spec/names.hpp": '#include "base/describe.hpp"\n',
                 "src/base/describe.hpp": "#pragma once\n",
                 "include/telar/error.hpp": "#include <string>\n",
                 "include/telar/layers.hpp": "#include <telar/error.hpp>\n"}
        house |= {name.replace("__", "/").replace("_hpp", ".hpp").replace("_cpp", ".cpp"): text
                  for name, text in files.items()}
        with tempfile.TemporaryDirectory() as root:
            for name, text in house.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [breach.removeprefix(root + "/") for breach in check(Path(root))]

    def test_a_sound_house_has_no_breach(self):
        self.assertEqual(self.breaches(), [])

    def test_an_include_of_a_higher_floor_is_found_with_its_line(self):
        found = self.breaches(src__base__bad_hpp='#pragma once\n#include "spec/names.hpp"\n')
        self.assertEqual(found, ["src/base/bad.hpp:2: base includes spec/names.hpp of the higher floor spec"])

    def test_a_relative_way_up_is_found(self):
        found = self.breaches(src__base__bad_cpp='#include "../spec/names.hpp"\n')
        self.assertEqual(found, ["src/base/bad.cpp:1: base includes ../spec/names.hpp of the higher floor spec"])

    def test_a_way_up_through_a_public_header_is_found(self):
        found = self.breaches(src__base__bad_cpp="\n\n#include <telar/layers.hpp>\n")
        self.assertEqual(found, ["src/base/bad.cpp:3: base includes telar/layers.hpp of the higher floor spec"])

    def test_a_subfolder_belongs_to_its_floor(self):
        found = self.breaches(src__compute__kernels__bad_hpp='#  include "model/plan.hpp"\n')
        self.assertEqual(found, ["src/compute/kernels/bad.hpp:1: compute includes model/plan.hpp of the higher floor model"])

    def test_a_folder_that_is_no_floor_is_found(self):
        self.assertIn("src/attic:1: no such floor", self.breaches(src__attic__x_hpp="")[0])

    def test_a_third_party_header_in_a_public_one_is_found(self):
        for include in ("<nlohmann/json.hpp>", "<zlib.h>", '"base/describe.hpp"'):
            found = self.breaches(include__telar__bad_hpp=f"#pragma once\n#include {include}\n")
            self.assertEqual(len(found), 1, found)
            self.assertTrue(found[0].startswith("include/telar/bad.hpp:2: a public header includes"), found)

    def test_a_public_header_of_251_lines_is_found_and_one_of_250_is_not(self):
        self.assertEqual(self.breaches(include__telar__long_hpp="\n" * 250), [])
        self.assertIn("include/telar/long.hpp:251:", self.breaches(include__telar__long_hpp="\n" * 251)[0])

    def test_an_empty_tree_is_not_sound(self):
        with tempfile.TemporaryDirectory() as root:
            Path(root, "src").mkdir()
            self.assertEqual(len(check(Path(root))), 1)


if __name__ == "__main__":
    unittest.main()
